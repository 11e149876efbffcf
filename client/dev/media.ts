/** Cameras and screens that are canvases. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";

import type { MediaView } from "../src/media/media";
import { FINE, type Quality } from "../src/media/quality";
import { Player } from "../src/media/player";
import type { Direction } from "../src/media/reach";
import { Sight } from "../src/media/sight";
import { SILENCE, type Speaking } from "../src/media/speakers";
import { keyOf, type Key } from "../src/media/streams";
import type { Participant } from "../src/protocol/messages";
import type { Session } from "../src/session/session";

export class PretendedMedia implements MediaView {
  readonly tracks: ReadonlySignal<ReadonlyMap<Key, MediaStreamTrack>>;
  readonly speaking = signal<Speaking>(SILENCE);
  readonly quality = signal<Quality>(FINE);
  readonly resting = signal<ReadonlySet<Key>>(new Set());
  readonly failing = signal<Direction | "both" | null>(null);
  readonly level = signal(0.55);
  readonly levelAsleep = signal(false);
  readonly player = new Player();
  readonly arrived = signal(true);
  readonly sight = new Sight();
  readonly #made = new Map<Key, MediaStreamTrack>();

  constructor(session: Session) {
    this.tracks = computed(() => this.#tracksOf([...(session.room.value?.participants.values() ?? [])]));
    setTimeout(() => this.#speak([...(session.room.value?.participants.keys() ?? [])][1]), 400);
  }

  #speak(id: string | undefined): void {
    if (id) this.speaking.value = { heard: new Map([[id, 1]]), now: new Set([id]), main: id, rival: null };
  }

  #tracksOf(people: readonly Participant[]): ReadonlyMap<Key, MediaStreamTrack> {
    const tracks = new Map<Key, MediaStreamTrack>();
    people.forEach((person, i) => {
      for (const { kind } of person.streams) {
        if (kind === "camera" && person.camera)
          tracks.set(keyOf(person.id, kind), this.#make(keyOf(person.id, kind), i, drawPerson));
        if (kind === "screen") tracks.set(keyOf(person.id, kind), this.#make(keyOf(person.id, kind), i, drawScreen));
      }
    });
    return tracks;
  }

  #make(key: Key, i: number, draw: (context: CanvasRenderingContext2D, i: number) => void): MediaStreamTrack {
    const known = this.#made.get(key);
    if (known) return known;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext("2d");
    if (context) draw(context, i);
    const track = canvas.captureStream(2).getVideoTracks()[0];
    if (!track || !context) throw new Error("no canvas");
    setInterval(() => draw(context, i), 500);
    this.#made.set(key, track);
    return track;
  }
}

/** Somebody before a wall, by a window. */
function drawPerson(c: CanvasRenderingContext2D, i: number): void {
  const hue = (i * 47) % 360;
  const wall = c.createLinearGradient(0, 0, 640, 360);
  wall.addColorStop(0, `hsl(${hue} 22% 78%)`);
  wall.addColorStop(1, `hsl(${hue} 20% 52%)`);
  c.fillStyle = wall;
  c.fillRect(0, 0, 640, 360);
  c.fillStyle = `hsl(${hue} 12% 90% / 0.6)`;
  c.fillRect(40 + ((i * 83) % 400), 30, 120, 150);
  const x = 320 + ((i * 37) % 80) - 40;
  c.fillStyle = `hsl(${(hue + 160) % 360} 28% 32%)`;
  c.beginPath();
  c.ellipse(x, 400, 150, 150, 0, 0, 7);
  c.fill();
  c.fillStyle = `hsl(24 ${32 + ((i * 11) % 20)}% ${38 + ((i * 17) % 36)}%)`;
  c.beginPath();
  c.ellipse(x, 190, 62, 80, 0, 0, 7);
  c.fill();
  c.fillStyle = `hsl(${20 + i * 9} 30% ${16 + ((i * 7) % 30)}%)`;
  c.beginPath();
  c.ellipse(x, 140, 70, 52, 0, Math.PI, 0);
  c.fill();
}

function drawScreen(c: CanvasRenderingContext2D, i: number): void {
  c.fillStyle = "#ffffff";
  c.fillRect(0, 0, 640, 360);
  c.fillStyle = "#14604f";
  c.font = "600 22px sans-serif";
  c.fillText(`Tide gauges, quarter ${(i % 4) + 1}`, 36, 50);
  for (let bar = 0; bar < 14; bar++) {
    const height = 40 + ((bar * 61 + i * 29) % 180);
    c.fillStyle = bar % 5 === 2 ? "#bf5145" : "#8fb8ab";
    c.fillRect(40 + bar * 40, 320 - height, 26, height);
  }
}
