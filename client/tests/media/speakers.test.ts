import { describe, expect, it } from "vitest";

import { SILENCE, listen, type Speaking } from "../../src/media/speakers";

const levels = (...loud: [string, number][]): Map<string, number> => new Map(loud);
const during = (start: Speaking, from: number, to: number, heard: Map<string, number>): Speaking => {
  let state = start;
  for (let at = from; at <= to; at += 200) state = listen(state, heard, at);
  return state;
};

describe("who is speaking", () => {
  it("is whoever is louder than the room", () => {
    expect([...listen(SILENCE, levels(["a", 0.2], ["b", 0.01]), 1000).now]).toEqual(["a"]);
  });

  it("goes on between words, and ends with the sentence", () => {
    const spoke = listen(SILENCE, levels(["a", 0.2]), 1000);
    expect(listen(spoke, levels(["a", 0]), 1600).now.has("a")).toBe(true);
    expect(listen(spoke, levels(["a", 0]), 1800).now.has("a")).toBe(false);
  });
});

describe("the floor", () => {
  it("is kept through one's own silence", () => {
    const spoke = listen(SILENCE, levels(["a", 0.2], ["b", 0]), 1000);
    expect(during(spoke, 1200, 20_000, levels(["a", 0], ["b", 0])).main).toBe("a");
  });

  it("is not lost to a cough, but to somebody who goes on speaking", () => {
    const spoke = listen(SILENCE, levels(["a", 0.2], ["b", 0]), 0);
    const quiet = during(spoke, 200, 2000, levels(["a", 0], ["b", 0]));
    expect(during(quiet, 2200, 2600, levels(["a", 0], ["b", 0.3])).main).toBe("a");
    expect(during(quiet, 2200, 4000, levels(["a", 0], ["b", 0.3])).main).toBe("b");
  });

  it("passes on when its holder leaves", () => {
    const spoke = listen(SILENCE, levels(["a", 0.2], ["b", 0]), 0);
    expect(listen(spoke, levels(["b", 0]), 200).main).toBeNull();
    expect(listen(spoke, levels(["b", 0.2]), 200).main).toBe("b");
  });
});
