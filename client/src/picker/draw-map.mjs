/* Draws world.json from world-atlas (Natural Earth 1:50m, public domain): one SVG path per ISO code.
 *
 * node src/picker/draw-map.mjs      (again after an update of world-atlas; the result is committed)
 *
 * Done once here rather than in every browser: 140 kB of path (45 compressed) instead of 750 kB of geometry and a projection
 * library. Areas without an ISO code of their own are drawn as land that cannot be chosen. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

import { geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const WIDTH = 1000;
const SMALL = 7; // territories narrower than this get a dot that can be seen and pressed
const BY_NAME = { Kosovo: "XK" };
/* Parts that Natural Earth draws with a state but that have a code of their own: [west, south, east, north]. */
const PARTS = [
  ["250", "GF", [-55, 1.5, -51, 6.5]],
  ["250", "GP", [-62, 15.7, -60.9, 16.7]],
  ["250", "MQ", [-61.4, 14.2, -60.7, 15]],
  ["250", "RE", [55, -21.6, 56, -20.7]],
  ["250", "YT", [44.8, -13.2, 45.5, -12.4]],
  ["578", "SJ", [9, 75, 36, 82]],
  ["578", "SJ", [-10, 70, -7, 72]],
  ["578", "BV", [3, -55, 4, -54]],
  ["528", "BQ", [-69, 11.5, -62, 18]],
];

const atlas = createRequire(import.meta.url)("world-atlas/countries-50m.json");
const shapes = feature(atlas, atlas.objects.countries).features.filter((shape) => shape.id !== "010");
const everything = { type: "FeatureCollection", features: shapes };
const projection = geoEqualEarth().fitWidth(WIDTH, everything);
const path = geoPath(projection);
const [, [, bottom]] = path.bounds(everything);

/** ISO 3166-1 alpha-2 from the numeric code, by CLDR's own aliases. */
function code({ id, properties }) {
  if (!id) return BY_NAME[properties.name] ?? null;
  const [locale] = Intl.getCanonicalLocales(`und-${id}`);
  return /^und-[A-Z]{2}$/.test(locale) ? locale.slice(4) : null;
}

/** d3's path (clipped at the antimeridian) in whole units, relative, without points that round to the one before. */
function compact(shape) {
  let text = "";
  for (const ring of (path(shape) ?? "").split("M").slice(1)) {
    const [first, ...rest] = ring.replace("Z", "").split("L").map((point) => point.split(",").map((part) => Math.round(part)));
    let [x, y] = first;
    let steps = "";
    let count = 0;
    for (const [nextX, nextY] of rest) {
      if (nextX === x && nextY === y) continue;
      steps += `${nextX - x < 0 || steps === "" ? "" : " "}${nextX - x}${nextY - y < 0 ? "" : " "}${nextY - y}`;
      [x, y] = [nextX, nextY];
      count += 1;
    }
    if (count > 2) text += `M${first.join(" ")}l${steps}z`;
  }
  return text;
}

/** The shape's polygons by code. */
function byCode(shape) {
  const { type, coordinates } = shape.geometry;
  const groups = new Map();
  for (const polygon of type === "Polygon" ? [coordinates] : coordinates) {
    const [longitude, latitude] = geoCentroid({ type: "Polygon", coordinates: polygon });
    const inside = ([west, south, east, north]) =>
      longitude > west && longitude < east && latitude > south && latitude < north;
    const part = PARTS.find(([id, , box]) => id === shape.id && inside(box));
    const iso = part ? part[1] : code(shape);
    groups.set(iso, [...(groups.get(iso) ?? []), polygon]);
  }
  return groups;
}

const land = {};
const dots = {};
let plain = "";
for (const shape of shapes) {
  for (const [iso, polygons] of byCode(shape)) {
    const part = { type: "MultiPolygon", coordinates: polygons };
    const drawn = compact(part);
    const [[left, top], [right, low]] = path.bounds(part);
    if (iso === null) plain += drawn;
    else if (Math.max(right - left, low - top) < SMALL) dots[iso] = path.centroid(part).map(Math.round);
    else land[iso] = (land[iso] ?? "") + drawn;
  }
}
for (const iso of Object.keys(land)) delete dots[iso]; // an islet drawn apart from its state

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const world = { width: WIDTH, height: Math.ceil(bottom), plain, land: sorted(land), dots: sorted(dots) };
writeFileSync(new URL("world.json", import.meta.url), `${JSON.stringify(world)}\n`);
