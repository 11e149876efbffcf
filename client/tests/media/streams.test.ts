import { describe, expect, it } from "vitest";

import {
  KEPT_VIDEOS,
  MAX_STREAMS,
  firstSeen,
  keyOf,
  nowSeen,
  substreamFor,
  wantedLayers,
  wantedStreams,
  type Key,
  type Visible,
} from "../../src/media/streams";
import type { Participant } from "../../src/protocol/messages";

function person(id: string, camera = true): Participant {
  const streams = [
    { mid: "0", kind: "microphone" },
    { mid: "1", kind: "camera" },
  ] as const;
  return { id, name: id, role: "participant", microphone: true, camera, hand: null, streams };
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

  it("is sound before pictures, and never more than the protocol takes", () => {
    const crowd = Array.from({ length: MAX_STREAMS + 10 }, (_, i) => person(`p${i}`));
    const wanted = wantedStreams(crowd, "me", shown(keyOf("p0", "camera")), []);
    expect(wanted).toHaveLength(MAX_STREAMS);
    expect(wanted.every(({ key }) => key.endsWith("/microphone"))).toBe(true);
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
