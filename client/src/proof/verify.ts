/** A proof verified step by step, each with its outcome, so that people see where it holds and where it breaks. */
import { equal, leafHash, Malformed, nodeHash, Unable, type Bytes } from "./bytes";
import { ML_DSA_44, parseCheckpoint, parseNote, signaturesBy, verifyCosignature, verifySignature, type Checkpoint, type Key, type Note } from "./notes";
import { NO_QUORUM, quorumMet, type Policy, type Witness } from "./policy";
import { parseProof, type Proof } from "./proof";
import type { Approved } from "./roll";

/** `absent`: not there, which alone is nothing wrong; `unable`: this browser cannot tell. */
export type Outcome = "right" | "wrong" | "absent" | "unable";

export type Step =
  | { readonly kind: "target"; readonly outcome: "right" | "wrong"; readonly meeting: Bytes }
  | { readonly kind: "file"; readonly outcome: Outcome; readonly reason?: string; readonly index?: bigint; readonly size?: bigint }
  | { readonly kind: "leaf"; readonly outcome: "right"; readonly length: number; readonly hash: Bytes }
  | { readonly kind: "node"; readonly outcome: "right"; readonly level: number; readonly side: "left" | "right"; readonly sibling: Bytes; readonly hash: Bytes }
  | { readonly kind: "root"; readonly outcome: Outcome; readonly expected: Bytes; readonly computed: Bytes | null; readonly reason?: "long" | "short" | "outside" | "other" }
  | { readonly kind: "log"; readonly outcome: Outcome; readonly origin: string; readonly reason?: "other-log" | "unsigned" | "forged" }
  | { readonly kind: "witness"; readonly outcome: Outcome; readonly name: string; readonly at?: bigint; readonly reason?: "unverifiable" }
  | { readonly kind: "quorum"; readonly outcome: Outcome; readonly quorum: string; readonly count: number }
  | { readonly kind: "roll"; readonly outcome: Outcome; readonly count: number; readonly reason?: "long" | "other" | "browser" }
  | { readonly kind: "approval"; readonly outcome: Outcome; readonly key: string; readonly added?: number; readonly reason?: Approved }
  | { readonly kind: "two"; readonly outcome: Outcome };

export type Verdict = "verified" | "refused" | "unable";

/** Every step in order. After the file itself nothing is left out: what breaks is shown beside what holds. */
export async function* verify(file: Bytes, entry: Bytes, policy: Policy): AsyncGenerator<Step> {
  let proof: Proof, note: Note, head: Checkpoint;
  try {
    proof = parseProof(file);
    note = parseNote(proof.checkpoint);
    head = parseCheckpoint(note.text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    yield { kind: "file", outcome: "wrong", reason: error.message };
    return;
  }
  yield { kind: "file", outcome: "right", index: proof.index, size: head.size };
  yield* path(proof, head, entry);
  yield* signatures(note, head, policy);
}

/** From the entry to the root: RFC 9162, section 2.1.3.2. */
export async function* path(proof: Pick<Proof, "index" | "hashes">, head: Pick<Checkpoint, "size" | "root">, entry: Bytes): AsyncGenerator<Step> {
  const leaf = await leafHash(entry);
  yield { kind: "leaf", outcome: "right", length: entry.length, hash: leaf };
  yield* climb(proof, head, leaf);
}

export async function* climb(proof: Pick<Proof, "index" | "hashes">, head: Pick<Checkpoint, "size" | "root">, leaf: Bytes): AsyncGenerator<Step> {
  const root = (computed: Bytes | null, reason?: "long" | "short" | "outside" | "other"): Step => ({
    kind: "root",
    outcome: reason ? "wrong" : "right",
    expected: head.root,
    computed,
    ...(reason ? { reason } : {}),
  });
  if (proof.index >= head.size) {
    yield root(null, "outside");
    return;
  }
  let first = proof.index;
  let last = head.size - 1n;
  let computed = leaf;
  for (const [at, sibling] of proof.hashes.entries()) {
    if (last === 0n) {
      yield root(null, "long");
      return;
    }
    const left = (first & 1n) === 1n || first === last;
    computed = left ? await nodeHash(sibling, computed) : await nodeHash(computed, sibling);
    yield { kind: "node", outcome: "right", level: at + 1, side: left ? "left" : "right", sibling, hash: computed };
    while (left && first !== 0n && (first & 1n) === 0n) {
      first >>= 1n;
      last >>= 1n;
    }
    first >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) yield root(computed, "short");
  else yield root(computed, equal(computed, head.root) ? undefined : "other");
}

async function* signatures(note: Note, head: Checkpoint, policy: Policy): AsyncGenerator<Step> {
  yield await log(note, head, policy.logs);
  const met: string[] = [];
  let unable = false;
  for (const witness of policy.witnesses) {
    const step = await cosigned(note, witness);
    if (step.outcome === "right") met.push(witness.name);
    unable ||= step.outcome === "unable";
    yield step;
  }
  const enough = quorumMet(policy, met);
  const asked = policy.quorum !== NO_QUORUM;
  const outcome = !asked ? "absent" : enough ? "right" : unable ? "unable" : "wrong";
  yield { kind: "quorum", outcome, quorum: policy.quorum, count: met.length };
}

/** One good signature by a key of the log, and no bad one by any: signed-note, "Signatures". */
async function log(note: Note, head: Checkpoint, logs: readonly Key[]): Promise<Step> {
  const { origin } = head;
  const keys = logs.filter((key) => key.name === origin && key.kind !== ML_DSA_44);
  if (keys.length === 0) return { kind: "log", outcome: "wrong", origin, reason: "other-log" };
  let good = false;
  try {
    for (const key of keys)
      for (const signature of signaturesBy(note, key)) {
        if (!(await verifySignature(note, key, signature))) return { kind: "log", outcome: "wrong", origin, reason: "forged" };
        good = true;
      }
  } catch (error) {
    if (error instanceof Unable) return { kind: "log", outcome: "unable", origin };
    throw error;
  }
  return good ? { kind: "log", outcome: "right", origin } : { kind: "log", outcome: "wrong", origin, reason: "unsigned" };
}

async function cosigned(note: Note, { name, key }: Witness): Promise<Step> {
  if (key.kind === ML_DSA_44) return { kind: "witness", outcome: "absent", name, reason: "unverifiable" };
  let latest: bigint | null = null;
  try {
    for (const signature of signaturesBy(note, key)) {
      const at = await verifyCosignature(note, key, signature);
      if (at === null) return { kind: "witness", outcome: "wrong", name };
      latest = latest === null || at > latest ? at : latest;
    }
  } catch (error) {
    if (error instanceof Unable) return { kind: "witness", outcome: "unable", name };
    throw error;
  }
  return latest === null ? { kind: "witness", outcome: "absent", name } : { kind: "witness", outcome: "right", name, at: latest };
}

/** One step that is wrong refuses the whole; one that could not be made leaves it open. */
export function verdict(steps: readonly Step[]): Verdict {
  if (steps.some((step) => step.outcome === "wrong")) return "refused";
  if (steps.some((step) => step.outcome === "unable")) return "unable";
  return steps.some((step) => step.kind === "quorum") ? "verified" : "refused";
}
