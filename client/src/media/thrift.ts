/** Pure: how much less is asked for where the way from the server does not carry it all, so that sound holds. */

/** 0: everything; then the smallest layer of each picture; the largest few pictures; the largest one; sound only. */
export type Level = 0 | 1 | 2 | 3 | 4;

export interface Thrift {
  readonly level: Level;
  /** Samples in a row that were strained, and that were not. */
  readonly strained: number;
  readonly eased: number;
  /** How many easy samples it takes until more is tried. */
  readonly rest: number;
  /** Samples since more was tried. */
  readonly tried: number;
}

export const LAVISH: Thrift = { level: 0, strained: 0, eased: 0, rest: 15, tried: Infinity };

const STRAIN_SAMPLES = 2;
const LONGEST_REST = 120;
/** Strain so soon after more was tried means that it is too much: the next try comes later. */
const TOO_SOON = 10;

/** Less at once when it is too much; more again only after a long while, and longer each time that was in vain. */
export function save(thrift: Thrift, strain: boolean): Thrift {
  const strained = strain ? thrift.strained + 1 : 0;
  const eased = strain ? 0 : thrift.eased + 1;
  const now = { ...thrift, strained, eased, tried: thrift.tried + 1 };
  if (strained >= STRAIN_SAMPLES && thrift.level < 4) {
    const rest = thrift.tried < TOO_SOON ? Math.min(2 * thrift.rest, LONGEST_REST) : thrift.rest;
    return { ...now, level: (thrift.level + 1) as Level, strained: 0, rest };
  }
  if (eased < thrift.rest) return now;
  if (thrift.level === 0) return eased >= LONGEST_REST ? LAVISH : now;
  return { ...now, level: (thrift.level - 1) as Level, eased: 0, tried: 0 };
}

/** How many pictures are asked for. */
export function pictures({ level }: Thrift): number {
  return [Infinity, Infinity, 4, 1, 0][level] ?? 0;
}
