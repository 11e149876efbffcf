/**
 * Which meeting a restriction's entry is about. Its `target` is HMAC-SHA256 of the meeting's number with a salt that
 * whoever is kept out is given behind a `#`: nobody else can tell, the server is not asked, and no history keeps it.
 */
import { equal, hmacSha256, fromHex, text, type Bytes } from "./bytes";
import type { Step } from "./verify";

/** What somebody was told. */
export interface Told {
  readonly meeting: Bytes;
  readonly salt: Bytes;
}

/** What stands behind the `#`; null where it is nothing of the kind. */
export function toldIn(fragment: string): Told | null {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const [meeting, salt] = [fromHex(given.get("meeting") ?? "", 16), fromHex(given.get("salt") ?? "", 32)];
  return meeting && salt ? { meeting, salt } : null;
}

/** Whether the entry is about that meeting. */
export async function aboutMeeting(entry: Bytes, { meeting, salt }: Told): Promise<Step> {
  const target = targetOf(entry);
  const right = target !== null && equal(await hmacSha256(salt, meeting), target);
  return { kind: "target", outcome: right ? "right" : "wrong", meeting };
}

function targetOf(entry: Bytes): Bytes | null {
  try {
    const fields: unknown = JSON.parse(text(entry));
    const target = typeof fields === "object" && fields !== null && "target" in fields ? fields.target : null;
    return typeof target === "string" ? fromHex(target, 32) : null;
  } catch {
    return null;
  }
}
