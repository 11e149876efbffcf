import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { DoorAnswer } from "../../src/protocol/door";
import type { FromClient, FromServer, Welcome } from "../../src/protocol/messages";
import type { Listener, Socket } from "../../src/protocol/socket";
import { RequestFailed, Session } from "../../src/session/session";

/** A server's end of a connection. */
class Line implements Socket {
  readonly sent: FromClient[] = [];
  closedWith: number | null = null;
  constructor(readonly listener: Listener) {}
  send(message: FromClient): void {
    this.sent.push(message);
  }
  close(code: number): void {
    this.closedWith = code;
  }
  say(message: unknown): void {
    this.listener.onMessage(message as FromServer);
  }
}

const welcome = {
  type: "welcome",
  mutes: 0,
  you: "me",
  resume: "resume-token-000000",
  heartbeat_seconds: 10,
  meeting: {},
  participants: [],
  waiting: [],
  ice_servers: [],
} as unknown as Welcome;

describe("a session", () => {
  let lines: Line[];
  let kept: string[];
  let asked: (string | null)[];
  let answer: DoorAnswer;
  let session: Session;
  const last = (): Line => lines.at(-1) as Line;

  beforeEach(async () => {
    vi.useFakeTimers();
    lines = [];
    kept = [];
    asked = [];
    answer = { kind: "grant", outcome: "admitted", grant: "grant-0123456789abc", socket: "/ws" };
    session = new Session({
      ask: (takeBack) => {
        asked.push(takeBack);
        return Promise.resolve(answer);
      },
      connect: (_path, listener) => {
        lines.push(new Line(listener));
        return last();
      },
      keepToken: (token) => kept.push(token),
      forgetToken: () => (kept = []),
    });
    session.join();
    await vi.advanceTimersByTimeAsync(0);
    last().listener.onOpen();
    last().say(welcome);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("uses its grant up in the first message, never in an address", () => {
    expect(last().sent[0]).toEqual({ type: "hello", grant: "grant-0123456789abc" });
    expect(session.state.value.at).toBe("inside");
    expect(kept).toEqual(["resume-token-000000"]);
  });

  it("gives each request its own answer", async () => {
    const first = session.request({ type: "chat", text: "one" });
    const second = session.request({ type: "chat", text: "two" });
    last().say({ type: "done", id: 2 });
    last().say({ type: "error", code: "rate_limited", detail: "", id: 1 });
    await expect(second).resolves.toMatchObject({ type: "done" });
    await expect(first).rejects.toThrow(new RequestFailed("rate_limited"));
  });

  it("fails requests that the connection was lost under, and resumes by itself", async () => {
    const asked = session.request({ type: "chat", text: "one" });
    last().listener.onClose(1006);
    await expect(asked).rejects.toThrow("connection_lost");
    await vi.advanceTimersByTimeAsync(700);
    last().listener.onOpen();
    expect(lines).toHaveLength(2);
    expect(last().sent).toEqual([{ type: "resume", token: "resume-token-000000", mutes: 0 }]);
  });

  it("sends a heartbeat, and gives a silent connection up", async () => {
    await vi.advanceTimersByTimeAsync(10_000);
    expect(last().sent.at(-1)).toEqual({ type: "ping" });
    await vi.advanceTimersByTimeAsync(21_000);
    expect(lines[0]?.closedWith).toBe(4000);
    expect(lines).toHaveLength(2);
  });

  it("passes over what an earlier connection still says", async () => {
    const old = last();
    session.breakOff();
    await vi.advanceTimersByTimeAsync(700);
    old.say({ type: "removed", problem: { code: "removed" } });
    old.listener.onClose(4403);
    expect(session.state.value.at).toBe("connecting");
  });

  it("takes back what another tab took over, however long the door does not answer, and asks for no more later", async () => {
    last().listener.onClose(4409);
    answer = { kind: "unreachable" };
    session.takeBack();
    await vi.advanceTimersByTimeAsync(700);
    answer = { kind: "resume", token: "taken-back-00000000", socket: "/ws" };
    await vi.advanceTimersByTimeAsync(2000);
    last().listener.onOpen();
    expect(last().sent).toEqual([{ type: "resume", token: "taken-back-00000000", mutes: null }]);
    last().say(welcome);
    expect(session.state.value.at).toBe("inside");
    last().listener.onClose(4401);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.length).toBeGreaterThan(3);
    expect([asked[0], ...new Set(asked.slice(1, -1)), asked.at(-1)]).toEqual([null, "me", null]);
  });

  it("leaves by saying so, and is gone even when nobody answers", async () => {
    const leaving = session.leave({ handOver: "a".repeat(32) });
    expect(last().sent.at(-1)).toMatchObject({ type: "leave", hand_over: "a".repeat(32) });
    await vi.advanceTimersByTimeAsync(8000);
    await leaving;
    expect(session.state.value).toEqual({ at: "over", ending: { kind: "left" } });
    expect(kept).toEqual([]);
  });

  it("stays when the server does not let it leave this way", async () => {
    const leaving = session.leave({ handOver: "a".repeat(32) });
    last().say({ type: "error", code: "no_such_participant", detail: "", id: 1 });
    await expect(leaving).rejects.toThrow("no_such_participant");
    expect(session.state.value.at).toBe("inside");
  });
});
