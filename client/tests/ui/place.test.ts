import { describe, expect, it } from "vitest";

import { problemOf } from "../../src/protocol/problem";
import type { State, Way } from "../../src/session/machine";
import { DOOR, pageOf, type Page } from "../../src/ui/place";

const hello: Way = { socket: "/ws", first: { type: "hello", grant: "grant" } };
const resume: Way = { socket: "/ws", first: { type: "resume", token: "token" } };
const reason: Page = { page: "reason", ending: { kind: "problem", problem: problemOf("refused") } };
const waiting: Page = { page: "waiting", cause: "rule" };

/** The pages drawn for these states, one after the other; `true`: the room can be drawn from here on. */
function pages(first: Page, ...steps: readonly (State | boolean)[]): string[] {
  let before = first;
  let drawable = false;
  const drawn = [];
  for (const step of steps) {
    if (typeof step === "boolean") drawable = step;
    else drawn.push((before = pageOf(step, drawable, before)).page);
  }
  return drawn;
}

const asking: State = { at: "asking", was: "door", tries: 0 };
const inside: State = { at: "inside", way: hello };
const coming = (way: Way, was: "door" | "inside" | "waiting" = "door"): State => ({ at: "connecting", was, tries: 0, way });

describe("the page that is drawn", () => {
  it("stays the device check until the room can be drawn", () => {
    expect(pages(DOOR, { at: "door" }, asking, coming(hello), inside, true, inside)).toEqual([
      ...["door", "door", "door", "door"],
      "room",
    ]);
  });

  it("is not the device check for somebody who reloads the room", () => {
    const off: State = { at: "retrying", was: "door", tries: 1, way: resume };
    const back: State = { at: "inside", way: resume };
    expect(pages(DOOR, coming(resume), off, coming(resume), back, true, back)).toEqual([
      ...["returning", "returning", "returning", "returning"],
      "room",
    ]);
  });

  it("is the device check if there is nothing to come back to", () => {
    expect(pages(DOOR, coming(resume), { at: "door" })).toEqual(["returning", "door"]);
  });

  it("goes on saying why somebody is out while they ask again", () => {
    expect(pages(reason, asking, coming(hello), inside, true, inside)).toEqual(["reason", "reason", "reason", "room"]);
  });

  it("stays the waiting room until the room can be drawn, and while the connection is repaired", () => {
    expect(pages(waiting, coming(resume, "waiting"), inside, true, inside)).toEqual(["waiting", "waiting", "room"]);
  });

  it("stays the room while the connection is repaired", () => {
    expect(pages({ page: "room" }, true, coming(resume, "inside"), inside)).toEqual(["room", "room"]);
  });
});
