import { effect, signal, type ReadonlySignal } from "@preact/signals";

import type { DeviceState } from "./devices";

const INTERVAL = 80;

/** How loud a microphone is, 0 to 1 on a scale that follows the ear; 0 without one. */
export class Meter {
  readonly level: ReadonlySignal<number>;
  readonly #level = signal(0);
  #context: AudioContext | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #analyser: AnalyserNode | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #track: MediaStreamTrack | null = null;

  constructor(microphone: ReadonlySignal<DeviceState>) {
    this.level = this.#level;
    effect(() => this.#attach(microphone.value.track));
    document.addEventListener("pointerdown", () => void this.#context?.resume());
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
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 512 });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#timer = setInterval(() => (this.#level.value = loudness(this.linear)), INTERVAL);
  }
}

/** From -60 dB to 0 dB, as 0 to 1. */
export function loudness(linear: number): number {
  return linear <= 0.001 ? 0 : Math.min(1, 1 + Math.log10(linear) / 3);
}
