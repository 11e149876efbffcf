import { describe, expect, it } from "vitest";

import { fromHex, utf8, type Bytes } from "../../src/proof/bytes";
import { aboutMeeting, toldIn } from "../../src/proof/target";

// made with: printf 0123456789abcdef0123456789abcdef | xxd -r -p | openssl dgst -sha256 -mac HMAC -macopt hexkey:$SALT
const MEETING = "0123456789abcdef".repeat(2);
const SALT = "5a".repeat(32);
const TARGET = "34542a41d96ea6b216637acb5db580aabb1dbb92351c1627a64f62f61e323336";

const bytes = (digits: string): Bytes => fromHex(digits, digits.length / 2) as Bytes;
const entry = (target: unknown): Bytes => utf8(JSON.stringify({ target, type: "restriction.approved" }));

describe("what whoever is kept out is given", () => {
  it("shows that the entry is about their meeting", async () => {
    const told = toldIn(`#meeting=${MEETING}&salt=${SALT}`);
    expect(told).not.toBeNull();
    expect(await aboutMeeting(entry(TARGET), told ?? { meeting: utf8(""), salt: utf8("") })).toEqual({
      kind: "target",
      outcome: "right",
      meeting: bytes(MEETING),
    });
  });

  it.each([
    ["another meeting", { meeting: bytes("00".repeat(16)), salt: bytes(SALT) }, entry(TARGET)],
    ["another salt", { meeting: bytes(MEETING), salt: bytes("00".repeat(32)) }, entry(TARGET)],
    ["another entry", { meeting: bytes(MEETING), salt: bytes(SALT) }, entry("00".repeat(32))],
    ["an entry without a target", { meeting: bytes(MEETING), salt: bytes(SALT) }, entry(undefined)],
    ["an entry that is no JSON", { meeting: bytes(MEETING), salt: bytes(SALT) }, utf8("{")],
  ])("does not show it of %s", async (_what, told, of) => {
    expect((await aboutMeeting(of, told)).outcome).toBe("wrong");
  });

  it.each(["", "#", "#meeting=1&salt=2", `#meeting=${MEETING}`, `#salt=${SALT}`, `#meeting=${MEETING}&salt=${SALT.toUpperCase()}`])(
    "is not in %j",
    (fragment) => {
      expect(toldIn(fragment)).toBeNull();
    },
  );
});
