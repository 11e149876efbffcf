/** Pure: how tiles fill a rectangle. */

export interface Packing {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
}

/** Tiles are at most as wide as a camera's picture, and on a telephone held upright they may be upright too. */
const WIDEST = 16 / 9;
const NARROWEST = 4 / 3;
const NARROWEST_UPRIGHT = 3 / 4;

/** The columns that give `count` tiles the largest pictures in `width` x `height` pixels. */
export function pack(count: number, width: number, height: number, gap: number): Packing {
  let best: Packing = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const packing = fit(count, columns, width, height, gap);
    if (worth(packing) > worth(best)) best = packing;
  }
  return best;
}

function fit(count: number, columns: number, width: number, height: number, gap: number): Packing {
  const rows = Math.ceil(count / columns);
  const cellWidth = (width - gap * (columns - 1)) / columns;
  const cellHeight = (height - gap * (rows - 1)) / rows;
  if (cellWidth <= 0 || cellHeight <= 0) return { columns, rows, width: 0, height: 0 };
  return {
    columns,
    rows,
    width: Math.floor(Math.min(cellWidth, cellHeight * WIDEST)),
    height: Math.floor(Math.min(cellHeight, cellWidth / (height > width ? NARROWEST_UPRIGHT : NARROWEST))),
  };
}

/** The picture's size, counted a little less the more an upright tile cuts off at its sides. */
function worth({ width, height }: Packing): number {
  return height > 0 ? width * height * Math.min(1, width / height / WIDEST) ** 0.25 : 0;
}

/** How many tiles make a page: as many as stay large enough to know a face. */
export function pageSize(width: number, height: number): number {
  const smallest = width < 600 ? 120 : 190;
  const columns = Math.max(1, Math.floor(width / smallest));
  const rows = Math.max(1, Math.floor(height / (smallest * 0.66)));
  return Math.max(1, Math.min(columns * rows, width < 600 ? 8 : 25));
}
