/** Pure: who is speaking, from sound levels taken several times a second. */

export interface Speaking {
  /** When each person was last loud enough, in milliseconds. */
  readonly heard: ReadonlyMap<string, number>;
  /** Whoever speaks now. */
  readonly now: ReadonlySet<string>;
  /** Whom the large picture shows: the latest to have spoken for a while; stays when they fall silent. */
  readonly main: string | null;
  /** Since when the loudest other person has been talking, to decide whether they take over. */
  readonly rival: { readonly id: string; readonly since: number } | null;
}

export const SILENCE: Speaking = { heard: new Map(), now: new Set(), main: null, rival: null };

/** Linear level (0 to 1) from which it is speech rather than a room. */
export const LOUD = 0.025;
/** Between words nobody's ring goes out. */
const HOLD = 700;
/** A cough does not take over the large picture. */
const TAKE_OVER = 1200;

export function listen(before: Speaking, levels: ReadonlyMap<string, number>, at: number): Speaking {
  const heard = new Map<string, number>();
  for (const [id, level] of levels) {
    const last = level >= LOUD ? at : before.heard.get(id);
    if (last !== undefined) heard.set(id, last);
  }
  const now = new Set([...heard].filter(([, last]) => at - last <= HOLD).map(([id]) => id));
  return { heard, now, ...floor(before, levels, now, at) };
}

/** Who has the floor. */
function floor(
  before: Speaking,
  levels: ReadonlyMap<string, number>,
  now: ReadonlySet<string>,
  at: number,
): Pick<Speaking, "main" | "rival"> {
  const main = before.main !== null && levels.has(before.main) ? before.main : null;
  const loudest = [...now].filter((id) => id !== main).sort((a, b) => (levels.get(b) ?? 0) - (levels.get(a) ?? 0))[0];
  if (loudest === undefined) return { main, rival: null };
  if (main === null) return { main: loudest, rival: null };
  if (now.has(main)) return { main, rival: null };
  const rival = before.rival?.id === loudest ? before.rival : { id: loudest, since: at };
  return at - rival.since >= TAKE_OVER ? { main: loudest, rival: null } : { main, rival };
}
