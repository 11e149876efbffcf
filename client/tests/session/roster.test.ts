import { describe, expect, it } from "vitest";

import type { FromServer, MeetingInfo, Participant, Welcome } from "../../src/protocol/messages";
import { hands, news, powers, reduce, welcomed, type RoomState } from "../../src/session/roster";

const meeting: MeetingInfo = {
  title: "Weekly",
  slug: "weekly",
  locked: false,
  waiting_room: false,
  rule: null,
  started_at: 0,
  on_host_leave: "continue",
  refused: null,
  withheld: null,
};

function person(id: string, changes: Partial<Participant> = {}): Participant {
  return { id, name: id, role: "participant", away: false, microphone: false, camera: false, hand: null, streams: [], ...changes };
}

function welcome(participants: Participant[], changes: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    you: "me",
    resume: "resume-token-000000",
    mutes: 0,
  heartbeat_seconds: 10,
    meeting,
    participants,
    waiting: [],
    ice_servers: [],
    ...changes,
  };
}

/** Ids and states, whatever their order: the roster is a set. */
const asSet = (state: RoomState): unknown => ({ ...state, participants: new Set(state.participants.values()) });

describe("the roster", () => {
  it("is the same whether it was followed by events or comes fresh", () => {
    const b = person("b", { hand: 5, role: "co_host" });
    const c = person("c", { streams: [{ mid: "0", kind: "screen" }] });
    const events: FromServer[] = [
      { type: "roster", changed: [person("b")], gone: [] },
      { type: "roster", changed: [b, c], gone: ["a"] },
      { type: "meeting", meeting: { ...meeting, locked: true } },
      { type: "waiting_room", waiting: [{ id: "w", name: "W" }] },
      { type: "roster", changed: [], gone: ["unknown"] },
    ];
    const followed = events.reduce(reduce, welcomed(welcome([person("me"), person("a")]), null));
    const fresh = welcomed(
      welcome([person("me"), b, c], { meeting: { ...meeting, locked: true }, waiting: [{ id: "w", name: "W" }] }),
      null,
    );
    expect(asSet(followed)).toEqual(asSet(fresh));
  });

  it("can take the same event twice", () => {
    const event: FromServer = { type: "roster", changed: [person("b")], gone: ["a"] };
    const once = reduce(welcomed(welcome([person("me"), person("a")]), null), event);
    expect(asSet(reduce(once, event))).toEqual(asSet(once));
  });

  it("keeps people in their places", () => {
    const state = welcomed(welcome([person("a"), person("b")]), null);
    const after = reduce(state, { type: "roster", changed: [person("c"), person("a", { camera: true })], gone: [] });
    expect([...after.participants.keys()]).toEqual(["a", "b", "c"]);
  });

  it("keeps the chat of a page that was there through a resumed connection", () => {
    const line = { type: "chat", participant: "a", name: "a", text: "hello", at: 1 } as const;
    const state = reduce(welcomed(welcome([person("a")]), null), line);
    expect(welcomed(welcome([person("a")]), state).chat).toEqual([line]);
  });

  it("lines up raised hands, the earliest first", () => {
    const state = welcomed(welcome([person("a", { hand: 30 }), person("b"), person("c", { hand: 10 })]), null);
    expect(hands(state).map(({ id }) => id)).toEqual(["c", "a"]);
  });
});

describe("the powers of a role", () => {
  it("are the host's alone where a meeting can end", () => {
    expect(powers("host")).toEqual({ mute: true, letIn: true, remove: true, rule: true, appoint: true, end: true });
    expect(powers("co_host")).toEqual({
      mute: true,
      letIn: true,
      remove: true,
      rule: true,
      appoint: false,
      end: false,
    });
  });

  it("let a caretaker mute and let in, and nothing else", () => {
    expect(powers("caretaker")).toEqual({
      mute: true,
      letIn: true,
      remove: false,
      rule: false,
      appoint: false,
      end: false,
    });
  });

  it("are none for everybody else", () => {
    for (const role of ["participant", undefined] as const) expect(Object.values(powers(role))).not.toContain(true);
  });
});

describe("news", () => {
  const before = welcomed(welcome([person("me"), person("a"), person("b")]), null);

  it("tells who came, went, raised a hand, began to share", () => {
    const after = reduce(before, {
      type: "roster",
      changed: [person("c"), person("a", { hand: 1, streams: [{ mid: "2", kind: "screen" }] })],
      gone: ["b"],
    });
    expect(news(before, after)).toEqual([
      { kind: "hand", name: "a" },
      { kind: "shares", name: "a" },
      { kind: "came", name: "c" },
      { kind: "went", name: "b" },
    ]);
  });

  it("tells who knocks, once", () => {
    const after = reduce(before, { type: "waiting_room", waiting: [{ id: "w", name: "W" }] });
    expect(news(before, after)).toEqual([{ kind: "knocked", id: "w", name: "W" }]);
    expect(news(after, after)).toEqual([]);
  });

  it("tells a new role of one's own, and nothing else of oneself", () => {
    const after = reduce(before, { type: "roster", changed: [person("me", { role: "caretaker", hand: 4 })], gone: [] });
    expect(news(before, after)).toEqual([{ kind: "role", role: "caretaker" }]);
  });
});
