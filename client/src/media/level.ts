import { effect, signal, type ReadonlySignal } from "@preact/signals";

import type { DeviceState } from "./devices";

const INTERVAL = 80;
/** An audio context needs a moment to start where it may. */
const STARTS_WITHIN = 600;
/** What counts as a person's doing; a finger's first touch does not. */
const PRESSES = ["pointerdown", "pointerup", "keydown"] as const;

/** How loud a microphone is, 0 to 1 on a scale that follows the ear; 0 without one. */
export class Meter {
  readonly level: ReadonlySignal<number>;
  /** Whether it shows nothing because the browser wants something to be pressed first. */
  readonly asleep: ReadonlySignal<boolean>;
  readonly #level = signal(0);
  readonly #asleep = signal(false);
  #context: AudioContext | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #analyser: AnalyserNode | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #track: MediaStreamTrack | null = null;

  constructor(microphone: ReadonlySignal<DeviceState>) {
    this.level = this.#level;
    this.asleep = this.#asleep;
    effect(() => this.#attach(microphone.value.track));
    for (const press of PRESSES) document.addEventListener(press, () => void this.#context?.resume());
  }

  /** Linear level as statistics give it, to compare with others'. */
  get linear(): number {
    const samples = new Float32Array(this.#analyser?.fftSize ?? 0);
    this.#analyser?.getFloatTimeDomainData(samples);
    return samples.length === 0
      ? 0
      : Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  }

  #attach(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    clearInterval(this.#timer);
    this.#level.value = 0;
    this.#asleep.value = false;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 512 });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    const since = Date.now();
    this.#timer = setInterval(() => this.#look(since), INTERVAL);
  }

  #look(since: number): void {
    this.#level.value = loudness(this.linear);
    this.#asleep.value = this.#context?.state !== "running" && Date.now() - since > STARTS_WITHIN;
  }
}

/** From -60 dB to 0 dB, as 0 to 1. */
export function loudness(linear: number): number {
  return linear <= 0.001 ? 0 : Math.min(1, 1 + Math.log10(linear) / 3);
}
