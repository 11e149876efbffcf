/** Pure: who is shown where. */
import type { Participant } from "../protocol/messages";
import { shares } from "../session/roster";

/** One picture: somebody's camera (or their initials), or their screen. */
export interface Item {
  readonly id: string;
  readonly kind: "camera" | "screen";
}

export type Layout = "grid" | "speaker";

export interface Scene {
  /** Shown large: others' screens, whoever is pinned or has the floor. Empty in a plain grid. */
  readonly main: readonly Item[];
  /** Everybody and every screen that is not, in pages; screens first. Never your own screen: you are looking at it. */
  readonly rest: readonly Item[];
  /** Yourself in a corner over the picture, where two people have a telephone's screen. */
  readonly corner: Item | null;
}

export interface Circumstances {
  readonly people: ReadonlyMap<string, Participant>;
  readonly order: readonly string[];
  readonly you: string;
  readonly layout: Layout;
  readonly pinned: Item | null;
  readonly speaker: string | null;
  readonly narrow: boolean;
}

export function arrange(now: Circumstances): Scene {
  const people = now.order.filter((id) => now.people.has(id)).map((id): Item => ({ id, kind: "camera" }));
  const screens = now.order.filter((id) => isSharing(now, id)).map((id): Item => ({ id, kind: "screen" }));
  const main = large(now, people, screens);
  const rest = [...screens, ...people].filter((item) => !main.some((shown) => same(shown, item)));
  const pair = now.narrow && people.length === 2 && main.every((item) => item.kind === "camera");
  const other = people.find(({ id }) => id !== now.you);
  if (pair && other) return { main: [other], rest: [], corner: { id: now.you, kind: "camera" } };
  return { main, rest, corner: null };
}

function large(now: Circumstances, people: readonly Item[], screens: readonly Item[]): readonly Item[] {
  const pinned = now.pinned;
  if (pinned && (pinned.kind === "screen" ? isSharing(now, pinned.id) : now.people.has(pinned.id))) return [pinned];
  if (screens.length > 0) return screens;
  if (now.layout === "grid" || people.length < 2) return [];
  const speaker =
    people.find(({ id }) => id === now.speaker && id !== now.you) ?? people.find(({ id }) => id !== now.you);
  return speaker ? [speaker] : [];
}

function isSharing(now: Circumstances, id: string): boolean {
  const person = now.people.get(id);
  return id !== now.you && person !== undefined && shares(person);
}

export function same(a: Item | null, b: Item | null): boolean {
  return a?.id === b?.id && a?.kind === b?.kind;
}

/**
 * The order of tiles. It is stable: people keep their places, newcomers go to the end. Only somebody who speaks and is
 * not on the first page takes the place of whoever there has been silent longest, but of nobody who speaks. You are the
 * last of the first page.
 */
export function orderOf(
  before: readonly string[],
  people: Iterable<string>,
  you: string,
  heard: ReadonlyMap<string, number>,
  speaking: ReadonlySet<string>,
  page: number,
): string[] {
  const present = new Set(people);
  const stayed = before.filter((id) => present.has(id) && id !== you);
  const known = new Set(stayed);
  const others = [...stayed, ...[...present].filter((id) => !known.has(id) && id !== you)];
  const places = Math.max(1, page - 1);
  for (let i = places; i < others.length; i++) {
    const silent = others.slice(0, places).filter((id) => !speaking.has(id));
    if (speaking.has(others[i] ?? "") && silent.length > 0) swap(others, i, others.indexOf(quietest(silent, heard)));
  }
  return present.has(you) ? [...others.slice(0, places), you, ...others.slice(places)] : others;
}

function quietest(ids: readonly string[], heard: ReadonlyMap<string, number>): string {
  const since = ids.map((id) => heard.get(id) ?? 0);
  return ids[since.lastIndexOf(Math.min(...since))] ?? "";
}

function swap(list: string[], a: number, b: number): void {
  const [first, second] = [list[a], list[b]];
  if (first === undefined || second === undefined) return;
  list[a] = second;
  list[b] = first;
}
