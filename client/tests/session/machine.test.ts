import { describe, expect, it } from "vitest";

import type { FromServer } from "../../src/protocol/messages";
import { problemOf, readProblem } from "../../src/protocol/problem";
import { START, backOff, step, type Effect, type Happening, type State } from "../../src/session/machine";

const grant = { kind: "grant", outcome: "admitted", grant: "grant-0123456789abc", socket: "/ws" } as const;
const resume = "resume-token-000000";
const welcome = { type: "welcome", resume } as FromServer;
const waiting = { type: "waiting", cause: "rule", resume } as FromServer;
const message = (content: FromServer): Happening => ({ type: "message", message: content });
const closed = (code: number): Happening => ({ type: "closed", code });
const granted: Happening = { type: "answered", answer: grant };

/** Where a chain of happenings leads, and what was to be done at its last step. */
function after(...happenings: Happening[]): { state: State; effects: readonly Effect[] } {
  let result: { state: State; effects: readonly Effect[] } = { state: START, effects: [] };
  for (const happening of happenings) result = step(result.state, happening, 0.5);
  return result;
}

const does = (effects: readonly Effect[]): string[] => effects.map((effect) => effect.do);
const inside: Happening[] = [{ type: "join" }, granted, message(welcome)];

describe("the way in", () => {
  it("asks at the door, connects with the grant, and is inside with the welcome", () => {
    expect(after({ type: "join" }).effects).toEqual([{ do: "ask" }]);
    expect(after({ type: "join" }, granted).effects).toEqual([
      { do: "connect", way: { socket: "/ws", first: { type: "hello", grant: grant.grant } } },
    ]);
    const { state, effects } = after(...inside);
    expect(state.at).toBe("inside");
    expect(effects).toEqual([
      { do: "keep", token: resume },
      { do: "enter", anew: true },
    ]);
  });

  it("connects with the token of a presence taken back, whose media begins anew", () => {
    const back: Happening = { type: "answered", answer: { kind: "resume", token: resume, socket: "/ws" } };
    const way = { socket: "/ws", first: { type: "resume", token: resume } };
    expect(after(...inside, closed(4409), { type: "join" }, back).effects).toEqual([{ do: "connect", way }]);
    const { effects } = after(...inside, closed(4409), { type: "join" }, back, message(welcome));
    expect(effects).toContainEqual({ do: "enter", anew: true });
  });

  it("goes through the waiting room, and says why", () => {
    const { state } = after({ type: "join" }, granted, message(waiting));
    expect(state).toMatchObject({ at: "waiting", cause: "rule" });
    expect(after({ type: "join" }, granted, message(waiting), message(welcome)).state.at).toBe("inside");
  });

  it("shows what the door refuses, and stops", () => {
    const problem = readProblem({ code: "refused_by_rule", setter: "host" });
    const { state, effects } = after({ type: "join" }, { type: "answered", answer: { kind: "problem", problem } });
    expect(state).toEqual({ at: "over", ending: { kind: "problem", problem } });
    expect(does(effects)).toEqual(["stop_media", "forget", "disconnect"]);
  });

  it("tries again by itself while the server cannot decide or be reached", () => {
    const busy: Happening = { type: "answered", answer: { kind: "problem", problem: problemOf("unavailable", 3) } };
    expect(after({ type: "join" }, busy).effects).toEqual([{ do: "wait", milliseconds: 3000 }]);
    const lost: Happening = { type: "answered", answer: { kind: "unreachable" } };
    expect(after({ type: "join" }, lost, { type: "elapsed" }).effects).toEqual([{ do: "ask" }]);
  });

  it("tells whoever asks too often, instead of asking on", () => {
    const problem = problemOf("rate_limited", 20);
    expect(after({ type: "join" }, { type: "answered", answer: { kind: "problem", problem } }).state.at).toBe("over");
  });
});

