import { describe, expect, it } from "vitest";

import { list, t, territory } from "../../src/texts";
import { en } from "../../src/texts/en";

describe("texts", () => {
  it("choose the plural form by the language's rules", () => {
    expect(t("people.refused", { count: 1 })).toBe("1 time it refused somebody");
    expect(t("people.refused", { count: 1200 })).toBe("1,200 times it refused somebody");
  });

  it("fill in values as they are", () => {
    expect(t("told.came", { name: "<b>{name}</b>" })).toBe("<b>{name}</b> came in.");
  });

  it("all have words in them", () => {
    for (const entry of Object.values(en))
      expect(Object.values(typeof entry === "string" ? [entry] : entry).every(Boolean)).toBe(true);
  });
});

describe("territories", () => {
  it("have neutral names", () => {
    expect(["CN", "HK", "MO", "TW"].map(territory)).toEqual(["Mainland China", "Hong Kong", "Macao", "Taiwan"]);
    expect(territory("FR")).toBe("France");
    expect(list(["FR", "DE"].map(territory))).toBe("France and Germany");
  });
});

describe("the catalogue", () => {
  const sources = Object.values(
    import.meta.glob<string>("../../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
  ).filter((source) => !source.includes("export const en ="));
  const code = sources.join("\n");
  /** Beginnings of keys that are completed with a code, as in t(`out.${code}.title`). */
  const beginnings = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((match) => match[1] ?? "");

  it("has no text that is never shown", () => {
    const unused = Object.keys(en).filter(
      (key) => !code.includes(`"${key}"`) && !beginnings.some((start) => key.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});
