import { describe, expect, it } from "vitest";

import { second } from "../../src/hide";
import { problemOf } from "../../src/protocol/problem";
import { ENGLISH, preferred, TAGS, toldTexts } from "../../src/texts/told";
import { isTold, refusal } from "../../src/ui/Told";

describe("the language of what somebody kept out reads", () => {
  it("is the first of the browser's that there is", () => {
    expect(preferred(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(preferred(["zh-TW"])).toBe("zh-Hant");
    expect(preferred(["zh-HK", "en"])).toBe("zh-Hant");
    expect(preferred(["zh-CN"])).toBe("zh-Hans");
    expect(preferred(["zh-Hans-HK"])).toBe("zh-Hans");
    expect(preferred(["ar"])).toBe("ar");
    expect(preferred([])).toBe("en");
  });

  it("has neutral names of territories, and names for all others", async () => {
    const names = await Promise.all(TAGS.map(async (tag) => (await toldTexts(tag)).territory("CN")));
    expect(names).toEqual(["Mainland China", "Chine continentale", "البر الرئيسي للصين", "中国大陆", "中國大陸"]);
    expect(ENGLISH.territory("FR")).toBe("France");
    expect(ENGLISH.territory("EU")).toBe("European Union");
    expect(ENGLISH.territory("nonsense")).toBe("nonsense");
  });

  it("runs from right to left in Arabic alone, and fills in values", async () => {
    const all = await Promise.all(TAGS.map(toldTexts));
    expect(all.filter(({ dir }) => dir === "rtl").map(({ tag }) => tag)).toEqual(["ar"]);
    expect(ENGLISH.text("withheld.entry", { index: 7, origin: "here" })).toBe("entry 7 of here");
    expect(ENGLISH.word("reason", "of_the_future")).toBe("of_the_future");
  });
});

describe("why somebody is not in the meeting", () => {
  const codes = ["blocked", "removed", "turned_away", "locked", "full", "ended", "no_such_meeting", "rate_limited", "unavailable"];

  it("has a title and a sentence in every language, for everything that others decide", async () => {
    for (const texts of await Promise.all(TAGS.map(toldTexts)))
      for (const code of codes) {
        const keys = refusal(code);
        expect(keys, code).not.toBeNull();
        for (const key of keys ?? []) expect(texts.text(key), `${texts.tag} ${code}`).not.toBe("");
        if (texts.tag !== "en") expect(texts.text(keys![0])).not.toBe(ENGLISH.text(keys![0]));
      }
  });

  it("is told plainly where there are no words for it", () => {
    expect(refusal("bad_request")).toBeNull();
    expect(isTold(problemOf("withheld"))).toBe(true);
    expect(isTold(problemOf("ended"))).toBe(true);
    expect(isTold(problemOf("of_the_future"))).toBe(false);
  });
});

describe("hiding by key", () => {
  it("takes Escape twice within a second, and nothing in between", () => {
    const again = second();
    expect(again("Escape", 0)).toBe(false);
    expect(again("Escape", 900)).toBe(true);
    expect(again("Escape", 1000)).toBe(false);
    expect(again("Escape", 2500)).toBe(false);
    expect(again("a", 2600)).toBe(false);
    expect(again("Escape", 2700)).toBe(false);
    expect(again("Escape", 2800)).toBe(true);
  });
});
