/* Writes the register's world map from the picker's: world.json as an SVG file whose shapes a page can use by code.
 *
 * node src/picker/draw-register.mjs      (again after draw-map.mjs; the result is committed, a test compares them) */
import { readFileSync, writeFileSync } from "node:fs";

const world = JSON.parse(readFileSync(new URL("world.json", import.meta.url), "utf8"));
const lands = Object.entries(world.land).map(([code, d]) => `<path id="${code}" d="${d}"/>`);
const dots = Object.entries(world.dots).map(([code, [x, y]]) => `<circle id="${code}" cx="${x}" cy="${y}" r="3.6"/>`);
const lines = [`<path d="${world.plain}"/>`, ...lands, ...dots];
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${world.width} ${world.height}"><g id="world">\n${lines.join("\n")}\n</g></svg>\n`;
writeFileSync(new URL("../../../src/bailiwick/register/static/register/world.svg", import.meta.url), svg);
