/** Pure: whether sound and pictures get through at all, by how the two connections stand. */

export type Direction = "sending" | "receiving";

/** One direction: whether there is anything to carry, and whether its connection stands. */
export interface Leg {
  readonly needed: boolean;
  readonly up: boolean;
}

/** Since when each direction does not get through, in milliseconds; null: it does, or has nothing to carry. */
export type Reach = Readonly<Record<Direction, number | null>>;

export const THROUGH: Reach = { sending: null, receiving: null };

/** To come in, or back, takes a moment; most breaks mend themselves before anybody has read what is the matter. */
const PATIENCE = 10_000;

export function reach(before: Reach, legs: Readonly<Record<Direction, Leg>>, at: number): Reach {
  const since = (direction: Direction): number | null =>
    legs[direction].needed && !legs[direction].up ? (before[direction] ?? at) : null;
  return { sending: since("sending"), receiving: since("receiving") };
}

/** What does not get through, and has not for so long that it ought to be said. */
export function failing({ sending, receiving }: Reach, at: number): Direction | "both" | null {
  const long = (since: number | null): boolean => since !== null && at - since >= PATIENCE;
  if (long(sending)) return long(receiving) ? "both" : "sending";
  return long(receiving) ? "receiving" : null;
}
