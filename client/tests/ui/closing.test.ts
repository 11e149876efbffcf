import { signal } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Participant } from "../../src/protocol/messages";
import type { State } from "../../src/session/machine";
import type { RoomState } from "../../src/session/roster";
import { askBeforeClosing } from "../../src/ui/closing";

function person(id: string, role: Participant["role"]): Participant {
  return { id, name: id, role, microphone: true, camera: true, hand: null, streams: [], away: false };
}

function asked(role: Participant["role"], policy: string, others = 1): boolean {
  const window = new EventTarget();
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  const people = [person("me", role), ...Array.from({ length: others }, (_, i) => person(`o${i}`, "participant"))];
  const participants = new Map(people.map((one) => [one.id, one]));
  const room = { you: "me", participants, meeting: { on_host_leave: policy } } as unknown as RoomState;
  const way = { socket: "/ws", first: { type: "resume", token: "token" } } as const;
  askBeforeClosing({ room: signal<RoomState | null>(room), state: signal<State>({ at: "inside", way }) });
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

describe("closing the page", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("asks a host whose leaving would end the meeting or hand it over, since closing does neither", () => {
    expect([asked("host", "end"), asked("host", "hand_over")]).toEqual([true, true]);
  });

  it("asks nobody else, and nobody who is alone", () => {
    expect([asked("participant", "end"), asked("host", "continue"), asked("host", "end", 0)]).toEqual([false, false, false]);
  });
});
