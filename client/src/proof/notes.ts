/** Signed notes, their keys, and checkpoints: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature. */
import { decimal, ed25519, equal, fromBase64, hashFrom, join, Malformed, sha256, text, utf8, type Bytes } from "./bytes";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export const ML_DSA_44 = 0x06;
const PUBLIC_SIZE: Readonly<Record<number, number>> = { [ED25519]: 32, [COSIGNATURE]: 32, [ML_DSA_44]: 1312 };
const MOST_BYTES = 1_000_000;
const MOST_SIGNATURES = 100;

export interface Key {
  readonly name: string;
  readonly id: Bytes;
  readonly kind: number;
  readonly public: Bytes;
}

export interface Signature {
  readonly name: string;
  readonly id: Bytes;
  readonly payload: Bytes;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
}

function checkName(name: string): void {
  if (name === "" || /[\s+\u0000-\u001f]/u.test(name)) throw new Malformed("a key's name cannot be that");
}

/** `name+id+key`; Base64 may contain pluses, so only the first two divide. */
export async function parseKey(vkey: string): Promise<Key> {
  const [, name = "", id = "", encoded = ""] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(vkey) ?? [];
  checkName(name);
  const data = fromBase64(encoded);
  const kind = data[0] ?? 0;
  const key = data.slice(1);
  if (PUBLIC_SIZE[kind] !== key.length) throw new Malformed("a key is of an unknown kind, or too long or short");
  const expected = (await sha256(join(utf8(`${name}\n`), data))).slice(0, 4);
  if (id !== [...expected].map((byte) => byte.toString(16).padStart(2, "0")).join(""))
    throw new Malformed("a key does not fit its own identifier");
  return { name, id: expected, kind, public: key };
}

export function parseNote(data: Bytes): Note {
  if (data.length > MOST_BYTES) throw new Malformed("a checkpoint is too long");
  const whole = text(data);
  if (!whole.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw new Malformed("a checkpoint is lines of plain text");
  const divide = whole.lastIndexOf("\n\n");
  if (divide < 0) throw new Malformed("a checkpoint has an empty line before its signatures");
  const lines = whole.slice(divide + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) throw new Malformed("a checkpoint has too many signatures");
  return { text: whole.slice(0, divide + 1), signatures: lines.map(signatureLine) };
}

function signatureLine(line: string): Signature {
  const [dash, name = "", encoded = "", ...rest] = line.split(" ");
  if (dash !== "\u2014" || rest.length > 0) throw new Malformed("a signature is a dash, a name and Base64");
  checkName(name);
  const data = fromBase64(encoded);
  if (data.length < 5) throw new Malformed("a signature is too short");
  return { name, id: data.slice(0, 4), payload: data.slice(4) };
}

export function parseCheckpoint(body: string): Checkpoint {
  const [origin = "", size = "", root = "", ...rest] = body.split("\n");
  if (origin === "" || rest.at(-1) !== "" || rest.slice(0, -1).includes("")) throw new Malformed("a checkpoint has three lines or more");
  return { origin, size: decimal(size), root: hashFrom(root) };
}

/** Of the note's signatures, those by the key. */
export const signaturesBy = (note: Note, key: Key): Signature[] =>
  note.signatures.filter((signature) => signature.name === key.name && equal(signature.id, key.id));

export const verifySignature = (note: Note, key: Key, signature: Signature): Promise<boolean> =>
  ed25519(key.public, utf8(note.text), signature.payload);

/** When a witness cosigned (POSIX seconds), or null if that is not its signature: tlog-cosignature, "Format". */
export async function verifyCosignature(note: Note, key: Key, signature: Signature): Promise<bigint | null> {
  if (signature.payload.length !== 72) return null;
  const view = new DataView(signature.payload.buffer, signature.payload.byteOffset, 8);
  const at = view.getBigUint64(0);
  const message = utf8(`cosignature/v1\ntime ${at}\n${note.text}`);
  return (await ed25519(key.public, message, signature.payload.slice(8))) ? at : null;
}
