import { describe, expect, it } from "vitest";

import { approved } from "../../src/proof/approvals";
import { utf8, type Bytes } from "../../src/proof/bytes";
import { parsePolicy } from "../../src/proof/policy";
import type { Step } from "../../src/proof/verify";
import { AT, CHECKPOINT, ENTRIES, POLICY } from "./signers";

const bundle = (entries: readonly string[]): Bytes =>
  Uint8Array.from(
    entries.flatMap((entry) => {
      const data = utf8(entry);
      return [data.length >> 8, data.length & 255, ...data];
    }),
  );

async function steps(index: number, entries: readonly string[] = ENTRIES, policy = POLICY): Promise<Step[]> {
  const proof = utf8(`c2sp.org/tlog-proof@v1\nindex ${index}\n\n${CHECKPOINT}`);
  const found: Step[] = [];
  const fetch = (path: string): Promise<Bytes> => {
    expect(path).toBe(`tile/entries/000.p/${ENTRIES.length}`);
    return Promise.resolve(bundle(entries));
  };
  for await (const step of approved(proof, utf8(ENTRIES[index] ?? ""), await parsePolicy(policy), fetch)) found.push(step);
  return found;
}

const outcomes = (found: readonly Step[]): string[] => found.map((step) => `${step.kind} ${step.outcome}`);
const reasons = (found: readonly Step[]): unknown[] => found.filter((step) => step.kind === "approval").map((step) => ("reason" in step ? step.reason : ""));

describe("who approved an entry", () => {
  it.each(["approved", "added", "edwards", "again", "afterRotation", "anew"] as const)("is shown to be two keys that counted then (%s)", async (which) => {
    expect(outcomes(await steps(AT[which]))).toEqual(["roll right", "approval right", "approval right", "two right"]);
  });

  it("names the entries by which they may sign", async () => {
    const found = await steps(AT.edwards);
    expect(found.flatMap((step) => (step.kind === "approval" ? [step.added] : []))).toEqual([AT.added, 1]);
  });

  it.each([
    ["forged", ["nobody", "nobody"]],
    ["half", ["", "nobody"]],
    ["removed", ["", "nobody"]],
    ["before", ["nobody", "nobody"]],
    ["altered", ["not-signed", "not-signed"]],
  ] as const)("is nobody who counts (%s)", async (which, expected) => {
    expect(reasons(await steps(AT[which]))).toEqual(expected);
  });

  it("is not two where it is one key twice", async () => {
    expect(outcomes(await steps(AT.twice)).at(-1)).toBe("two wrong");
  });

  it("is not two where there is one", async () => {
    expect(outcomes(await steps(AT.addedAlone)).at(-1)).toBe("two wrong");
  });

  it("is not asked of an entry that needs no approval", async () => {
    expect(await steps(0)).toEqual([]);
  });
});

describe("a log that is not as it was signed tells nothing", () => {
  it("where an entry was taken out", async () => {
    expect(outcomes(await steps(AT.approved, ENTRIES.slice(0, -1)))).toEqual(["roll wrong"]);
  });

  it("where an entry was changed", async () => {
    const changed = ENTRIES.map((entry, index) => (index === 9 ? '{"type":"nothing"}' : entry));
    expect(outcomes(await steps(AT.removed, changed))).toEqual(["roll wrong"]);
  });

  it("where the roll was begun by a key that is not the log's", async () => {
    expect(reasons(await steps(AT.approved, ENTRIES, "quorum none\n"))).toEqual(["nobody", "nobody"]);
  });
});
