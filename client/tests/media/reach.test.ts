import { describe, expect, it } from "vitest";

import { THROUGH, failing, reach, type Leg, type Reach } from "../../src/media/reach";

const UP: Leg = { needed: true, up: true };
const DOWN: Leg = { needed: true, up: false };
const UNUSED: Leg = { needed: false, up: false };

/** Looked at once a second, for so many seconds. */
function after(seconds: number, sending: Leg, receiving: Leg, before: Reach = THROUGH): Reach {
  let now = before;
  for (let at = 0; at <= seconds; at++) now = reach(now, { sending, receiving }, at * 1000);
  return now;
}

describe("what does not get through", () => {
  it.each([
    ["both", DOWN, DOWN],
    ["sending", DOWN, UP],
    ["receiving", UP, DOWN],
    [null, UP, UP],
    ["receiving", UNUSED, DOWN],
    [null, UNUSED, UNUSED],
  ] as const)("is %s when sending stands as %o and receiving as %o", (what, sending, receiving) => {
    expect(failing(after(10, sending, receiving), 10_000)).toBe(what);
  });

  it("is said only after a while", () => {
    expect(failing(after(9, DOWN, DOWN), 9000)).toBeNull();
  });

  it("is over at once when it does get through", () => {
    const before = after(30, DOWN, DOWN);
    expect(failing(reach(before, { sending: UP, receiving: UP }, 31_000), 31_000)).toBeNull();
  });
});
