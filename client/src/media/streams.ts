/** Pure: which streams are wanted, and in which of their sizes. */
import type { Participant, Stream, WantedLayer, WantedStream } from "../protocol/messages";

export type Kind = Stream["kind"];

/** One person's one kind of stream: the name by which tiles, tracks and statistics meet. */
export type Key = `${string}/${Kind}`;

export function keyOf(participant: string, kind: Kind): Key {
  return `${participant}/${kind}`;
}

export function personOf(key: Key): string {
  return key.slice(0, key.indexOf("/"));
}

export function kindOf(key: Key): Kind {
  return key.slice(key.indexOf("/") + 1) as Kind;
}

/** Sizes in device pixels of what is on the screen now. */
export type Visible = ReadonlyMap<Key, { readonly width: number; readonly height: number }>;

/** A stream that is wanted, with what it is. */
export interface Wanted extends WantedStream {
  readonly key: Key;
}

/** The protocol's limit of one `subscribe`. */
export const MAX_STREAMS = 640;
/** Video streams kept for a while after they went out of sight, so that turning a page is quick. */
export const KEPT_VIDEOS = 24;

/** As many pictures as a first page mostly has. */
const FIRST_VIDEOS = 9;

const isSound = (kind: Kind): boolean => kind === "microphone" || kind === "screen_audio";

/**
 * Everybody's sound; the video that is in sight; and of that seen before (`seen`, the latest last) as much as is
 * worth keeping. Sound first: if the limit is reached, nobody falls silent for a picture's sake.
 */
export function wantedStreams(
  people: Iterable<Participant>,
  you: string,
  visible: Visible,
  seen: readonly Key[],
): Wanted[] {
  const kept = new Set(seen.slice(-KEPT_VIDEOS));
  const sound: Wanted[] = [];
  const video: Wanted[] = [];
  for (const person of people) {
    if (person.id === you) continue;
    for (const { mid, kind } of person.streams) {
      const wanted = { participant: person.id, mid, key: keyOf(person.id, kind) };
      if (isSound(kind)) sound.push(wanted);
      else if (visible.has(wanted.key) || kept.has(wanted.key)) video.push(wanted);
    }
  }
  return [...sound, ...video].slice(0, MAX_STREAMS);
}

/** The keys seen, the latest last; long enough to fill `KEPT_VIDEOS` whatever is visible. */
export function nowSeen(seen: readonly Key[], visible: Visible): readonly Key[] {
  const others = seen.filter((key) => !visible.has(key));
  return [...others, ...visible.keys()].slice(-(KEPT_VIDEOS + visible.size));
}

/** Before anything has been drawn: what will most likely be in sight, so that asking need not wait for it. */
export function firstSeen(people: Iterable<Participant>): readonly Key[] {
  const keys: Key[] = [];
  for (const { id, camera, streams } of people) {
    for (const { kind } of streams) {
      if (kind === "screen" || (kind === "camera" && camera)) keys.push(keyOf(id, kind));
    }
  }
  return keys.slice(0, FIRST_VIDEOS);
}

export type Substream = 0 | 1 | 2;

/** Camera layers are 180, 360 and 720 lines high; a tile may stretch a layer a little before the next is worth it. */
export function substreamFor(height: number, most: Substream = 2): Substream {
  const enough: Substream = height <= 216 ? 0 : height <= 450 ? 1 : 2;
  return Math.min(enough, most) as Substream;
}

/**
 * The layers wanted of the video lines now offered (`lines`: media line → key): the one that fits the tile, none for
 * what nobody sees. A screen has one layer only.
 */
export function wantedLayers(lines: ReadonlyMap<string, Key>, visible: Visible, most: Substream): WantedLayer[] {
  const layers: WantedLayer[] = [];
  for (const [mid, key] of lines) {
    const kind = kindOf(key);
    if (isSound(kind)) continue;
    const size = visible.get(key);
    const substream = size === undefined ? null : kind === "screen" ? 2 : substreamFor(size.height, most);
    layers.push({ mid, substream });
  }
  return layers;
}

export function sameLayers(a: readonly WantedLayer[], b: readonly WantedLayer[]): boolean {
  return a.length === b.length && a.every((layer, i) => layer.mid === b[i]?.mid && layer.substream === b[i]?.substream);
}

export function sameStreams(a: readonly WantedStream[], b: readonly WantedStream[]): boolean {
  const names = new Set(a.map(({ participant, mid }) => `${participant} ${mid}`));
  return a.length === b.length && b.every(({ participant, mid }) => names.has(`${participant} ${mid}`));
}
