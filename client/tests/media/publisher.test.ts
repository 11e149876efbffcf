import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ConnectionLost, Publisher } from "../../src/media/publisher";
import type { TrackInfo } from "../../src/protocol/messages";
import { FakeConnection } from "./peer";

interface Outstanding {
  readonly sdp: string;
  readonly kinds: string[];
  answer(): void;
  fail(failure: Error): void;
}

const track = (id: string): MediaStreamTrack => ({ id }) as MediaStreamTrack;
const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("publishing", () => {
  let asked: Outstanding[];
  let publisher: Publisher;
  const last = (): Outstanding => asked.at(-1) as Outstanding;

  beforeEach(() => {
    vi.useFakeTimers();
    FakeConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakeConnection);
    vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: [] }) });
    asked = [];
    publisher = new Publisher(
      (sdp: string, tracks: readonly TrackInfo[]) =>
        new Promise((resolve, reject) => {
          const kinds = tracks.map(({ kind }) => kind);
          asked.push({ sdp, kinds, answer: () => resolve("answer"), fail: reject });
        }),
    );
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("takes microphone and camera with one offer, the camera in three layers", async () => {
    publisher.put("microphone", track("m"));
    publisher.put("camera", track("c"));
    publisher.start([], Promise.resolve());
    await soon();
    expect(asked).toHaveLength(1);
    expect(last().kinds).toEqual(["microphone", "camera"]);
    expect(FakeConnection.last.lines[1]?.sender.encodings.map(({ rid }) => rid)).toEqual(["h", "m", "l"]);
  });

  it("prepares a connection at the door and offers nothing on it before its turn", async () => {
    publisher.put("microphone", track("m"));
    publisher.prepare();
    publisher.prepare();
    await soon();
    expect(asked).toHaveLength(0);
    let turn = (): void => undefined;
    publisher.start([{ urls: "turn:turn.example.org" }], new Promise<void>((resolve) => (turn = resolve)));
    await soon();
    expect(asked).toHaveLength(0);
    expect(FakeConnection.last.configuration?.iceServers).toHaveLength(1);
    turn();
    await soon();
    expect(asked).toHaveLength(1);
    expect(FakeConnection.made).toHaveLength(1);
  });

  it("prepares in vain when the door stays shut, and can begin again later", async () => {
    publisher.put("microphone", track("m"));
    publisher.prepare();
    publisher.stop();
    await soon();
    expect(FakeConnection.last.connectionState).toBe("closed");
    publisher.put("microphone", track("m"));
    publisher.start([], Promise.resolve());
    await soon();
    expect(asked).toHaveLength(1);
  });

  it("waits for its turn", async () => {
    let turn = (): void => undefined;
    publisher.put("microphone", track("m"));
    publisher.start([], new Promise<void>((resolve) => (turn = resolve)));
    await soon();
    expect(asked).toHaveLength(0);
    turn();
    await soon();
    expect(asked).toHaveLength(1);
  });

  it("has one offer out at a time, and takes everything changed meanwhile with the next", async () => {
    publisher.put("microphone", track("m"));
    publisher.start([], Promise.resolve());
    await soon();
    publisher.put("camera", track("c"));
    publisher.put("screen", track("s"));
    await soon();
    expect(asked).toHaveLength(1);
    last().answer();
    await soon();
    expect(asked).toHaveLength(2);
    expect(last().kinds).toEqual(["microphone", "camera", "screen"]);
  });

  it("switches a camera off and on without asking anybody", async () => {
    publisher.put("camera", track("c"));
    publisher.start([], Promise.resolve());
    await soon();
    last().answer();
    await soon();
    publisher.put("camera", null);
    publisher.put("camera", track("c2"));
    await soon();
    expect(asked).toHaveLength(1);
    expect(FakeConnection.last.lines[0]?.sender.track).toEqual({ id: "c2" });
  });

  it("takes a screen back by an offer, and uses its line again", async () => {
    publisher.put("screen", track("s"));
    publisher.start([], Promise.resolve());
    await soon();
    last().answer();
    await soon();
    publisher.put("screen", null);
    await soon();
    expect(last().kinds).toEqual([]);
    last().answer();
    await soon();
    publisher.put("screen", track("s2"));
    await soon();
    expect(last().kinds).toEqual(["screen"]);
    expect(FakeConnection.last.lines).toHaveLength(1);
  });

  it("finishes after a lost connection what was under way, on the same peer connection", async () => {
    publisher.put("microphone", track("m"));
    publisher.start([], Promise.resolve());
    await soon();
    last().fail(new ConnectionLost());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    publisher.resume();
    await soon();
    expect(asked).toHaveLength(2);
    expect(FakeConnection.made).toHaveLength(1);
  });

  it("begins anew when the server refuses, a little later each time, and never gives up", async () => {
    publisher.put("microphone", track("m"));
    publisher.start([], Promise.resolve());
    const pauses = [];
    for (let i = 0; i < 10; i++) {
      const before = Date.now();
      while (asked.length === i) await vi.advanceTimersByTimeAsync(100);
      pauses.push(Date.now() - before);
      last().fail(new Error("bad_sdp"));
    }
    expect(pauses.slice(1, 4)).toEqual([1000, 2000, 4000]);
    expect(pauses.at(-1)).toBe(32_000);
  });

  it("repairs a failed connection gently first, then by a new one", async () => {
    publisher.put("microphone", track("m"));
    publisher.start([], Promise.resolve());
    await soon();
    last().answer();
    await soon();
    const first = FakeConnection.last;
    first.becomes("failed");
    await soon();
    expect(first.restarts).toBe(1);
    last().answer();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeConnection.made).toHaveLength(2);
    expect(first.connectionState).toBe("closed");
  });

  it("rests the largest layer on a tired machine", async () => {
    publisher.put("camera", track("c"));
    publisher.start([], Promise.resolve());
    publisher.spare(true);
    await soon();
    expect(FakeConnection.last.lines[0]?.sender.encodings.map(({ active }) => active)).toEqual([false, true, true]);
  });

  it("leaves nothing behind when stopped", async () => {
    publisher.put("camera", track("c"));
    publisher.start([], Promise.resolve());
    await soon();
    publisher.stop();
    last().answer();
    await soon();
    expect(FakeConnection.last.connectionState).toBe("closed");
    expect(asked).toHaveLength(1);
  });
});
