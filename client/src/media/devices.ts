import { signal, type ReadonlySignal } from "@preact/signals";

import { prefer, preferences } from "../session/memory";

/** Why a device is not at hand. `insecure`: the browser gives none to a page without https. */
export type Trouble = "blocked" | "missing" | "busy" | "insecure";
export type Device = "microphone" | "camera";

export interface DeviceState {
  /** Whether the person wants it on. A microphone that is muted stays open, so that speaking is noticed. */
  readonly on: boolean;
  readonly starting: boolean;
  readonly track: MediaStreamTrack | null;
  readonly trouble: Trouble | null;
}

export interface Choices {
  readonly microphone: readonly MediaDeviceInfo[];
  readonly camera: readonly MediaDeviceInfo[];
  readonly speaker: readonly MediaDeviceInfo[];
}

const OFF: DeviceState = { on: false, starting: false, track: null, trouble: null };
const NONE: Choices = { microphone: [], camera: [], speaker: [] };

/** Whether this browser can choose where sound comes out. */
export const CAN_CHOOSE_SPEAKER = "setSinkId" in (globalThis.HTMLMediaElement?.prototype ?? {});
export const CAN_SHARE_SCREEN = "getDisplayMedia" in (globalThis.navigator?.mediaDevices ?? {});

/** Inside a meeting, how long a device that was unplugged is waited for: later, it would come on out of the blue. */
const AWAITED_FOR = 120_000;

const BOTH = ["microphone", "camera"] as const;

/** A device that was to be had nowhere: whether it would have been on, and until when it is taken if it turns up. */
interface Missed {
  readonly on: boolean;
  readonly until: number;
}

/**
 * This browser's microphone, camera and screen. The browser answers late, and people change their minds meanwhile: what
 * is given after it is not wanted any more, or twice, is stopped at once, so that no light stays on.
 */
export class Devices {
  readonly microphone: ReadonlySignal<DeviceState>;
  readonly camera: ReadonlySignal<DeviceState>;
  readonly screen: ReadonlySignal<MediaStream | null>;
  readonly choices: ReadonlySignal<Choices>;
  readonly speaker: ReadonlySignal<string>;
  readonly #states = { microphone: signal(OFF), camera: signal(OFF) };
  readonly #screen = signal<MediaStream | null>(null);
  readonly #choices = signal(NONE);
  readonly #speaker = signal(preferences().speaker);
  /** Grows with whatever makes an answer that is still to come one too late. */
  readonly #generations = { microphone: 0, camera: 0, screen: 0 };
  readonly #missed: Record<Device, Missed | null> = { microphone: null, camera: null };
  /** What is plugged in, by kind, as last looked at. */
  #plugged: Readonly<Record<Device, readonly string[]>> = { microphone: [], camera: [] };
  /** What was on when everything was let go; null while it is not. */
  #before: Readonly<Record<Device, boolean>> | null = null;

  constructor() {
    this.microphone = this.#states.microphone;
    this.camera = this.#states.camera;
    this.screen = this.#screen;
    this.choices = this.#choices;
    this.speaker = this.#speaker;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#changed());
  }

