import { describe, expect, it } from "vitest";

import {
  KEPT_VIDEOS,
  affordable,
  firstSeen,
  keyOf,
  nowSeen,
  substreamFor,
  wantedLayers,
  wantedStreams,
  type Key,
  type Visible,
} from "../../src/media/streams";
import { MAX_PICTURES, MAX_SOUNDS, type Participant } from "../../src/protocol/messages";

function person(id: string, camera = true, microphone = true): Participant {
  const streams = [
    { mid: "0", kind: "microphone" },
    { mid: "1", kind: "camera" },
  ] as const;
  return { id, name: id, role: "participant", away: false, microphone, camera, hand: null, streams };
}

const shown = (...keys: Key[]): Visible => new Map(keys.map((key) => [key, { width: 320, height: 180 }]));
const names = (streams: readonly { key: string }[]): string[] => streams.map(({ key }) => key);

describe("what is wanted", () => {
  const people = [person("me"), person("a"), person("b")];

  it("is everybody's sound, and the pictures in sight", () => {
    const wanted = wantedStreams(people, "me", shown(keyOf("b", "camera")), []);
    expect(names(wanted)).toEqual(["a/microphone", "b/microphone", "b/camera"]);
  });

  it("is also what was in sight a while ago", () => {
    const wanted = wantedStreams(people, "me", shown(), [keyOf("a", "camera")]);
    expect(names(wanted)).toEqual(["a/microphone", "b/microphone", "a/camera"]);
  });

  describe("in a meeting too large to be received whole", () => {
    const muted = (count: number): Participant[] =>
      Array.from({ length: count }, (_, i) => person(`p${i}`, true, false));

    it("is the open microphones first, and as much as the server takes", () => {
      const wanted = names(wantedStreams([...muted(200), person("late")], "me", shown(), []));
      expect(wanted).toHaveLength(MAX_SOUNDS);
      expect(wanted).toContain("late/microphone");
    });

    it("goes on being whoever has just muted themselves, so that their next word is heard", () => {
      const had = new Set<Key>(["late/microphone"]);
      const wanted = names(wantedStreams([...muted(200), person("late", true, false)], "me", shown(), [], had));
      expect(wanted).toHaveLength(MAX_SOUNDS);
      expect(wanted).toContain("late/microphone");
    });

    it("is what is in sight before what was, and takes no sound away for it", () => {
      const crowd = muted(200);
      const keys = crowd.map(({ id }) => keyOf(id, "camera"));
      const wanted = names(wantedStreams(crowd, "me", shown(...keys.slice(-60)), keys.slice(0, KEPT_VIDEOS)));
      expect(wanted).toHaveLength(MAX_SOUNDS + MAX_PICTURES);
      expect(wanted).not.toContain("p0/camera");
    });

    it("is in the roster's order while everything fits", () => {
      const wanted = wantedStreams([person("a", true, false), person("b")], "me", shown(), []);
      expect(names(wanted)).toEqual(["a/microphone", "b/microphone"]);
    });
  });

  it("forgets what was seen longest ago", () => {
    const keys = Array.from({ length: 60 }, (_, i) => keyOf(`p${i}`, "camera"));
    const seen = keys.reduce<readonly Key[]>((before, key) => nowSeen(before, shown(key)), []);
    expect(seen.at(-1)).toBe("p59/camera");
    expect(seen.length).toBeLessThanOrEqual(KEPT_VIDEOS + 1);
  });

  it("is asked for before anything is drawn: cameras that are on, and screens", () => {
    const sharing = { ...person("c", false), streams: [{ mid: "2", kind: "screen" }] } as Participant;
    expect(firstSeen([person("a"), person("b", false), sharing])).toEqual(["a/camera", "c/screen"]);
  });
});

describe("pictures that the network carries", () => {
  const sizes: Visible = new Map([
    ["a/camera" as Key, { width: 320, height: 180 }],
    ["b/camera" as Key, { width: 320, height: 180 }],
    ["c/screen" as Key, { width: 1280, height: 720 }],
  ]);

  it.each([
    [Infinity, null, ["a/camera", "b/camera", "c/screen"]],
    [2, null, ["c/screen", "a/camera"]],
    [2, "b", ["c/screen", "b/camera"]],
    [0, "b", []],
  ])("are, if there may be %s and %s has the floor, %o", (pictures, main, shown) => {
    expect([...affordable(sizes, { most: 0, pictures, main }).keys()]).toEqual(shown);
  });
});

describe("layers", () => {
  it.each([
    [90, 0],
    [216, 0],
    [217, 1],
    [450, 1],
    [451, 2],
    [1080, 2],
  ])("of a tile %i pixels high are number %i", (height, substream) => {
    expect(substreamFor(height)).toBe(substream);
  });

  it("are none for what nobody sees, all of a screen, and small ones on a tired machine", () => {
    const lines = new Map<string, Key>([
      ["0", "a/microphone"],
      ["1", "a/camera"],
      ["2", "b/camera"],
      ["3", "b/screen"],
    ]);
    const visible: Visible = new Map([
      ["a/camera" as Key, { width: 1280, height: 720 }],
      ["b/screen" as Key, { width: 200, height: 100 }],
    ]);
    expect(wantedLayers(lines, visible, 1)).toEqual([
      { mid: "1", substream: 1 },
      { mid: "2", substream: null },
      { mid: "3", substream: 2 },
    ]);
  });
});
