import { describe, expect, it } from "vitest";

import { pack, pageSize } from "../../src/ui/packing";

describe("tiles", () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [6, 3],
    [9, 3],
    [12, 4],
    [25, 5],
  ])("of %i people stand in %i columns on a desk", (count, columns) => {
    expect(pack(count, 1248, 649, 10).columns).toBe(columns);
  });

  it.each([
    [2, 1],
    [3, 1],
    [5, 2],
    [6, 2],
    [8, 2],
  ])("of %i people stand in %i columns on a telephone", (count, columns) => {
    expect(pack(count, 374, 640, 10).columns).toBe(columns);
  });

  it("always fit, and are never wider than a picture", () => {
    for (let count = 1; count <= 30; count++) {
      for (const [width, height] of [
        [1248, 649],
        [374, 640],
        [800, 300],
        [200, 900],
      ] as const) {
        const { columns, rows, width: w, height: h } = pack(count, width, height, 10);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * w + (columns - 1) * 10).toBeLessThanOrEqual(width);
        expect(rows * h + (rows - 1) * 10).toBeLessThanOrEqual(height);
        expect(w).toBeLessThanOrEqual((h + 1) * (16 / 9) + 1);
      }
    }
  });

  it("have no size where there is no room", () => {
    expect(pack(3, 0, 0, 10)).toMatchObject({ width: 0, height: 0 });
  });
});

it("a page holds at least one and at most twenty-five", () => {
  expect(pageSize(10, 10)).toBe(1);
  expect(pageSize(4000, 3000)).toBe(25);
  expect(pageSize(374, 640)).toBeLessThanOrEqual(8);
});
