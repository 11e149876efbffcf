/** An entry and its proof, asked for at a log's server. What it answers is not believed here; that it is the entry asked for is seen to. */
import type { Bytes } from "./bytes";
import { parseCheckpoint, parseNote } from "./notes";
import { bundleOf, entryIn, parseProof } from "./proof";
import { TEXTS } from "./texts";

/** Something the person can do something about; the message is shown as it stands. */
export class Told extends Error {}

export interface Case {
  readonly proof: Bytes;
  readonly entry: Bytes;
}

/** What is at an address, null where nothing is. */
export async function get(address: string): Promise<Bytes | null> {
  try {
    const answer = await fetch(address);
    if (answer.status === 404) return null;
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  } catch {
    // no connection, or one that broke off
  }
  throw new Told(TEXTS.unreachable);
}

/** An entry of this server's log: its proof, and the bundle that the proof's checkpoint says it is in. */
export async function byNumber(log: string, number: string): Promise<Case> {
  if (!/^(0|[1-9][0-9]{0,17})$/.test(number)) throw new Told(TEXTS.noNumber);
  const proof = await get(`${log}proof/${number}`);
  if (proof === null) throw new Told(TEXTS.notPublished);
  const { index, checkpoint } = parseProof(proof);
  if (index !== BigInt(number)) throw new Told(TEXTS.otherEntry);
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const { path, place } = bundleOf(index, size);
  return { proof, entry: entryIn(await bundleAt(log)(path), place) };
}

/** A bundle of a log by its path: the full one where the partial is gone. */
export const bundleAt =
  (log: string) =>
  async (path: string): Promise<Bytes> => {
    const bundle = (await get(log + path)) ?? (await get(log + path.replace(/\.p\/.*/, "")));
    if (bundle === null) throw new Told(TEXTS.unreachable);
    return bundle;
  };
