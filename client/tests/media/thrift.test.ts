import { describe, expect, it } from "vitest";

import { LAVISH, pictures, save, type Thrift } from "../../src/media/thrift";

const samples = (thrift: Thrift, count: number, strain: boolean): Thrift =>
  Array.from({ length: count }).reduce<Thrift>((now) => save(now, strain), thrift);

describe("a way that does not carry it all", () => {
  it("is asked for less after two bad samples, and less again, down to sound alone", () => {
    expect(samples(LAVISH, 1, true).level).toBe(0);
    const levels = [2, 4, 6, 8, 20].map((count) => samples(LAVISH, count, true));
    expect(levels.map(({ level }) => level)).toEqual([1, 2, 3, 4, 4]);
    expect(levels.map(pictures)).toEqual([Infinity, 4, 1, 0, 0]);
  });

  it("is tried with more only after a long while, a step at a time", () => {
    const low = samples(LAVISH, 4, true);
    expect(samples(low, 14, false).level).toBe(2);
    expect(samples(low, 15, false).level).toBe(1);
    expect(samples(low, 30, false).level).toBe(0);
  });

  it("is tried less and less often when more was in vain, and as at first after a long calm", () => {
    let now = samples(LAVISH, 2, true);
    now = samples(now, 15, false);
    expect(now.level).toBe(0);
    now = samples(now, 2, true);
    expect(samples(now, 29, false).level).toBe(1);
    now = samples(now, 30, false);
    expect(now.level).toBe(0);
    expect(samples(now, 120, false)).toEqual(LAVISH);
  });
});
