import { effect, type ReadonlySignal } from "@preact/signals";

import type { Player } from "./player";
import { kindOf, type Key } from "./streams";

/** Two soft notes, to hear whether the loudspeaker is the right one. */
export async function playTestSound(speaker: string): Promise<void> {
  await playNotes(speaker, [440, 660], 0.2);
}

/** Quieter than anybody's voice: something wants to be looked at. */
export async function playChime(speaker: string): Promise<void> {
  await playNotes(speaker, [660, 550], 0.06);
}

async function playNotes(speaker: string, pitches: readonly number[], loudness: number): Promise<void> {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  pitches.forEach((pitch, i) => {
    const start = context.currentTime + i * 0.35;
    const tone = new OscillatorNode(context, { frequency: pitch });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(loudness, start, 0.02);
    volume.gain.setTargetAtTime(0, start + 0.25, 0.08);
    tone.connect(volume).connect(output);
    tone.start(start);
    tone.stop(start + 0.8);
  });
  const element = new Audio();
  element.srcObject = output.stream;
  if ("setSinkId" in element) await element.setSinkId(speaker).catch(() => undefined);
  await element.play();
  setTimeout(() => void context.close(), 2000);
}

/** Lets others be heard: one hidden audio element for each sound. */
export class Sound {
  readonly #elements = new Map<Key, HTMLAudioElement>();
  readonly #speaker: ReadonlySignal<string>;
  readonly #player: Player;

  constructor(
    tracks: ReadonlySignal<ReadonlyMap<Key, MediaStreamTrack>>,
    speaker: ReadonlySignal<string>,
    player: Player,
  ) {
    this.#speaker = speaker;
    this.#player = player;
    effect(() => this.#follow(tracks.value));
    effect(() => this.#route(speaker.value));
  }

  #follow(tracks: ReadonlyMap<Key, MediaStreamTrack>): void {
    for (const [key, element] of this.#elements) {
      if (!tracks.has(key)) this.#silence(key, element);
    }
    for (const [key, track] of tracks) {
      if (track.kind === "audio" && kindOf(key) !== "camera") this.#hear(key, track);
    }
  }

  #hear(key: Key, track: MediaStreamTrack): void {
    const element = this.#elements.get(key) ?? new Audio();
    this.#elements.set(key, element);
    const current = element.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks()[0] : undefined;
    if (current === track) return;
    element.srcObject = new MediaStream([track]);
    void this.#send(element, this.#speaker.peek());
    this.#player.play(element);
  }

  #silence(key: Key, element: HTMLAudioElement): void {
    this.#player.forget(element);
    element.pause();
    element.srcObject = null;
    this.#elements.delete(key);
  }

  #route(speaker: string): void {
    for (const element of this.#elements.values()) void this.#send(element, speaker);
  }

  async #send(element: HTMLAudioElement, speaker: string): Promise<void> {
    if (!("setSinkId" in element)) return;
    // A loudspeaker unplugged since it was chosen: the system's own is good enough.
    await element.setSinkId(speaker).catch(() => undefined);
  }
}
