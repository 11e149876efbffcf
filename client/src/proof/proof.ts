/** A `.tlog-proof` file read (c2sp.org/tlog-proof), and bundles of entries (c2sp.org/tlog-tiles). */
import { decimal, fromBase64, hashFrom, Malformed, text, type Bytes } from "./bytes";

export const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;
const WIDTH = 256n;

export interface Proof {
  readonly index: bigint;
  /** From the leaf's sibling to the root's child. */
  readonly hashes: readonly Bytes[];
  readonly checkpoint: Bytes;
}

export function parseProof(data: Bytes): Proof {
  const divide = data.findIndex((byte, at) => byte === 10 && data[at + 1] === 10);
  if (divide < 0) throw new Malformed("a proof has an empty line before its checkpoint");
  const [first, ...lines] = text(data.slice(0, divide)).split("\n");
  if (first !== FIRST_LINE) throw new Malformed("its first line is not that of a proof");
  if (lines[0]?.startsWith("extra ") && fromBase64(lines.shift()?.slice(6) ?? "").length === 0)
    throw new Malformed("there is an extra line with nothing in it");
  const [index = "", ...hashes] = lines;
  if (!index.startsWith("index ") || hashes.length > MOST_HASHES) throw new Malformed("an index and at most 63 hashes follow the first line");
  return { index: decimal(index.slice(6)), hashes: hashes.map(hashFrom), checkpoint: data.slice(divide + 2) };
}

/** Where an entry lies in a log of that size: the path of its bundle, and its place in it. */
export function bundleOf(index: bigint, size: bigint): { path: string; place: number } {
  const number = index / WIDTH;
  const width = size - number * WIDTH < WIDTH ? size - number * WIDTH : WIDTH;
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return { path: `tile/entries/${path}${width < WIDTH ? `.p/${width}` : ""}`, place: Number(index % WIDTH) };
}

/** All entries of a bundle: each after its length in two bytes. */
export function entriesIn(bundle: Bytes): Bytes[] {
  const found: Bytes[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + (bundle[at] ?? 0) * 256 + (bundle[at + 1] ?? 0);
    if (end > bundle.length || at + 2 > bundle.length) throw new Malformed("the bundle has not so many entries");
    found.push(bundle.slice(at + 2, end));
    at = end;
  }
  return found;
}

/** One entry of a bundle: each after its length in two bytes. */
export function entryIn(bundle: Bytes, place: number): Bytes {
  let at = 0;
  for (let number = 0; ; number += 1) {
    const end = at + 2 + (bundle[at] ?? 0) * 256 + (bundle[at + 1] ?? 0);
    if (end > bundle.length || at + 2 > bundle.length) throw new Malformed("the bundle has not so many entries");
    if (number === place) return bundle.slice(at + 2, end);
    at = end;
  }
}
