import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { App } from "../../src/ui/context";
import { listenForKeys } from "../../src/ui/keyboard";

class FakeElement {
  constructor(readonly matches: readonly string[]) {}
  closest(selector: string): FakeElement | null {
    return selector.split(", ").some((each) => this.matches.includes(each)) ? this : null;
  }
}

class Page extends EventTarget {
  visibilityState = "visible";
}

const MICROPHONE = new FakeElement(["button", "[data-talk]"]);
const OTHER = new FakeElement(["button"]);

describe("the space bar, held to speak", () => {
  let page: Page;
  let screen: EventTarget;
  let turned: string[];
  let stop: () => void;
  const microphone = signal({ on: false });

  const key = (type: string, changes: object = {}): Event => {
    const event = new Event(type, { cancelable: true });
    for (const [name, value] of Object.entries({ key: " ", target: null, ...changes }))
      Object.defineProperty(event, name, { value });
    page.dispatchEvent(event);
    return event;
  };
  const hold = (target: unknown = null, milliseconds = 1000): void => {
    key("keydown", { target });
    vi.advanceTimersByTime(milliseconds);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    page = new Page();
    screen = new EventTarget();
    turned = [];
    microphone.value = { on: false };
    vi.stubGlobal("document", page);
    vi.stubGlobal("window", screen);
    vi.stubGlobal("Element", FakeElement);
    const switches = (how: string) => (on: boolean) => {
      turned.push(`${how} ${on}`);
      microphone.value = { on };
      return Promise.resolve();
    };
    const turn = switches("turn");
    stop = listenForKeys({
      devices: { microphone, talk: switches("talk"), turn: (_: string, on: boolean) => turn(on) },
      session: { room: signal({}) },
      view: { shortcuts: signal(true), dialog: signal(null) },
    } as unknown as App);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is heard for as long as it is held, and is no preference", () => {
    hold();
    expect(microphone.value.on).toBe(true);
    key("keydown", { repeat: true });
    key("keyup");
    expect(turned).toEqual(["talk true", "talk false"]);
  });

  it.each([
    ["another window comes before this one", () => screen.dispatchEvent(new Event("blur"))],
    ["the page goes", () => screen.dispatchEvent(new Event("pagehide"))],
    ["the tab is changed", () => ((page.visibilityState = "hidden"), page.dispatchEvent(new Event("visibilitychange")))],
    ["it is let go under the command key", () => key("keyup", { key: "Meta" })],
    ["the room is left", () => stop()],
  ])("ends when %s", (_, happens) => {
    hold();
    happens();
    expect(turned).toEqual(["talk true", "talk false"]);
    key("keyup");
    expect(microphone.value.on).toBe(false);
  });

  it("does the same on the microphone's own control, and does not press it when let go", () => {
    hold(MICROPHONE);
    expect(key("keyup", { target: MICROPHONE }).defaultPrevented).toBe(true);
    expect(turned).toEqual(["talk true", "talk false"]);
  });

  it("turns the microphone on when the control is only tapped, as on any button", () => {
    hold(MICROPHONE, 100);
    key("keyup", { target: MICROPHONE });
    expect(turned).toEqual(["talk true", "turn true"]);
  });

  it("leaves muting to the control", () => {
    microphone.value = { on: true };
    expect(key("keydown", { target: MICROPHONE }).defaultPrevented).toBe(false);
    expect(key("keyup", { target: MICROPHONE }).defaultPrevented).toBe(false);
    expect(turned).toEqual([]);
  });

  it("is not taken from another control", () => {
    expect(key("keydown", { target: OTHER }).defaultPrevented).toBe(false);
    expect(turned).toEqual([]);
  });
});
