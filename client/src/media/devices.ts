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

/** This browser's microphone, camera and screen. */
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
  /** What was on when everything was let go; null while it is not. */
  #before: Readonly<Record<Device, boolean>> | null = null;

  constructor() {
    this.microphone = this.#states.microphone;
    this.camera = this.#states.camera;
    this.screen = this.#screen;
    this.choices = this.#choices;
    this.speaker = this.#speaker;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.refresh());
  }

  /** Open what is wanted, asking for permission once. What cannot be had is said in its state. */
  async start(wanted: Readonly<Record<Device, boolean>>): Promise<void> {
    this.#before = null;
    const both = (["microphone", "camera"] as const).filter((device) => wanted[device]);
    for (const device of both) this.#set(device, { ...OFF, on: true, starting: true });
    if (both.length === 2 && (await this.#openBoth())) return this.refresh();
    for (const device of both) await this.#open(device);
    await this.refresh();
  }

  /** On or off. The camera is let go (its light goes off); the microphone is only muted. */
  async turn(device: Device, on: boolean): Promise<void> {
    prefer(device === "camera" ? { cameraOn: on } : { microphoneOn: on });
    const state = this.#states[device].value;
    if (!on && device === "camera") return this.#release(device);
    if (!on || state.track) return this.#set(device, { ...state, on });
    this.#set(device, { ...OFF, on: true, starting: true });
    await this.#open(device);
    await this.refresh();
  }

  /** Muted by a host: like `turn`, but not what the person prefers. */
  hush(): void {
    this.#set("microphone", { ...this.#states.microphone.value, on: false });
  }

  /** Take another microphone or camera. */
  async choose(device: Device, id: string): Promise<void> {
    prefer({ [device]: id });
    if (!this.#states[device].value.track) return;
    this.#states[device].value.track?.stop();
    await this.#open(device);
  }

  chooseSpeaker(id: string): void {
    prefer({ speaker: id });
    this.#speaker.value = id;
  }

  /** Share a screen, a window or a tab, with its sound where the browser gives it. False: the person thought better. */
  async share(): Promise<boolean> {
    try {
      const video = { frameRate: { max: 15 } };
      const stream = await navigator.mediaDevices.getDisplayMedia({ video, audio: true });
      const picture = stream.getVideoTracks()[0];
      if (!picture) return false;
      picture.contentHint = "detail";
      picture.addEventListener("ended", () => this.stopSharing());
      this.#screen.value = stream;
      return true;
    } catch {
      return false;
    }
  }

  stopSharing(): void {
    for (const track of this.#screen.value?.getTracks() ?? []) track.stop();
    this.#screen.value = null;
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
    const of = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
      devices.filter((device) => device.kind === kind && device.deviceId !== "");
    this.#choices.value = { microphone: of("audioinput"), camera: of("videoinput"), speaker: of("audiooutput") };
  }

  async #openBoth(): Promise<boolean> {
    try {
      const stream = await this.#media({ audio: audio(), video: video() });
      for (const track of stream.getTracks()) this.#have(track.kind === "audio" ? "microphone" : "camera", track);
      return true;
    } catch {
      return false; // One of them is not to be had; asking for each alone tells which.
    }
  }

  async #open(device: Device): Promise<void> {
    try {
      const stream = await this.#media(device === "camera" ? { video: video() } : { audio: audio() });
      const track = stream.getTracks()[0];
      if (track) this.#have(device, track);
    } catch (failure) {
      this.#set(device, { ...OFF, trouble: troubleOf(failure) });
    }
  }

  async #media(constraints: MediaStreamConstraints): Promise<MediaStream> {
    if (!navigator.mediaDevices) throw new DOMException("no devices", "SecurityError");
    return navigator.mediaDevices.getUserMedia(constraints);
  }

  #have(device: Device, track: MediaStreamTrack): void {
    const { on } = this.#states[device].value;
    if (!on && device === "camera") return track.stop(); // Turned off again while it was starting.
    track.addEventListener("ended", () => void this.#lost(device, track));
    this.#set(device, { on, starting: false, track, trouble: null });
  }

  /** Unplugged, or taken by the system: another one may be at hand. */
  async #lost(device: Device, track: MediaStreamTrack): Promise<void> {
    if (this.#states[device].value.track !== track) return;
    this.#set(device, { ...this.#states[device].value, track: null });
    await this.#open(device);
    await this.refresh();
  }

  #release(device: Device): void {
    this.#states[device].value.track?.stop();
    this.#set(device, OFF);
  }

  #set(device: Device, state: DeviceState): void {
    this.#states[device].value = state;
  }
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
