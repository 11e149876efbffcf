/** Pure: which streams are wanted, and in which of their sizes. */
import {
  MAX_PICTURES,
  MAX_SOUNDS,
  type Participant,
  type Stream,
  type WantedLayer,
  type WantedStream,
} from "../protocol/messages";

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

/** Video streams kept for a while after they went out of sight, so that turning a page is quick. */
export const KEPT_VIDEOS = 24;

/** As many pictures as a first page mostly has. */
const FIRST_VIDEOS = 9;

const isSound = (kind: Kind): boolean => kind === "microphone" || kind === "screen_audio";

/**
 * Everybody's sound; the video that is in sight; and of that seen before (`seen`, the latest last) as much as is worth
 * keeping. A larger meeting than can be received whole: open microphones first, then those wanted before (`had`), so
 * that nobody's going and coming back is heard late.
 */
export function wantedStreams(
  people: Iterable<Participant>,
  you: string,
  visible: Visible,
  seen: readonly Key[],
  had: ReadonlySet<Key> = new Set(),
): Wanted[] {
  const kept = new Set(seen.slice(-KEPT_VIDEOS));
  const sound: Ranked[] = [];
  const video: Ranked[] = [];
  for (const person of people) {
    if (person.id === you) continue;
    for (const { mid, kind } of person.streams) {
      const key = keyOf(person.id, kind);
      const wanted = { participant: person.id, mid, key };
      if (kind === "screen_audio" || (kind === "microphone" && person.microphone)) sound.push({ wanted, rank: 0 });
      else if (isSound(kind)) sound.push({ wanted, rank: had.has(key) ? 1 : 2 });
      else if (visible.has(key) || kept.has(key)) video.push({ wanted, rank: visible.has(key) ? 0 : 1 });
    }
  }
  return [...first(MAX_SOUNDS, sound), ...first(MAX_PICTURES, video)];
}

interface Ranked {
  readonly wanted: Wanted;
  readonly rank: number;
}

/** The `most` of the lowest rank; those of one rank stay in their order. */
function first(most: number, ranked: Ranked[]): Wanted[] {
  if (ranked.length > most) ranked.sort((a, b) => a.rank - b.rank);
  return ranked.slice(0, most).map(({ wanted }) => wanted);
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

/** What may be asked for: the largest layer, how many pictures at all, and whose comes first among equals. */
export interface Means {
  readonly most: Substream;
  readonly pictures: number;
  readonly main: string | null;
}

/** What of `visible` is shown with these means: the largest pictures, and sooner that of whoever has the floor. */
export function affordable(visible: Visible, { pictures, main }: Means): Visible {
  if (visible.size <= pictures) return visible;
  const worth = ([key, { width, height }]: readonly [Key, { width: number; height: number }]): number =>
    width * height * (personOf(key) === main ? 2 : 1);
  return new Map([...visible].sort((a, b) => worth(b) - worth(a)).slice(0, pictures));
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
