import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Devices, type Device } from "../../src/media/devices";

type Kind = "audio" | "video";

class Track {
  readyState = "live";
  contentHint = "";
  readonly #ended: (() => void)[] = [];
  constructor(
    readonly kind: Kind,
    readonly deviceId: string,
  ) {}
  stop(): void {
    this.readyState = "ended";
  }
  addEventListener(_: "ended", listener: () => void): void {
    this.#ended.push(listener);
  }
  getSettings(): { deviceId: string } {
    return { deviceId: this.deviceId };
  }
  /** Pulled out. */
  pull(): void {
    this.readyState = "ended";
    for (const listener of this.#ended) listener();
  }
}

interface Question {
  readonly kinds: readonly Kind[];
  give(): void;
  refuse(name: string): void;
}

/** The browser's end: questions wait until they are answered, and everything it ever gave is known. */
class Browser {
  readonly questions: Question[] = [];
  readonly given: Track[] = [];
  plugged: { kind: string; deviceId: string }[] = [];
  #changed = (): void => undefined;
  readonly mediaDevices = {
    addEventListener: (_: string, listener: () => void) => void (this.#changed = listener),
    enumerateDevices: () => Promise.resolve(this.plugged),
    getUserMedia: (constraints: Record<string, { deviceId?: string }>) => this.#ask(constraints),
    getDisplayMedia: () => this.#ask({ video: {} }),
  };

  get last(): Question {
    return this.questions.at(-1) as Question;
  }
  /** Devices whose light is on. */
  get lights(): string[] {
    return this.given.filter(({ readyState }) => readyState === "live").map(({ kind }) => kind);
  }
  async plug(...plugged: string[]): Promise<void> {
    const kindOf = (name: string): string => (name.startsWith("mic") ? "audioinput" : "videoinput");
    this.plugged = plugged.map((name) => ({ kind: kindOf(name), deviceId: name }));
    this.#changed();
    await soon();
  }

  #ask(constraints: Record<string, { deviceId?: string }>): Promise<unknown> {
    const kinds = (["audio", "video"] as const).filter((kind) => kind in constraints);
    return new Promise((resolve, reject) => {
      this.questions.push({
        kinds,
        give: () => {
          const ids = this.plugged.map(({ deviceId }) => deviceId);
          const id = (kind: Kind): string => ids.find((each) => each === constraints[kind]?.deviceId) ?? kind;
          const tracks = kinds.map((kind) => new Track(kind, id(kind)));
          this.given.push(...tracks);
          const of = (wanted: Kind): Track[] => tracks.filter(({ kind }) => kind === wanted);
          resolve({ getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") });
        },
        refuse: (name) => reject(new DOMException("", name)),
      });
    });
  }
}

const soon = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("camera and microphone", () => {
  let browser: Browser;
  let devices: Devices;
  const start = async (wanted: Partial<Record<Device, boolean>>): Promise<void> => {
    void devices.start({ microphone: false, camera: false, ...wanted });
    await soon();
  };
  const turn = async (device: Device, on: boolean): Promise<void> => {
    void devices.turn(device, on);
    await soon();
  };
  const give = async (): Promise<void> => {
    browser.last.give();
    await soon();
  };
  const refuse = async (name: string): Promise<void> => {
    browser.last.refuse(name);
    await soon();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    browser = new Browser();
    const kept = new Map<string, string>();
    vi.stubGlobal("navigator", { mediaDevices: browser.mediaDevices });
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
    devices = new Devices();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("leave the microphone alone that works, when the camera is tried again", async () => {
    await start({ microphone: true, camera: true });
    await refuse("NotReadableError");
    await give();
    await refuse("NotReadableError");
    expect(devices.camera.value.trouble).toBe("busy");
    await start({ microphone: true, camera: true });
    expect(browser.last.kinds).toEqual(["video"]);
    await give();
    expect(browser.lights).toEqual(["audio", "video"]);
  });

  it("show one light however often the camera is switched while it starts", async () => {
    await turn("camera", true);
    await turn("camera", false);
    await turn("camera", true);
    for (const question of browser.questions) question.give();
    await soon();
    expect(browser.given.length).toBeGreaterThan(1);
    expect(browser.lights).toEqual(["video"]);
    await turn("camera", false);
    expect(browser.lights).toEqual([]);
  });

  it("are let go when the permission comes after everything was", async () => {
    await start({ microphone: true, camera: true });
    devices.stop();
    await give();
    expect(browser.lights).toEqual([]);
    expect(devices.microphone.value.track).toBeNull();
  });

  it("are not asked for one by one any more when everything was let go meanwhile", async () => {
    await start({ microphone: true, camera: true });
    devices.stop();
    await refuse("NotAllowedError");
    expect(browser.questions).toHaveLength(1);
    expect(devices.microphone.value.trouble).toBeNull();
  });

  it("do not share a screen chosen after everything was let go", async () => {
    const sharing = devices.share();
    devices.stop();
    await give();
    await expect(sharing).resolves.toBe(false);
    expect(browser.lights).toEqual([]);
    expect(devices.screen.value).toBeNull();
  });

  it("share one screen at a time", async () => {
    void devices.share();
    await give();
    void devices.share();
    await give();
    expect(browser.lights).toEqual(["video"]);
    browser.given[0]?.pull();
    expect(devices.screen.value).not.toBeNull();
  });

  it("stop what another choice replaces", async () => {
    await browser.plug("camera 1", "camera 2");
    await turn("camera", true);
    await give();
    void devices.choose("camera", "camera 2");
    await soon();
    await give();
    expect(browser.lights).toEqual(["video"]);
    expect(devices.camera.value.track?.getSettings().deviceId).toBe("camera 2");
  });

  it("are used as soon as they are plugged in", async () => {
    await start({ microphone: true });
    await refuse("NotFoundError");
    expect(devices.microphone.value).toMatchObject({ on: false, trouble: "missing" });
    await browser.plug("mic 1");
    await give();
    expect(devices.microphone.value).toMatchObject({ on: true, trouble: null });
    await browser.plug("mic 1", "mic 2");
    expect(browser.questions).toHaveLength(2);
  });

  it("come back muted when they were muted before they were unplugged, or by a host meanwhile", async () => {
    for (const mute of [() => turn("microphone", false), () => devices.hush()]) {
      await turn("microphone", true);
      if (!devices.microphone.value.track) await give();
      await mute();
      browser.given.at(-1)?.pull();
      await soon();
      await refuse("NotFoundError");
      await browser.plug();
      await browser.plug("mic 1");
      await give();
      expect(devices.microphone.value).toMatchObject({ on: false, starting: false });
      expect(devices.microphone.value.track).not.toBeNull();
    }
  });

  it("do not come on by themselves long after somebody has come in without", async () => {
    await start({ camera: true });
    await refuse("NotFoundError");
    devices.enter();
    await vi.advanceTimersByTimeAsync(200_000);
    await browser.plug("camera 1");
    expect(browser.questions).toHaveLength(1);
  });

  it.each([
    ["are the preferred ones again when those return", () => give(), "mic good"],
    ["stay what stands in for those, when they return and cannot be had", () => refuse("NotReadableError"), "audio"],
  ])("%s", async (_, answer, used) => {
    await browser.plug("mic 1", "mic good");
    await turn("microphone", true);
    await give();
    void devices.choose("microphone", "mic good");
    await soon();
    await give();
    await browser.plug("mic 1");
    browser.given.at(-1)?.pull();
    await soon();
    await give();
    expect(devices.microphone.value.track?.getSettings().deviceId).toBe("audio");
    await browser.plug("mic 1", "mic good");
    await answer();
    expect(devices.microphone.value).toMatchObject({ on: true, trouble: null });
    expect(devices.microphone.value.track?.getSettings().deviceId).toBe(used);
    expect(browser.lights).toEqual(["audio"]);
  });
});
