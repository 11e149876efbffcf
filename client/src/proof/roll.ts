/** Whose passkeys count, told by the log's own entries in their order. The same rules as `bailiwick.signing.roll`. */
import { fromBase64url, isSupported, signed } from "./assertion";
import { ed25519, equal, hex, Malformed, sha256, text, utf8, type Bytes } from "./bytes";

export type Fields = Readonly<Record<string, unknown>>;

export interface Signer {
  readonly key: string;
  readonly publicKey: Bytes;
  readonly added: number;
  removed: number | null;
}

export interface Told {
  readonly index: number;
  readonly fields: Fields;
}

/** `wrong-key`: not on the roll at that point. */
export type Approved = "right" | "nobody" | "not-signed" | "malformed";

const KINDS = new Set(["signers.begun", "signer.added", "signer.removed", "key.rotated"]);
const SIGNATURES = new Set(["approvals", "approved_at", "signature", "signatures"]);

/** JSON with sorted keys and no spaces, as entries have it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = value as Fields;
  const names = Object.keys(fields).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(fields[name])}`).join(",")}}`;
}

/** The fields of an entry in its one form; null if it is in no such form. */
export function fieldsOf(entry: Bytes): Fields | null {
  try {
    const plain = text(entry);
    const found: unknown = JSON.parse(plain);
    return typeof found === "object" && found !== null && !Array.isArray(found) && canonical(found) === plain ? (found as Fields) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Malformed) return null;
    throw error;
  }
}

export const statementOf = (fields: Fields): Bytes =>
  utf8(canonical(Object.fromEntries(Object.entries(fields).filter(([name]) => !SIGNATURES.has(name)))));

/** Whether the roll is made from entries of this type. */
export const concerns = (fields: Fields): boolean => KINDS.has(String(fields["type"]));

class Refused extends Error {}

function refuse(condition: boolean): void {
  if (condition) throw new Refused();
}

export class Roll {
  readonly signers = new Map<string, Signer>();
  private last = "";

  private constructor(private readonly believed: readonly (readonly [Bytes, number])[]) {}

  /** After these entries, ascending. `keys`: the log's Ed25519 keys that are believed. */
  static async of(told: readonly Told[], keys: readonly Bytes[]): Promise<Roll> {
    const made = new Roll(await believed(told, keys));
    for (const { index, fields } of told) {
      try {
        await made.take(index, fields);
      } catch (error) {
        if (!(error instanceof Refused) && !(error instanceof Malformed)) throw error;
      }
    }
    return made;
  }

  /** Who approved, in the order of the entry; throws nothing but what a browser cannot do. */
  async approval(index: number, fields: Fields, approval: unknown): Promise<Approved> {
    if (typeof approval !== "object" || approval === null) return "malformed";
    const said = approval as Fields;
    const found = this.signers.get(String(said["key"]));
    if (!found || found.added >= index || (found.removed !== null && found.removed <= index)) return "nobody";
    try {
      const made = {
        authenticatorData: fromBase64url(said["authenticator_data"]),
        clientData: fromBase64url(said["client_data"]),
        signature: fromBase64url(said["signature"]),
      };
      return (await signed(found.publicKey, made, statementOf(fields))) ? "right" : "not-signed";
    } catch (error) {
      if (error instanceof Malformed) return "malformed";
      throw error;
    }
  }

  private async take(index: number, fields: Fields): Promise<void> {
    if (fields["type"] === "signers.begun") await this.begin(index, fields);
    else if (fields["type"] === "signer.added") await this.add(index, fields);
    else if (fields["type"] === "signer.removed") this.remove(index, fields["key"]);
  }

  private async begin(index: number, fields: Fields): Promise<void> {
    const { at, keys } = fields;
    const key = fromHex(fields["log_key"]);
    refuse(!this.believed.some(([known, before]) => equal(known, key) && index < before));
    refuse(!(await bySigned(key, fields, fields["signature"])));
    refuse(typeof at !== "string" || at <= this.last || !Array.isArray(keys) || keys.length !== 2);
    const found = await Promise.all((keys as unknown[]).map((each) => this.fresh(each)));
    refuse(found[0]?.key === found[1]?.key);
    for (const each of this.signers.values()) each.removed ??= index;
    for (const { key: name, publicKey } of found) this.signers.set(name, { key: name, publicKey, added: index, removed: null });
    this.last = String(at);
  }

  private async add(index: number, fields: Fields): Promise<void> {
    const { key, publicKey } = await this.fresh(fields["key"]);
    const approvals = fields["approvals"];
    refuse(!Array.isArray(approvals) || approvals.length !== 2);
    const [one, other] = approvals as unknown[];
    refuse((one as Fields)["key"] === (other as Fields)["key"]);
    for (const approval of [one, other]) refuse((await this.approval(index, fields, approval)) !== "right");
    if (fields["replaces"] !== undefined) this.remove(index, fields["replaces"]);
    this.signers.set(key, { key, publicKey, added: index, removed: null });
  }

  private remove(index: number, key: unknown): void {
    const found = this.signers.get(String(key));
    if (!found || found.removed !== null) throw new Refused();
    found.removed = index;
  }

  /** A key that was never on the roll. */
  private async fresh(encoded: unknown): Promise<{ key: string; publicKey: Bytes }> {
    const publicKey = fromBase64url(encoded);
    const key = hex(await sha256(publicKey));
    refuse(!isSupported(publicKey) || this.signers.has(key));
    return { key, publicKey };
  }
}

function fromHex(found: unknown): Bytes {
  if (typeof found !== "string" || !/^[0-9a-f]{64}$/.test(found)) throw new Refused();
  return Uint8Array.from(found.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const bySigned = (key: Bytes, fields: Fields, signature: unknown): Promise<boolean> =>
  ed25519(key, statementOf(fields), fromBase64url(signature));

/** Keys of the log, each with the index before which it is believed: a believed one vouches for the one before it. */
async function believed(told: readonly Told[], keys: readonly Bytes[]): Promise<(readonly [Bytes, number])[]> {
  const found = new Map(keys.map((key) => [hex(key), [key, Number.POSITIVE_INFINITY] as const]));
  for (const { index, fields } of [...told].reverse()) {
    if (fields["type"] !== "key.rotated") continue;
    try {
      const [old, new_] = [fromHex(fields["old"]), fromHex(fields["new"])];
      const signatures = fields["signatures"];
      if (!Array.isArray(signatures) || signatures.length !== 2 || !found.has(hex(new_)) || keys.some((key) => equal(key, old))) continue;
      if ((await bySigned(old, fields, signatures[0])) && (await bySigned(new_, fields, signatures[1]))) found.set(hex(old), [old, index]);
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof Malformed)) throw error;
    }
  }
  return [...found.values()];
}
