/** Bytes, Base64 and hashes. Everything malformed becomes `Malformed`, with a reason for people. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Not the format that it should be; the message says what is wrong and quotes nothing. */
export class Malformed extends Error {}

/** This browser cannot do what is needed. */
export class Unable extends Error {}

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

export function text(data: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Malformed("it is not valid UTF-8");
  }
}

export function join(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const equal = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

export const hex = (data: Bytes): string => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** So many bytes from lower-case hexadecimal digits; null where it is anything else. */
export function fromHex(digits: string, size: number): Bytes | null {
  if (digits.length !== 2 * size || !/^[0-9a-f]*$/.test(digits)) return null;
  return Uint8Array.from({ length: size }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

export const toBase64 = (data: Bytes): string => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

/** Standard alphabet, padded, no loose bits: RFC 4648, sections 3.3, 3.5 and 4. */
export function fromBase64(encoded: string): Bytes {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) throw new Malformed("it is not Base64");
  const data = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  if (toBase64(data) !== encoded) throw new Malformed("it is not Base64 in its one spelling");
  return data;
}

const MOST = 2n ** 63n - 1n;

/** A number to 2^63-1 without leading zeroes. */
export function decimal(digits: string): bigint {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(digits) || BigInt(digits) > MOST) throw new Malformed("a number is not written as it should be");
  return BigInt(digits);
}

function subtle(): SubtleCrypto {
  const found = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!found) throw new Unable("no-crypto");
  return found;
}

export const HASH_SIZE = 32;

/** 32 bytes. */
export function hashFrom(encoded: string): Bytes {
  const data = fromBase64(encoded);
  if (data.length !== HASH_SIZE) throw new Malformed("a hash has 32 bytes");
  return data;
}

export const sha256 = async (data: Bytes): Promise<Bytes> => new Uint8Array(await subtle().digest("SHA-256", data));

/** RFC 2104. */
export async function hmacSha256(key: Bytes, data: Bytes): Promise<Bytes> {
  const imported = await subtle().importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle().sign("HMAC", imported, data));
}

/** RFC 6962, section 2.1. */
export const leafHash = (entry: Bytes): Promise<Bytes> => sha256(join(Uint8Array.of(0), entry));

export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(join(Uint8Array.of(1), left, right));

/** Whether the key signed the message: RFC 8032, section 5.1.7. Unable where the browser knows no Ed25519. */
export async function ed25519(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false;
  let imported: CryptoKey;
  try {
    imported = await subtle().importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "DataError") return false;
    throw new Unable("no-ed25519");
  }
  return subtle().verify("Ed25519", imported, signature, message);
}
