import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { DeviceState } from "../../src/media/devices";
import { Meter } from "../../src/media/level";

/** A browser that starts no audio before a press. */
class Context {
  state = "suspended";
  static last: Context;
  constructor() {
    Context.last = this;
  }
  resume(): void {
    this.state = "running";
  }
  createMediaStreamSource(): object {
    return { connect: () => undefined, disconnect: () => undefined };
  }
}

class Analyser {
  readonly fftSize = 512;
  getFloatTimeDomainData(samples: Float32Array): void {
    samples.fill(Context.last.state === "running" ? 0.1 : 0);
  }
}

describe("the level of a microphone", () => {
  const microphone = signal<DeviceState>({ on: true, starting: false, track: null, trouble: null });
  let page: EventTarget;
  let meter: Meter;

  beforeEach(() => {
    vi.useFakeTimers();
    page = new EventTarget();
    vi.stubGlobal("document", page);
    vi.stubGlobal("AudioContext", Context);
    vi.stubGlobal("AnalyserNode", Analyser);
    vi.stubGlobal("MediaStream", class {});
    microphone.value = { ...microphone.value, track: {} as MediaStreamTrack };
    meter = new Meter(microphone);
  });

  afterEach(() => {
    microphone.value = { ...microphone.value, track: null };
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it.each(["pointerup", "keydown"])("is shown from the first %s on, and until then that one is wanted", (press) => {
    vi.advanceTimersByTime(1000);
    expect([meter.level.value, meter.asleep.value]).toEqual([0, true]);
    page.dispatchEvent(new Event(press));
    vi.advanceTimersByTime(100);
    expect(meter.asleep.value).toBe(false);
    expect(meter.level.value).toBeGreaterThan(0.5);
  });

  it("wants no press without a microphone, nor in the moment in which audio starts", () => {
    vi.advanceTimersByTime(300);
    expect(meter.asleep.value).toBe(false);
    vi.advanceTimersByTime(1000);
    microphone.value = { ...microphone.value, track: null };
    expect(meter.asleep.value).toBe(false);
  });
});
