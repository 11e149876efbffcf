import { describe, expect, it } from "vitest";

import source from "../../../src/bailiwick/web/sentences.py?raw";
import { place, sentence } from "./sentence";
import { matches, parse, type Territories } from "./territories";
import world from "./world.json";

const NAMES: Record<string, string> = {
  AT: "Austria", BE: "Belgium", CI: "Côte d'Ivoire", DE: "Germany", ES: "Spain", FR: "France", HK: "Hong Kong", IT: "Italy", KR: "South Korea", TW: "Taiwan",
};
const data: Territories = {
  territories: Object.entries(NAMES).map(([code, name]) => ({ code, name, continent: "EU" })),
  continents: { EU: "Europe" },
  groups: { EU: ["DE", "FR"], EEA: ["AT", "DE", "FR"] },
};
const found = (search: string): string[] => data.territories.filter((one) => matches(one, search)).map(({ code }) => code);

describe("searching", () => {
  it("finds by the beginning of any word, without accents or case", () => {
    expect(found("COTE")).toEqual(["CI"]);
    expect(found("ivo")).toEqual(["CI"]);
    expect(found("kor")).toEqual(["KR"]);
    expect(found("hong k")).toEqual(["HK"]);
  });
  it("finds by the whole code, and not by a part of a word", () => {
    expect(found("tw")).toEqual(["TW"]);
    expect(found("any")).toEqual([]);
  });
  it("shows everything for nothing", () => {
    expect(found("  ")).toHaveLength(data.territories.length);
  });
});

describe("codes as text", () => {
  it("are read with commas or spaces, once each, sorted", () => {
    expect(parse("fr, DE;DE  hk")).toEqual(["DE", "FR", "HK"]);
    expect(parse("")).toEqual([]);
  });
});

describe("the rule in words", () => {
  it("names a few, counts many, and calls the EU by its name", () => {
    expect(place(["FR"], data)).toBe("France");
    expect(place(["HK", "FR", "TW"], data)).toBe("France, Hong Kong or Taiwan");
    expect(place(["FR", "DE"], data)).toBe("the European Union");
    expect(place(["AT", "BE", "CI", "DE", "ES", "FR", "HK"], data)).toBe("one of 7 countries and territories (Austria, Belgium, Côte d'Ivoire and 4 more)");
  });
  it("says nothing until all three parts are chosen", () => {
    expect(sentence({ mode: "deny", territories: [], undetermined: "admit" }, data)).toBe("");
    expect(sentence({ mode: "deny", territories: ["FR"], undetermined: "" }, data)).toBe("");
  });
  it("says the same as the server", () => {
    const python = source.replace(/"\s*\n\s*"/g, "");
    for (const undetermined of ["admit", "waiting_room", "refuse"]) {
      const [, then = ""] = sentence({ mode: "deny", territories: ["FR"], undetermined }, data).split("France. ");
      expect(python).toContain(then);
    }
    expect(python).toContain("Only people located in %s can come in; everybody else is refused.");
    expect(python).toContain("Everybody can come in except people located in %s.");
  });
});

describe("the map", () => {
  it("draws Hong Kong, Macao and Taiwan apart from mainland China", () => {
    const drawn = { ...world.land, ...world.dots };
    for (const code of ["CN", "HK", "MO", "TW", "XK"]) expect(drawn).toHaveProperty(code);
  });
  it("does not draw French Guiana or Svalbard as their states", () => {
    expect(world.land).toHaveProperty("GF");
    expect(world.land).toHaveProperty("SJ");
  });
});
