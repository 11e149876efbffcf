import { describe, expect, it } from "vitest";

import type { Participant } from "../../src/protocol/messages";
import { arrange, orderOf, type Circumstances } from "../../src/ui/arrange";

function person(id: string, screen = false): Participant {
  const streams = screen ? ([{ mid: "2", kind: "screen" }] as const) : [];
  return { id, name: id, role: "participant", away: false, microphone: true, camera: true, hand: null, streams };
}

function room(people: Participant[], changes: Partial<Circumstances> = {}): Circumstances {
  const order = people.map(({ id }) => id);
  const map = new Map(people.map((one) => [one.id, one]));
  return { people: map, order, you: "me", layout: "grid", pinned: null, speaker: null, narrow: false, ...changes };
}

const three = [person("a"), person("b"), person("me")];
const ids = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

describe("the scene", () => {
  it("is a plain grid of everybody", () => {
    const scene = arrange(room(three));
    expect([scene.main, ids(scene.rest)]).toEqual([[], ["a", "b", "me"]]);
  });

  it("shows whoever has the floor large in speaker view, but never oneself", () => {
    expect(ids(arrange(room(three, { layout: "speaker", speaker: "b" })).main)).toEqual(["b"]);
    expect(ids(arrange(room(three, { layout: "speaker", speaker: "me" })).main)).toEqual(["a"]);
  });

  it("shows every shared screen large, whatever the view", () => {
    const scene = arrange(room([person("a", true), person("b", true), person("me")]));
    expect(scene.main).toEqual([
      { id: "a", kind: "screen" },
      { id: "b", kind: "screen" },
    ]);
    expect(ids(scene.rest)).toEqual(["a", "b", "me"]);
  });

  it("lets a pin go before everything, until that person leaves", () => {
    const pinned = { id: "b", kind: "camera" } as const;
    expect(arrange(room([person("a", true), ...three.slice(1)], { pinned })).main).toEqual([pinned]);
    expect(arrange(room([person("a"), person("me")], { pinned })).main).toEqual([]);
  });

  it("keeps screens in sight beside a pin, before people", () => {
    const sharing = [person("a", true), person("b", true), person("me")];
    const beside = arrange(room(sharing, { pinned: { id: "b", kind: "camera" } })).rest;
    expect(beside).toEqual([
      { id: "a", kind: "screen" },
      { id: "b", kind: "screen" },
      { id: "a", kind: "camera" },
      { id: "me", kind: "camera" },
    ]);
    const other = arrange(room(sharing, { pinned: { id: "a", kind: "screen" } })).rest;
    expect(other[0]).toEqual({ id: "b", kind: "screen" });
  });

  it("goes on showing the others to whoever shares a screen", () => {
    const scene = arrange(room([person("a"), person("me", true)]));
    expect([scene.main, ids(scene.rest)]).toEqual([[], ["a", "me"]]);
  });

  it("puts oneself into a corner when two people talk by telephone", () => {
    const scene = arrange(room([person("a"), person("me")], { narrow: true }));
    expect([ids(scene.main), scene.rest, scene.corner?.id]).toEqual([["a"], [], "me"]);
  });
});

describe("the order of tiles", () => {
  const none = { heard: new Map<string, number>(), speaking: new Set<string>() };

  it("keeps places, adds newcomers at the end, and oneself at the end of the first page", () => {
    expect(orderOf(["b", "a", "gone", "me"], ["a", "b", "c", "me"], "me", none.heard, none.speaking, 9)).toEqual([
      "b",
      "a",
      "c",
      "me",
    ]);
    expect(orderOf([], ["a", "b", "c", "me"], "me", none.heard, none.speaking, 3)).toEqual(["a", "b", "me", "c"]);
  });

  it("brings a speaker from another page to the place of whoever was silent longest", () => {
    const heard = new Map([
      ["a", 900],
      ["b", 100],
    ]);
    const order = orderOf(["a", "b", "c", "d"], ["a", "b", "c", "d", "me"], "me", heard, new Set(["d"]), 3);
    expect(order).toEqual(["a", "d", "me", "c", "b"]);
  });

  it("takes the place of nobody who speaks, however many do", () => {
    const speaking = new Set(["a", "b", "c", "d"]);
    const order = orderOf(["a", "b", "c", "d"], ["a", "b", "c", "d", "me"], "me", new Map(), speaking, 3);
    expect(order).toEqual(["a", "b", "me", "c", "d"]);
    expect(orderOf(order, ["a", "b", "c", "d", "me"], "me", new Map(), speaking, 3)).toEqual(order);
  });

  it("leaves everything where it is while speakers are on the first page", () => {
    const order = orderOf(["a", "b", "c"], ["a", "b", "c", "me"], "me", new Map([["a", 1]]), new Set(["b"]), 3);
    expect(order).toEqual(["a", "b", "me", "c"]);
  });
});