describe("a lost connection", () => {
  it.each([1001, 1006, 1012, 4503])("is resumed after close code %i, with its media flowing on", (code) => {
    const lost = after(...inside, closed(code));
    expect(lost.state).toMatchObject({ at: "retrying", was: "inside" });
    expect(does(lost.effects)).toEqual(["wait"]);
    const back = after(...inside, closed(code), { type: "elapsed" });
    expect(back.effects).toEqual([{ do: "connect", way: { socket: "/ws", first: { type: "resume", token: resume } } }]);
    expect(after(...inside, closed(code), { type: "elapsed" }, message(welcome)).effects).toContainEqual({
      do: "enter",
      anew: false,
    });
  });

  it("backs off from half a second to three, and begins from the start after a success", () => {
    expect([0, 1, 2, 3, 4, 5, 9].map((tries) => backOff(tries, 0.5))).toEqual([500, 1000, 2000, 3000, 3000, 3000, 3000]);
    const again = after(
      ...inside,
      closed(1006),
      { type: "elapsed" },
      closed(1006),
      { type: "elapsed" },
      message(welcome),
    );
    expect(step(again.state, closed(1006), 0.5).effects).toEqual([{ do: "wait", milliseconds: 500 }]);
  });

  it("comes often while the server keeps the presence, a minute, and every ten seconds after that", () => {
    const pauses = Array.from({ length: 30 }, (_, tries) => backOff(tries, 0.5));
    const first = pauses.findIndex((pause) => pause > 3000);
    const before = pauses.slice(0, first).reduce((sum, pause) => sum + pause, 0);
    expect(before).toBeGreaterThan(50_000);
    expect(before).toBeLessThan(70_000);
    expect(pauses.at(-1)).toBe(10_000);
  });

  it("tries again when a meeting it was inside is full, for a while; at the door it says so at once", () => {
    const full = { type: "answered", answer: { kind: "problem", problem: problemOf("full") } } as Happening;
    expect(after({ type: "join" }, full).state).toMatchObject({ at: "over" });
    let state = after(...inside, closed(4401)).state;
    let asked = 0;
    while (state.at === "asking" && asked < 30) {
      asked += 1;
      const next = step(state, full, 0.5).state;
      state = next.at === "retrying" ? step(next, { type: "elapsed" }, 0.5).state : next;
    }
    expect(asked).toBeGreaterThan(5);
    const late = after(...inside, closed(4401), granted, message({ type: "removed", problem: { code: "full" } } as FromServer));
    expect(step(late.state, closed(4403), 0.5).state).toMatchObject({ at: "retrying", way: null });
    expect(state).toMatchObject({ at: "over", ending: { kind: "problem", problem: { code: "full" } } });
  });

  it("waits longer when it sent too much", () => {
    expect(after(...inside, closed(4429)).effects).toEqual([{ do: "wait", milliseconds: 5000 }]);
  });

  it("goes back to the door when the token is no longer known, and begins its media anew", () => {
    const back = after(...inside, closed(1006), { type: "elapsed" }, closed(4401));
    expect(back.state).toMatchObject({ at: "asking", was: "inside" });
    expect(does(back.effects)).toEqual(["forget", "ask"]);
    const inAgain = step(step(back.state, granted, 0.5).state, message(welcome), 0.5);
    expect(inAgain.effects).toContainEqual({ do: "enter", anew: true });
  });

  it("gives up when every grant turns out unknown", () => {
    let state = after({ type: "join" }).state;
    for (let i = 0; i < 6; i++) state = step(step(state, granted, 0.5).state, closed(4401), 0.5).state;
    expect(state).toEqual({ at: "over", ending: { kind: "failed" } });
  });
});

describe("a reload", () => {
  const found: Happening = { type: "found", token: resume };

  it("takes the presence over, with new media", () => {
    const { effects } = after(found, message(welcome));
    expect(effects).toContainEqual({ do: "enter", anew: true });
  });

  it("shows the door when it comes too late", () => {
    const { state, effects } = after(found, closed(4401));
    expect(state).toEqual(START);
    expect(does(effects)).toEqual(["forget"]);
  });
});

describe("the end", () => {
  it("stops media at once when removed, before the connection closes", () => {
    const { state, effects } = after(...inside, message({ type: "removed", problem: { code: "removed" } }));
    expect(state).toMatchObject({ at: "over", ending: { kind: "problem", problem: { code: "removed" }, inside: true } });
    expect(does(effects)[0]).toBe("stop_media");
  });

  it("keeps the reason when the close code follows", () => {
    const { state } = after(...inside, message({ type: "removed", problem: { code: "blocked" } }), closed(4403));
    expect(state).toMatchObject({ ending: { problem: { code: "blocked" } } });
  });

  it("is not yet there when the reason only means another try", () => {
    const lost = message({ type: "removed", problem: { code: "bad_grant" } });
    expect(after(...inside, lost).state.at).toBe("inside");
    expect(after(...inside, lost, closed(4401)).state.at).toBe("asking");
    const busy = message({ type: "removed", problem: { code: "unavailable" } });
    expect(after(...inside, busy, closed(4503)).state.at).toBe("retrying");
  });

  it.each([
    [4403, { kind: "problem" }],
    [4451, { kind: "problem" }],
    [4409, { kind: "superseded" }],
    [4410, { kind: "ended" }],
    [4400, { kind: "failed" }],
    [1000, { kind: "left" }],
  ])("is final with close code %i", (code, ending) => {
    const { state, effects } = after(...inside, closed(code));
    expect(state).toMatchObject({ at: "over", ending });
    expect(does(effects)).toEqual(["stop_media", "forget", "disconnect"]);
    expect(step(state, { type: "elapsed" }, 0.5).state).toBe(state);
  });

  it("can be come back from by asking at the door", () => {
    expect(after(...inside, closed(4409), { type: "join" }).effects).toEqual([{ do: "ask" }]);
  });
});
