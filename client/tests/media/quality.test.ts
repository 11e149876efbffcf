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
    ["good", "uplink", {}],
    ["fair", "downlink", { lost: 5 }],
    ["poor", "downlink", { lost: 12 }],
    ["fair", "uplink", { uplinkLoss: 0.05 }],
    ["poor", "delay", { roundTrip: 0.9 }],
    ["poor", "uplink", { uplinkLoss: 0.2, lost: 5 }],
  ] as const)("is %s, on the way %s, with %o", (grade, side, changes) => {
    expect(repeat(FINE, 2, changes)).toMatchObject({ grade, side });
  });

  it("is not judged by one sample", () => {
    expect(repeat(FINE, 1, { lost: 12 }).grade).toBe("good");
    expect(repeat(repeat(FINE, 5, { lost: 12 }), 1, {}).grade).toBe("good");
  });

  it.each([
    ["what comes is lost", { lost: 12 }, 1],
    ["what comes stands in a queue", { roundTrip: 1.2 }, 1],
    ["what goes is lost", { uplinkLoss: 0.3 }, 0],
  ] as const)("is asked for less when %s: %o", (_, changes, level) => {
    expect(repeat(repeat(FINE, 1, {}), 2, changes).thrift.level).toBe(level);
  });

  it("is not asked for less because it is far away", () => {
    expect(repeat(FINE, 10, { roundTrip: 0.7 }).thrift.level).toBe(0);
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
