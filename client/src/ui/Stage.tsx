import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../texts";
import { copyLink } from "./actions";
import { arrange, type Item } from "./arrange";
import { useApp, useRoom } from "./context";
import { IconButton, Button } from "./parts";
import { pack, pageSize } from "./packing";
import { Tile } from "./Tile";

const GAP = 10;
/** The least height of a tile beside what is large, in pixels, and the most tiles there. */
const STRIP_TILE = 72;
const STRIP_TILES = 6;
const STRIP_TILES_NARROW = 3;

/** Everybody's pictures. */
export function Stage(): JSX.Element {
  const { view, media } = useApp();
  const room = useRoom();
  const scene = arrange({
    people: room.participants,
    order: view.order.value,
    you: room.you,
    layout: view.layout.value,
    pinned: view.pinned.value,
    speaker: media.speaking.value.main,
    narrow: view.narrow.value,
  });
  const alone = room.participants.size <= 1 && scene.main.length === 0;
  return (
    <section class={`stage ${scene.main.length > 0 ? "has-main" : ""}`} aria-label={t("stage.label")}>
      {scene.main.length > 0 && <Fill items={scene.main} large />}
      {scene.rest.length > 0 && (scene.main.length > 0 ? <Strip items={scene.rest} /> : <Pages items={scene.rest} />)}
      {scene.corner && (
        <div class="corner">
          <Tile item={scene.corner} />
        </div>
      )}
      {alone && <Alone />}
    </section>
  );
}

/** The size of an element, followed. */
function useSize(): [preact.RefObject<HTMLDivElement>, { width: number; height: number }] {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}

/** Tiles as large as they can be in the room there is. */
function Fill({ items, large = false }: { items: readonly Item[]; large?: boolean }): JSX.Element {
  const [element, { width, height }] = useSize();
  const only = large && items.length === 1;
  const packing = pack(items.length, width, height, GAP);
  const size = only ? { width, height } : packing;
  const style = {
    gridTemplateColumns: `repeat(${only ? 1 : packing.columns * 2}, minmax(0, ${only ? width : (packing.width - GAP) / 2}px))`,
    gridAutoRows: `${size.height}px`,
  };
  return (
    <div class={`fill ${large ? "large" : ""}`} ref={element}>
      <ul class="tiles" style={style}>
        {items.map((item, i) => (
          <li
            key={`${item.kind} ${item.id}`}
            style={only ? {} : { gridColumn: column(i, items.length, packing.columns) }}
          >
            <Tile item={item} large={large} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Each tile is two half columns wide, so that a last row that is not full stands in the middle. */
function column(i: number, count: number, columns: number): string {
  const inLastRow = count % columns;
  const isLastRow = inLastRow > 0 && i >= count - inLastRow;
  const start = isLastRow && i === count - inLastRow ? columns - inLastRow + 1 : "auto";
  return `${start} / span 2`;
}

/** A grid in pages. */
function Pages({ items }: { items: readonly Item[] }): JSX.Element {
  const { view } = useApp();
  const [element, { width, height }] = useSize();
  useEffect(() => {
    if (width > 0) view.perPage.value = pageSize(width, height);
  }, [width, height]);
  return (
    <div class="pages" ref={element}>
      <Paged items={items} perPage={view.perPage.value} page={view.page} show={(shown) => <Fill items={shown} />} />
    </div>
  );
}

/** A row of small tiles beside what is large. */
function Strip({ items }: { items: readonly Item[] }): JSX.Element {
  const { view } = useApp();
  const [element, { height }] = useSize();
  const show = (shown: readonly Item[]): JSX.Element => (
    <ul class="strip-tiles">
      {shown.map((item) => (
        <li key={`${item.kind} ${item.id}`}>
          <Tile item={item} />
        </li>
      ))}
    </ul>
  );
  const fitting = Math.max(1, Math.min(STRIP_TILES, Math.floor(height / (STRIP_TILE + GAP))));
  const perPage = view.narrow.value ? STRIP_TILES_NARROW : fitting;
  const screens = items.filter(({ kind }) => kind === "screen").length;
  useEffect(() => {
    // Who speaks comes to the first page: of the strip, while that is what there is.
    if (height > 0) view.perPage.value = Math.max(1, perPage - screens);
  }, [height, perPage, screens]);
  return (
    <div class="strip" ref={element}>
      <Paged items={items} perPage={perPage} page={view.stripPage} show={show} />
    </div>
  );
}

interface PagedProps {
  readonly items: readonly Item[];
  readonly perPage: number;
  readonly page: Signal<number>;
  readonly show: (items: readonly Item[]) => JSX.Element;
}

function Paged({ items, perPage, page: chosen, show }: PagedProps): JSX.Element {
  const pages = Math.ceil(items.length / perPage);
  const page = Math.min(chosen.value, pages - 1);
  const turn = (to: number): void => {
    chosen.value = to;
  };
  return (
    <>
      {show(items.slice(page * perPage, (page + 1) * perPage))}
      {pages > 1 && (
        <nav class="pager" aria-label={t("stage.page", { page: page + 1, pages })}>
          <IconButton
            icon="previous"
            label={t("stage.previous")}
            onClick={() => turn(page === 0 ? pages - 1 : page - 1)}
          />
          <span aria-live="polite">
            {page + 1} / {pages}
          </span>
          <IconButton icon="next" label={t("stage.next")} onClick={() => turn((page + 1) % pages)} />
        </nav>
      )}
    </>
  );
}

/** Nobody else is here: what to do about it. */
function Alone(): JSX.Element {
  const app = useApp();
  return (
    <div class="alone">
      <h2>{t("stage.alone")}</h2>
      <p>{t("stage.alone.text")}</p>
      <Button icon="link" tone="primary" onClick={() => void copyLink(app)}>
        {t("stage.copy")}
      </Button>
    </div>
  );
}
