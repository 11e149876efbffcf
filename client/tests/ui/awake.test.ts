import { signal, type Signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { State } from "../../src/session/machine";
import { keepAwake } from "../../src/ui/awake";

class Lock {
  released = false;
  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }
}

const way = { socket: "/ws", first: { type: "resume", token: "token" } } as const;
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("the screen", () => {
  let locks: Lock[];
  let page: EventTarget & { visibilityState: string };
  let state: Signal<State>;
  const held = (): number => locks.filter(({ released }) => !released).length;
  const becomes = async (next: State): Promise<void> => {
    state.value = next;
    await soon();
  };

  beforeEach(() => {
    locks = [];
    page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    const request = (): Promise<Lock> => {
      locks.push(new Lock());
      return Promise.resolve(locks.at(-1) as Lock);
    };
    vi.stubGlobal("document", page);
    vi.stubGlobal("navigator", { wakeLock: { request } });
    state = signal<State>({ at: "door" });
    keepAwake({ state });
  });

  afterEach(() => vi.unstubAllGlobals());

  it("stays on inside the meeting, while the connection comes back, and no longer", async () => {
    expect(held()).toBe(0);
    await becomes({ at: "inside", way });
    expect(held()).toBe(1);
    await becomes({ at: "retrying", was: "inside", tries: 1, way });
    expect(locks).toHaveLength(1);
    expect(held()).toBe(1);
    await becomes({ at: "over", ending: { kind: "left" } });
    expect(held()).toBe(0);
  });

  it("stays on again when the page has been out of sight", async () => {
    await becomes({ at: "inside", way });
    await locks[0]?.release();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await soon();
    expect(held()).toBe(0);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await soon();
    expect(held()).toBe(1);
  });

  it("is given back when the browser answers after everything is over", async () => {
    state.value = { at: "inside", way };
    await becomes({ at: "over", ending: { kind: "left" } });
    expect(held()).toBe(0);
    expect(locks).toHaveLength(1);
  });
});
