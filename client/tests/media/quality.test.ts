import { describe, expect, it } from "vitest";

import { FINE, judge, type Quality, type Sample } from "../../src/media/quality";

const base: Sample = {
  at: 0,
  received: 1000,
  lost: 0,
  uplinkLoss: 0,
  roundTrip: 0.03,
  decoded: 100,
  dropped: 0,
  cpuLimited: false,
};
const next = (changes: Partial<Sample>): Sample => ({ ...base, received: 1100, decoded: 160, ...changes });
const repeat = (quality: Quality, times: number, changes: Partial<Sample>): Quality =>
  Array.from({ length: times }).reduce<Quality>((state) => judge(state, base, next(changes)), quality);

describe("the network", () => {
  it.each([
    ["good", {}],
    ["fair", { lost: 5 }],
    ["poor", { lost: 12 }],
    ["fair", { uplinkLoss: 0.05 }],
    ["poor", { roundTrip: 0.9 }],
  ] as const)("is %s with %o", (grade, changes) => {
    expect(judge(FINE, base, next(changes)).grade).toBe(grade);
  });
});

describe("a machine short of breath", () => {
  it("is spared only after a while, and for a while", () => {
    const tired = { cpuLimited: true };
    expect(repeat(FINE, 2, tired).sparing).toBe(false);
    const sparing = repeat(FINE, 3, tired);
    expect(sparing.sparing).toBe(true);
    expect(repeat(sparing, 14, {}).sparing).toBe(true);
    expect(repeat(sparing, 15, {}).sparing).toBe(false);
  });

  it("shows by frames that could not be drawn in time", () => {
    expect(repeat(FINE, 3, { dropped: 30 }).sparing).toBe(true);
  });
});
