import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Wanted } from "../../src/media/streams";
import { keyOf } from "../../src/media/streams";
import { Subscriber } from "../../src/media/subscriber";
import type { Offer, WantedStream } from "../../src/protocol/messages";
import { FakeConnection } from "./peer";

const wanted = (...people: string[]): Wanted[] =>
  people.map((participant) => ({ participant, mid: "1", key: keyOf(participant, "camera") }));
const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

function offer(revision: number, people: string[], changes: Partial<Offer> = {}): Offer {
  const streams = people.map((participant, i) => ({ mid: String(i), participant, source_mid: "1" }));
  const sdp = ["lines", ...people.keys()].join(" ");
  return { type: "offer", revision, sdp, streams, fresh: false, ...changes };
}

describe("subscribing", () => {
  let declared: { streams: readonly WantedStream[]; fresh: boolean }[];
  let answered: number[];
  let refuse: boolean;
  let subscriber: Subscriber;
  const names = (): string[] => declared.at(-1)?.streams.map(({ participant }) => participant) ?? [];

  beforeEach(() => {
    vi.useFakeTimers();
    FakeConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakeConnection);
    [declared, answered, refuse] = [[], [], false];
    subscriber = new Subscriber({
      subscribe: (streams, fresh) => void declared.push({ streams, fresh }),
      answer: (revision) => {
        answered.push(revision);
        return refuse ? Promise.reject(new Error("bad_revision")) : Promise.resolve();
      },
    });
    subscriber.start([]);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says the whole set, and only when it has changed", () => {
    subscriber.want(wanted("a", "b"));
    subscriber.want(wanted("b", "a"));
    expect(declared).toHaveLength(1);
    subscriber.want(wanted("b"));
    expect(names()).toEqual(["b"]);
  });

  it("asks for nothing while nothing is wanted", () => {
    subscriber.want([]);
    subscriber.resume();
    expect(declared).toEqual([]);
  });

  it("asks once for a first offer to a new connection", () => {
    subscriber.want(wanted("a"));
    subscriber.want(wanted("a", "b"));
    expect(declared.map(({ fresh }) => fresh)).toEqual([true, false]);
  });

  it("answers offers in their order and knows whose track is whose", async () => {
    subscriber.want(wanted("a", "b"));
    subscriber.offer(offer(7, ["a"], { fresh: true }));
    subscriber.offer(offer(8, ["a", "b"]));
    await soon();
    expect(answered).toEqual([7, 8]);
    expect([...subscriber.received.value.tracks.keys()]).toEqual(["a/camera", "b/camera"]);
    expect(FakeConnection.made).toHaveLength(1);
  });

  it("shows nobody on a line that now carries somebody else", async () => {
    subscriber.want(wanted("a", "b"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    subscriber.offer(offer(2, ["b"]));
    await soon();
    expect([...subscriber.received.value.tracks.keys()]).toEqual(["b/camera"]);
  });

  it("takes a fresh offer with a new connection", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    subscriber.offer(offer(2, ["a"], { fresh: true }));
    await soon();
    expect(FakeConnection.made.map(({ connectionState }) => connectionState)).toEqual(["closed", "new"]);
  });

  it("asks anew when an offer cannot be taken or an answer is refused", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true, sdp: "broken" }));
    await vi.advanceTimersByTimeAsync(600);
    expect(declared.at(-1)?.fresh).toBe(true);
    refuse = true;
    subscriber.offer(offer(2, ["a"], { fresh: true }));
    await vi.advanceTimersByTimeAsync(1200);
    expect(declared).toHaveLength(3);
    expect(declared.at(-1)?.fresh).toBe(true);
  });

  it("says again what it wants after a resumed connection, and keeps its own", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    subscriber.resume();
    expect(declared.at(-1)).toEqual({ streams: [{ participant: "a", mid: "1" }], fresh: false });
    expect(FakeConnection.last.connectionState).not.toBe("closed");
  });

  it("asks anew for a stream that never comes", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    subscriber.want(wanted("a", "b"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(declared.at(-1)?.fresh).toBe(true);
  });

  it("asks for a new connection when its own fails", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    FakeConnection.last.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(4000);
    expect(declared.at(-1)?.fresh).toBe(true);
  });

  it("asks for a new connection when the signalling is back, if its own failed while nothing could be said", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    FakeConnection.last.becomes("connected");
    FakeConnection.last.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(4000);
    FakeConnection.last.becomes("failed");
    await vi.advanceTimersByTimeAsync(20_000);
    declared = []; // All of it went under.
    subscriber.resume();
    expect(declared).toEqual([{ streams: [{ participant: "a", mid: "1" }], fresh: true }]);
    subscriber.offer(offer(2, ["a"], { fresh: true }));
    await soon();
    subscriber.resume();
    expect(declared.at(-1)?.fresh).toBe(false);
  });

  it("goes on asking for a new connection until one is offered, one question at a time", async () => {
    subscriber.want(wanted("a"));
    await vi.advanceTimersByTimeAsync(25_000);
    expect(declared.map(({ fresh }) => fresh)).toEqual([true, true, true]);
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    FakeConnection.last.becomes("disconnected");
    await vi.advanceTimersByTimeAsync(4000 + 15_000);
    expect(declared).toHaveLength(5);
  });

  it("lets publishing begin when its first offer is answered, or after a moment", async () => {
    let settled = 0;
    void subscriber.settled().then(() => (settled += 1));
    await soon();
    expect(settled).toBe(1);
    subscriber.want(wanted("a"));
    void subscriber.settled().then(() => (settled += 1));
    await soon();
    expect(settled).toBe(1);
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    expect(settled).toBe(2);
  });

  it("says when its connection is on its way and when it stands, or does not for a while", async () => {
    const told: string[] = [];
    const ask = (): void => {
      void subscriber.connecting().then(() => told.push("connecting"));
      void subscriber.connected().then(() => told.push("connected"));
    };
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    ask();
    FakeConnection.last.becomes("connecting");
    await soon();
    expect(told).toEqual(["connecting"]);
    FakeConnection.last.becomes("connected");
    await soon();
    expect(told).toEqual(["connecting", "connected"]);
    FakeConnection.last.connectionState = "new";
    ask();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual(["connecting", "connected", "connecting", "connected"]);
  });

  it("uses the connection prepared while the door was deciding", async () => {
    subscriber.prepare();
    subscriber.prepare();
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    expect(FakeConnection.made).toHaveLength(1);
  });

  it("leaves nothing behind when stopped", async () => {
    subscriber.want(wanted("a"));
    subscriber.offer(offer(1, ["a"], { fresh: true }));
    await soon();
    subscriber.stop();
    subscriber.offer(offer(2, ["a"]));
    await soon();
    expect(FakeConnection.last.connectionState).toBe("closed");
    expect(subscriber.received.value.tracks.size).toBe(0);
    expect(answered).toEqual([1]);
  });
});
