import { describe, expect, it } from "vitest";

import { initials } from "../../src/ui/parts";

describe("initials", () => {
  it("are those of the first and the last word", () => {
    expect(["Noor", "ada m. lovelace", "Łukasz Ósmy", "李 娜"].map(initials)).toEqual(["N", "AL", "ŁÓ", "李娜"]);
  });

  it("are letters or digits, whatever else a name is made of", () => {
    expect(["Ada (host)", "“Sam” – 2", "…", ""].map(initials)).toEqual(["AH", "S2", "?", "?"]);
  });
});
