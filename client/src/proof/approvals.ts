/** Who approved an entry, from all of the log up to the checkpoint of its proof: one step for each thing that is shown. */
import { equal, leafHash, Malformed, nodeHash, Unable, type Bytes } from "./bytes";
import { ED25519, parseCheckpoint, parseNote } from "./notes";
import type { Policy } from "./policy";
import { bundleOf, entriesIn, parseProof } from "./proof";
import { concerns, fieldsOf, Roll, type Fields, type Told } from "./roll";
import type { Step } from "./verify";

/** More entries than this are too much to ask of a page. */
export const MOST_ENTRIES = 25_600;
const WIDTH = 256;
type Fetch = (path: string) => Promise<Bytes>;

/** The approvals an entry carries; null if it is none that two people approve. */
function approvalsOf(fields: Fields | null): readonly unknown[] | null {
  const type = String(fields?.["type"] ?? "");
  const found = fields?.["approvals"];
  if (type !== "restriction.approved" && type !== "signer.added") return null;
  return Array.isArray(found) ? found : [];
}

/** Steps; none for an entry that needs no approval. What `fetch` throws passes through. */
export async function* approved(proof: Bytes, entry: Bytes, policy: Policy, fetch: Fetch): AsyncGenerator<Step> {
  const fields = fieldsOf(entry);
  const approvals = approvalsOf(fields);
  if (fields === null || approvals === null) return;
  const { index, checkpoint } = parseProof(proof);
  const head = parseCheckpoint(parseNote(checkpoint).text);
  if (head.size > BigInt(MOST_ENTRIES)) {
    yield { kind: "roll", outcome: "unable", count: Number(head.size), reason: "long" };
    return;
  }
  try {
    const keys = policy.logs.filter((key) => key.name === head.origin && key.kind === ED25519).map((key) => key.public);
    const told = await all(Number(head.size), head.root, fetch);
    yield { kind: "roll", outcome: told ? "right" : "wrong", count: Number(head.size), ...(told ? {} : { reason: "other" as const }) };
    if (told) yield* signatures(await Roll.of(told, keys), Number(index), fields, approvals);
  } catch (error) {
    if (!(error instanceof Unable)) throw error;
    yield { kind: "roll", outcome: "unable", count: Number(head.size), reason: "browser" };
  }
}

async function* signatures(roll: Roll, index: number, fields: Fields, approvals: readonly unknown[]): AsyncGenerator<Step> {
  const names = approvals.map((approval) => String((approval as Fields | null)?.["key"]));
  for (const [place, approval] of approvals.entries()) {
    const found = await roll.approval(index, fields, approval);
    const key = names[place] ?? "";
    const signer = roll.signers.get(key);
    const added = signer && signer.added < index ? { added: signer.added } : {};
    yield { kind: "approval", outcome: found === "right" ? "right" : "wrong", key, ...added, ...(found === "right" ? {} : { reason: found }) };
  }
  yield { kind: "two", outcome: names.length === 2 && names[0] !== names[1] ? "right" : "wrong" };
}

/** Every entry that the roll is made from, or null where the entries do not lead to the root. */
async function all(size: number, root: Bytes, fetch: Fetch): Promise<Told[] | null> {
  const leaves: Bytes[] = [];
  const told: Told[] = [];
  for (let first = 0; first < size; first += WIDTH) {
    const { path } = bundleOf(BigInt(first), BigInt(size));
    const entries = entriesIn(await fetch(path)).slice(0, Math.min(WIDTH, size - first));
    for (const entry of entries) {
      const fields = fieldsOf(entry);
      if (fields && concerns(fields)) told.push({ index: leaves.length, fields });
      leaves.push(await leafHash(entry));
    }
  }
  if (leaves.length !== size || size === 0) return null;
  return equal(await rootOf(leaves), root) ? told : null;
}

/** RFC 6962, section 2.1. */
async function rootOf(leaves: readonly Bytes[]): Promise<Bytes> {
  const [only] = leaves;
  if (only === undefined) throw new Malformed("a log without entries has nothing to show");
  if (leaves.length === 1) return only;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
}