  /** Open what is wanted and not open yet, asking for permission once. What cannot be had is said in its state. */
  async start(wanted: Readonly<Record<Device, boolean>>): Promise<void> {
    this.#before = null;
    const open = BOTH.filter((device) => wanted[device] && this.#goesOn(device));
    for (const device of open) this.#set(device, { ...this.#states[device].value, on: true });
    const closed = BOTH.filter((device) => wanted[device] && !open.includes(device));
    for (const device of closed) this.#set(device, { ...OFF, on: true, starting: true });
    const both = closed.map((device) => [device, this.#begin(device)] as const);
    if (both.length === 2 && (await this.#openBoth(both))) return this.refresh();
    for (const [device, generation] of both) await this.#open(device, generation);
    await this.refresh();
  }

  /** On or off. The camera is let go (its light goes off); the microphone is only muted. */
  turn(device: Device, on: boolean): Promise<void> {
    prefer(device === "camera" ? { cameraOn: on } : { microphoneOn: on });
    return this.#turn(device, on);
  }

  /** Heard while a key is held: like `turn`, but not what the person prefers. */
  talk(on: boolean): Promise<void> {
    return this.#turn("microphone", on);
  }

  async #turn(device: Device, on: boolean): Promise<void> {
    const state = this.#states[device].value;
    if (!on && device === "camera") return this.#release(device);
    if (!on) this.#miss(device, { on });
    if (!on || state.track || state.starting) return this.#set(device, { ...state, on });
    this.#set(device, { ...OFF, on: true, starting: true });
    await this.#open(device, this.#begin(device));
    await this.refresh();
  }

  /** Muted by a host: like `turn`, but not what the person prefers. */
  hush(): void {
    this.#miss("microphone", { on: false });
    this.#set("microphone", { ...this.#states.microphone.value, on: false });
  }

  /** Take another microphone or camera. */
  async choose(device: Device, id: string): Promise<void> {
    prefer({ [device]: id });
    if (!this.#states[device].value.track) return;
    this.#states[device].value.track?.stop();
    await this.#open(device, this.#begin(device));
  }

  chooseSpeaker(id: string): void {
    prefer({ speaker: id });
    this.#speaker.value = id;
  }

  /** Share a screen, a window or a tab, with its sound where the browser gives it. False: the person thought better. */
  async share(): Promise<boolean> {
    const generation = ++this.#generations.screen;
    try {
      const video = { frameRate: { max: 15 } };
      const stream = await navigator.mediaDevices.getDisplayMedia({ video, audio: true });
      const picture = stream.getVideoTracks()[0];
      if (!picture || generation !== this.#generations.screen) return letGo(stream);
      picture.contentHint = "detail";
      picture.addEventListener("ended", () => this.#screen.value === stream && this.stopSharing());
      letGo(this.#screen.value);
      this.#screen.value = stream;
      return true;
    } catch {
      return false;
    }
  }

  stopSharing(): void {
    this.#generations.screen += 1;
    letGo(this.#screen.value);
    this.#screen.value = null;
  }

  /** In the meeting: what was missing at the door is not waited for much longer. */
  enter(): void {
    for (const device of BOTH) this.#miss(device, { until: Date.now() + AWAITED_FOR });
  }

  /** Back in after `stop`, with no device check between: only what was on is on again. */
  async startAgain(): Promise<void> {
    if (this.#before) await this.start(this.#before);
  }

  /** Let go of everything: no light stays on. */
  stop(): void {
    this.#before ??= { microphone: this.microphone.peek().on, camera: this.camera.peek().on };
    this.stopSharing();
    this.#release("microphone");
    this.#release("camera");
  }

  /** Look again at what is plugged in. */
  async refresh(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const of = (kind: MediaDeviceKind): MediaDeviceInfo[] => devices.filter((device) => device.kind === kind);
    const ids = (kind: MediaDeviceKind): string[] => of(kind).map(({ deviceId }) => deviceId);
    const named = (kind: MediaDeviceKind): MediaDeviceInfo[] => of(kind).filter(({ deviceId }) => deviceId !== "");
    this.#plugged = { microphone: ids("audioinput"), camera: ids("videoinput") };
    this.#choices.value = {
      microphone: named("audioinput"),
      camera: named("videoinput"),
      speaker: named("audiooutput"),
    };
  }

  /** Something was plugged in or out: what was missing is taken, and what is preferred to what stood in for it. */
  async #changed(): Promise<void> {
    const before = this.#plugged;
    await this.refresh();
    for (const device of BOTH) {
      const came = this.#plugged[device].filter((id) => !before[device].includes(id));
      if (came.length > 0) await this.#came(device, came);
    }
  }

  async #came(device: Device, ids: readonly string[]): Promise<void> {
    const { track, trouble } = this.#states[device].value;
    const missed = this.#missed[device];
    if (trouble === "missing" && missed && Date.now() < missed.until) {
      this.#set(device, { ...OFF, on: missed.on, starting: true });
      await this.#open(device, this.#begin(device));
      return;
    }
    const preferred = preferences()[device];
    if (track && ids.includes(preferred) && track.getSettings().deviceId !== preferred) {
      await this.#open(device, this.#begin(device));
    }
  }

  #miss(device: Device, changes: Partial<Missed>): void {
    const missed = this.#missed[device];
    this.#missed[device] = missed && { ...missed, ...changes };
  }

  /** Ask for a device; an earlier question's answer is too late from now on. */
  #begin(device: Device): number {
    return ++this.#generations[device];
  }

  async #openBoth(both: readonly (readonly [Device, number])[]): Promise<boolean> {
    try {
      const stream = await this.#media({ audio: audio(), video: video() });
      for (const [device, generation] of both) this.#take(device, generation, stream);
      return true;
    } catch {
      return false; // One of them is not to be had; asking for each alone tells which.
    }
  }

  async #open(device: Device, generation: number, until = Infinity): Promise<void> {
    if (generation !== this.#generations[device]) return;
    try {
      this.#take(device, generation, await this.#media(device === "camera" ? { video: video() } : { audio: audio() }));
    } catch (failure) {
      if (generation === this.#generations[device]) this.#fail(device, troubleOf(failure), until);
    }
  }

  async #media(constraints: MediaStreamConstraints): Promise<MediaStream> {
    if (!navigator.mediaDevices) throw new DOMException("no devices", "SecurityError");
    return navigator.mediaDevices.getUserMedia(constraints);
  }

  /** Of what the browser gave, the device's track: kept, unless it comes too late. */
  #take(device: Device, generation: number, stream: MediaStream): void {
    const track = (device === "camera" ? stream.getVideoTracks() : stream.getAudioTracks())[0];
    if (!track) return;
    if (generation !== this.#generations[device]) return track.stop();
    const { on, track: before } = this.#states[device].value;
    before?.stop();
    track.addEventListener("ended", () => void this.#lost(device, track));
    this.#missed[device] = null;
    this.#set(device, { on, starting: false, track, trouble: null });
  }

  #fail(device: Device, trouble: Trouble, until: number): void {
    const state = this.#states[device].value;
    if (this.#goesOn(device)) return this.#set(device, { ...state, starting: false }); // The one there is will do.
    this.#missed[device] = trouble === "missing" ? { on: state.on, until } : null;
    this.#set(device, { ...OFF, trouble });
  }

  #goesOn(device: Device): boolean {
    return this.#states[device].value.track?.readyState === "live";
  }

  /** Unplugged, or taken by the system: another one may be at hand. */
  async #lost(device: Device, track: MediaStreamTrack): Promise<void> {
    if (this.#states[device].value.track !== track) return;
    this.#set(device, { ...this.#states[device].value, track: null });
    await this.#open(device, this.#begin(device), Date.now() + AWAITED_FOR);
    await this.refresh();
  }

  #release(device: Device): void {
    this.#generations[device] += 1;
    this.#missed[device] = null;
    this.#states[device].value.track?.stop();
    this.#set(device, OFF);
  }

  #set(device: Device, state: DeviceState): void {
    this.#states[device].value = state;
  }
}

/** Stop all of it. False, as what `share` says then. */
function letGo(stream: MediaStream | null): false {
  for (const track of stream?.getTracks() ?? []) track.stop();
  return false;
}

function audio(): MediaTrackConstraints {
  const chosen = preferences().microphone;
  return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...(chosen && { deviceId: chosen }) };
}

function video(): MediaTrackConstraints {
  const chosen = preferences().camera;
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
  return { ...size, ...(chosen && { deviceId: chosen }) };
}

/** The names of the Media Capture specification, and the older ones of Firefox and Safari. */
function troubleOf(failure: unknown): Trouble {
  if (!globalThis.isSecureContext) return "insecure";
  const name = failure instanceof DOMException ? failure.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  if (name === "NotReadableError" || name === "AbortError" || name === "TrackStartError") return "busy";
  return "missing";
}
