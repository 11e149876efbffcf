import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Dialer } from "../../src/protocol/socket";

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  closed = false;
  constructor(
    readonly url: URL,
    readonly protocol: string,
  ) {
    FakeSocket.made.push(this);
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("location", { href: "https://meet.example/m/weekly#i=secret" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const listener = (opened: () => void): Parameters<Dialer["connect"]>[1] => ({
  onOpen: opened,
  onMessage: () => undefined,
  onClose: () => undefined,
});

it("a connection dialled while the door decided is the one that is used", async () => {
  const dialer = new Dialer();
  dialer.prepare("/ws");
  const [socket] = FakeSocket.made;
  if (socket) socket.readyState = 1;
  const opened = vi.fn();
  dialer.connect("/ws", listener(opened));
  await vi.advanceTimersByTimeAsync(0);
  expect(opened).toHaveBeenCalledOnce();
  expect(FakeSocket.made).toHaveLength(1);
  expect(String(socket?.url)).toBe("wss://meet.example/ws");
  expect(socket?.protocol).toBe("bailiwick.v1");
});

it("a connection that nobody needed is closed", async () => {
  const dialer = new Dialer();
  dialer.prepare("/ws");
  await vi.advanceTimersByTimeAsync(4000);
  expect(FakeSocket.made[0]?.closed).toBe(true);
  dialer.connect("/ws", listener(vi.fn()));
  expect(FakeSocket.made).toHaveLength(2);
});

it("a connection that broke meanwhile is replaced", () => {
  const dialer = new Dialer();
  dialer.prepare("/ws");
  FakeSocket.made[0]?.close();
  dialer.connect("/ws", listener(vi.fn()));
  expect(FakeSocket.made).toHaveLength(2);
});
