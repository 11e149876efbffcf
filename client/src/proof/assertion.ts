/** A passkey's signature over a text (Web Authentication Level 2, 7.2), by a COSE public key in its one form. */
import { ed25519, equal, join, Malformed, sha256, text, Unable, type Bytes } from "./bytes";

export interface Assertion {
  readonly authenticatorData: Bytes;
  readonly clientData: Bytes;
  readonly signature: Bytes;
}

const bytes = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const begins = (data: Bytes, head: Bytes): boolean => equal(data.slice(0, head.length), head);

/** RFC 9053, 7: {1: 2, 3: -7, -1: 1, -2: x, -3: y} and {1: 1, 3: -8, -1: 6, -2: x}. */
const ES256 = bytes("a5010203262001215820");
const ES256_Y = bytes("225820");
const EDDSA = bytes("a4010103272006215820");
const PRESENT_AND_VERIFIED = 0x05;
const EXTENSIONS = 0x80;
const ATTESTED = 0x40;
const HEAD = 37;

export const isSupported = (cose: Bytes): boolean =>
  (cose.length === 77 && begins(cose, ES256) && equal(cose.slice(42, 45), ES256_Y)) || (cose.length === 42 && begins(cose, EDDSA));

export const base64url = (data: Bytes): string =>
  btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Without padding, in its one spelling: RFC 7515, section 2. */
export function fromBase64url(encoded: unknown): Bytes {
  if (typeof encoded !== "string" || !/^[A-Za-z0-9_-]+$/.test(encoded) || encoded.length % 4 === 1) throw new Malformed("it is not base64url");
  const data = Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  if (base64url(data) !== encoded) throw new Malformed("it is not base64url in its one spelling");
  return data;
}

/** Whether this passkey's holder, present and verified, signed this text. Unable where the browser cannot tell. */
export async function signed(cose: Bytes, made: Assertion, statement: Bytes): Promise<boolean> {
  if (!(await asked(made.clientData, statement)) || !attended(made.authenticatorData)) return false;
  const message = join(made.authenticatorData, await sha256(made.clientData));
  if (!isSupported(cose)) return false;
  if (cose.length === 42) return ed25519(cose.slice(10), message, made.signature);
  return es256(join(Uint8Array.of(4), cose.slice(10, 42), cose.slice(45)), message, made.signature);
}

async function asked(clientData: Bytes, statement: Bytes): Promise<boolean> {
  try {
    const said: unknown = JSON.parse(text(clientData));
    if (typeof said !== "object" || said === null) return false;
    const { type, challenge, crossOrigin } = said as Record<string, unknown>;
    return type === "webauthn.get" && challenge === base64url(await sha256(statement)) && (crossOrigin ?? false) === false;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Malformed) return false;
    throw error;
  }
}

function attended(data: Bytes): boolean {
  const flags = data[32] ?? 0;
  if (data.length < HEAD || (flags & ATTESTED) !== 0 || data.length > HEAD !== ((flags & EXTENSIONS) !== 0)) return false;
  return (flags & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED;
}

async function es256(point: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const pair = fromDer(signature);
  if (pair === null) return false;
  const { subtle } = globalThis.crypto;
  let key: CryptoKey;
  try {
    key = await subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "DataError") return false;
    throw new Unable("no-es256");
  }
  return subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, pair, message);
}

/** A SEQUENCE of two positive INTEGERs (RFC 3279, 2.2.3) as WebCrypto wants it: two numbers of 32 bytes. */
function fromDer(data: Bytes): Bytes | null {
  if (data[0] !== 0x30 || data[1] !== data.length - 2) return null;
  const first = integer(data, 2);
  const second = first && integer(data, first.end);
  return first && second?.end === data.length ? join(first.value, second.value) : null;
}

function integer(data: Bytes, at: number): { value: Bytes; end: number } | null {
  const length = data[at + 1] ?? 0;
  const end = at + 2 + length;
  const digits = data.slice(at + 2, end);
  if (data[at] !== 2 || length === 0 || end > data.length || (digits[0] ?? 0) > 0x7f) return null;
  if (digits[0] === 0 && (digits[1] ?? 0) < 0x80 && length > 1) return null;
  const number = digits[0] === 0 ? digits.slice(1) : digits;
  if (number.length > 32) return null;
  return { value: join(new Uint8Array(32 - number.length), number), end };
}
