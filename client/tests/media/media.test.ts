import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Devices } from "../../src/media/devices";
import { Media } from "../../src/media/media";
import type { FromClient, FromServer, Participant } from "../../src/protocol/messages";
import type { Listener, Socket } from "../../src/protocol/socket";
import { Session } from "../../src/session/session";
import { FakeConnection } from "./peer";

/** A server's end: takes everything, unless told what to refuse. */
class Server implements Socket {
  readonly heard: FromClient[] = [];
  refuses: string | null = null;
  constructor(readonly listener: Listener) {}
  send(message: FromClient): void {
    this.heard.push(message);
    if (message.type === "ping") queueMicrotask(() => this.say({ type: "pong" }));
    if (message.id) queueMicrotask(() => this.#answer(message));
  }
  close(): void {}
  say(message: object): void {
    this.listener.onMessage(message as FromServer);
  }
  of<T extends FromClient["type"]>(type: T): Extract<FromClient, { type: T }>[] {
    return this.heard.filter((message): message is Extract<FromClient, { type: T }> => message.type === type);
  }
  #answer(message: FromClient): void {
    const id = message.id;
    if (message.type === "publish") this.say({ type: "published", id, sdp: "answer" });
    else if (message.type === this.refuses) this.say({ type: "error", id, code: "too_fast", detail: "" });
    else this.say({ type: "done", id });
  }
}

class Observer {
  observe(): void {}
  unobserve(): void {}
}

const BO: Participant = {
  id: "bo",
  name: "Bo",
  role: "participant",
  away: false,
  microphone: true,
  camera: true,
  hand: null,
  streams: [
    { mid: "0", kind: "microphone" },
    { mid: "1", kind: "camera" },
  ],
};

const welcome = {
  type: "welcome",
  you: "me",
  resume: "resume-token-000000",
  heartbeat_seconds: 10,
  meeting: {},
  participants: [BO],
  waiting: [],
  ice_servers: [],
};

const soon = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe("media", () => {
  let server: Server;
  let devices: Devices;
  let media: Media;
  const receiving = (): FakeConnection =>
    FakeConnection.made.findLast(({ localDescription }) => localDescription?.sdp === "answer") as FakeConnection;
  const offer = (revision: number, fresh: boolean): void => {
    const streams = BO.streams.map(({ mid }) => ({ mid, participant: BO.id, source_mid: mid }));
    server.say({ type: "offer", revision, sdp: "lines 0 1", fresh, streams });
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    FakeConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakeConnection);
    vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: [] }) });
    vi.stubGlobal("ResizeObserver", Observer);
    vi.stubGlobal("IntersectionObserver", Observer);
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
    vi.stubGlobal("window", { devicePixelRatio: 1 });
    const camera = { kind: "video", stop: () => undefined, addEventListener: () => undefined };
    const stream = { getTracks: () => [camera], getVideoTracks: () => [camera], getAudioTracks: () => [] };
    vi.stubGlobal("navigator", {
      mediaDevices: {
        addEventListener: () => undefined,
        enumerateDevices: () => Promise.resolve([]),
        getUserMedia: () => Promise.resolve(stream),
      },
    });
    const session = new Session({
      ask: () => Promise.resolve({ kind: "grant", outcome: "admitted", grant: "grant-0123456789abc", socket: "/ws" }),
      connect: (_path, listener) => (server = new Server(listener)),
      keepToken: () => undefined,
      forgetToken: () => undefined,
    });
    devices = new Devices();
    media = new Media(session, devices);
    void devices.start({ microphone: false, camera: true });
    session.join();
    await soon();
    server.listener.onOpen();
    server.say(welcome);
    await soon();
    offer(1, true);
    await soon(2000);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says what is on until the server has taken it", async () => {
    server.refuses = "set_state";
    await devices.turn("camera", false);
    const before = server.of("set_state").length;
    expect(server.of("set_state").at(-1)).toMatchObject({ camera: false });
    await soon(1000);
    expect(server.of("set_state").length).toBe(before + 1);
    server.refuses = null;
    void devices.turn("camera", true);
    await soon(5000);
    expect(server.of("set_state").at(-1)).toMatchObject({ camera: true });
    expect(server.of("set_state").length).toBe(before + 2);
  });

  it("tells when nothing gets through, and when it does again", async () => {
    expect(media.failing.value).toBeNull();
    await soon(11_000);
    expect(media.failing.value).toBe("both");
    receiving().becomes("connected");
    await soon(1000);
    expect(media.failing.value).toBe("sending");
    for (const each of FakeConnection.made) each.becomes("connected");
    await soon(1000);
    expect(media.failing.value).toBeNull();
  });

  const look = (): void => {
    const tile = { getBoundingClientRect: () => ({ width: 1280, height: 720 }) } as Element;
    media.sight.watch(tile, "bo/camera");
  };
  /** A sample: so many packets more, and so many more lost. */
  const sampled = async (received: number, lost: number): Promise<void> => {
    const [before] = receiving().statistics;
    const total = (field: string): number => Number(before?.[field] ?? 0);
    const sums = { packetsReceived: total("packetsReceived") + received, packetsLost: total("packetsLost") + lost };
    receiving().statistics = [{ type: "inbound-rtp", ...sums }];
    await soon(2000);
  };

  it("asks for the layers again on a new connection, which begins with the smallest", async () => {
    look();
    await soon(100);
    expect(server.of("layers").at(-1)?.layers).toEqual([{ mid: "1", substream: 2 }]);
    const before = server.of("layers").length;
    offer(2, true);
    await soon(100);
    expect(server.of("layers").length).toBe(before + 1);
    offer(3, false);
    await soon(100);
    expect(server.of("layers").length).toBe(before + 1);
  });

  it("asks for less while the network does not carry it: smaller pictures first, in the end none", async () => {
    look();
    for (let i = 0; i < 4; i++) await sampled(100, 0);
    for (let i = 0; i < 2; i++) await sampled(100, 50);
    await soon(100);
    expect(server.of("layers").at(-1)?.layers).toEqual([{ mid: "1", substream: 0 }]);
    expect(media.resting.value.size).toBe(0);
    for (let i = 0; i < 6; i++) await sampled(100, 50);
    await soon(100);
    expect(server.of("layers").at(-1)?.layers).toEqual([{ mid: "1", substream: null }]);
    expect([...media.resting.value]).toEqual(["bo/camera"]);
    for (let i = 0; i < 60; i++) await sampled(100, 0);
    await soon(100);
    expect(server.of("layers").at(-1)?.layers).toEqual([{ mid: "1", substream: 2 }]);
    expect(media.resting.value.size).toBe(0);
  });
});
