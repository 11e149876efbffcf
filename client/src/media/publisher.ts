import type { TrackInfo } from "../protocol/messages";
import { Repair } from "./repair";
import { withoutAddresses } from "./sdp";
import type { Kind } from "./streams";

/** Sends an offer to the server; resolves to its answer. Rejects when it fails or the connection is lost. */
export type Publish = (sdp: string, tracks: readonly TrackInfo[]) => Promise<string>;

/** Rejected by `Publish` when the request went under with the connection: it is sent anew when that is back. */
export class ConnectionLost extends Error {}

/** Camera layers, the largest first as Janus counts them: 720, 360 and 180 lines. */
const CAMERA: RTCRtpEncodingParameters[] = [
  { rid: "h", maxBitrate: 1_500_000 },
  { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 450_000 },
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 130_000, maxFramerate: 20 },
];
const SCREEN: RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 15 }];
/** The longest pause between two tries is 2 to the power of this, times half a second. */
const MAX_FAILURES = 6;

/**
 * What this browser sends: one peer connection, at most one offer on its way. Every change marks it dirty; whoever
 * comes while an offer is out is taken along by the next one.
 */
export class Publisher {
  #connection: RTCPeerConnection | null = null;
  #ice: RTCIceServer[] = [];
  #dirty = false;
  #negotiating = false;
  #failures = 0;
  #sparing = false;
  #turn: Promise<void> = Promise.resolve();
  /** Ends the wait of a connection that was prepared. */
  #go: (() => void) | null = null;
  readonly #tracks = new Map<Kind, MediaStreamTrack | null>();
  readonly #lines = new Map<Kind, RTCRtpTransceiver>();
  readonly #publish: Publish;
  readonly #repair: Repair;

  constructor(publish: Publish) {
    this.#publish = publish;
    this.#repair = new Repair(
      () => this.#restartIce(),
      () => this.rebuild(),
    );
  }

  get connection(): RTCPeerConnection | null {
    return this.#connection;
  }

  /** What each kind's media line is sending, for statistics. */
  get lines(): ReadonlyMap<Kind, RTCRtpTransceiver> {
    return this.#lines;
  }

  /** Somebody is at the door: have a connection ready. It offers nothing until `start`. */
  prepare(): void {
    if (this.#connection) return;
    this.#turn = new Promise((resolve) => (this.#go = resolve));
    this.rebuild();
  }

  /** Begin, or begin anew: the connection there was is dead. The first offer waits for `turn`. */
  start(ice: readonly RTCIceServer[], turn: Promise<void>): void {
    this.#ice = [...ice];
    if (this.#go && this.#connection) {
      if (ice.length > 0) this.#connection.setConfiguration(this.#configuration());
      void turn.then(this.#go);
      this.#go = null;
      return;
    }
    this.#turn = turn;
    this.rebuild();
  }

  /** The signalling is back and the media has gone on: finish what was under way. */
  resume(): void {
    this.#failures = 0;
    this.#go?.();
    this.#go = null;
    if (this.#dirty) this.#negotiate();
  }

  /** Send `track` as `kind`, or nothing. Microphone and camera keep their line, so that switching is instant. */
  put(kind: Kind, track: MediaStreamTrack | null): void {
    if (track === null && !this.#tracks.has(kind)) return;
    this.#tracks.set(kind, track);
    if (this.#connection) this.#place(kind, track);
  }

  /** Send less while the machine is short of breath: the largest camera layer rests. */
  spare(sparing: boolean): void {
    this.#sparing = sparing;
    void this.#applyLayers();
  }

  rebuild(): void {
    this.#connection?.close();
    this.#lines.clear();
    this.#connection = new RTCPeerConnection(this.#configuration());
    this.#repair.watch(this.#connection);
    for (const [kind, track] of this.#tracks) this.#place(kind, track);
  }

  stop(): void {
    this.#go?.();
    this.#go = null;
    this.#repair.stop();
    this.#connection?.close();
    this.#connection = null;
    this.#lines.clear();
    this.#tracks.clear();
    this.#dirty = false;
  }

  #configuration(): RTCConfiguration {
    return { iceServers: this.#ice, bundlePolicy: "max-bundle" };
  }

  #place(kind: Kind, track: MediaStreamTrack | null): void {
    const line = this.#lines.get(kind);
    if (!line) return this.#add(kind, track);
    const direction = track === null && isScreen(kind) ? "inactive" : "sendonly";
    void line.sender.replaceTrack(track).catch(() => this.rebuild());
    if (line.direction === direction) return;
    line.direction = direction;
    this.#negotiate();
  }

  #add(kind: Kind, track: MediaStreamTrack | null): void {
    if (track === null && isScreen(kind)) return;
    const sendEncodings = kind === "camera" ? CAMERA : kind === "screen" ? SCREEN : [{}];
    const media = kind === "camera" || kind === "screen" ? "video" : "audio";
    const line = this.#connection?.addTransceiver(track ?? media, { direction: "sendonly", sendEncodings });
    if (!line) return;
    preferVp8(line, media);
    this.#lines.set(kind, line);
    this.#negotiate();
  }

  #negotiate(): void {
    this.#dirty = true;
    if (!this.#negotiating) void this.#run();
  }

  async #run(): Promise<void> {
    this.#negotiating = true;
    try {
      // A change made in the same breath (microphone and camera) goes with the same offer.
      await this.#turn;
      while (this.#dirty && this.#connection) await this.#exchange(this.#connection);
      this.#failures = 0;
    } catch (failure) {
      this.#dirty = true;
      if (!(failure instanceof ConnectionLost)) this.#tryLater();
    } finally {
      this.#negotiating = false;
    }
  }

  async #exchange(connection: RTCPeerConnection): Promise<void> {
    this.#dirty = false;
    await connection.setLocalDescription(await connection.createOffer());
    const sdp = connection.localDescription?.sdp ?? "";
    const answer = await this.#publish(withoutAddresses(sdp), this.#sending());
    if (connection !== this.#connection) return;
    await connection.setRemoteDescription({ type: "answer", sdp: answer });
    await this.#applyLayers();
  }

  #sending(): TrackInfo[] {
    const tracks: TrackInfo[] = [];
    for (const [kind, line] of this.#lines) {
      if (line.mid !== null && line.direction === "sendonly") tracks.push({ mid: line.mid, kind });
    }
    return tracks;
  }

  /** The server would not have it: a new connection, a little later each time. */
  #tryLater(): void {
    this.#failures = Math.min(this.#failures + 1, MAX_FAILURES);
    setTimeout(() => this.#connection && this.rebuild(), 500 * 2 ** this.#failures);
  }

  #restartIce(): void {
    this.#connection?.restartIce();
    this.#negotiate();
  }

  async #applyLayers(): Promise<void> {
    const sender = this.#lines.get("camera")?.sender;
    const parameters = sender?.getParameters();
    const largest = parameters?.encodings.find((encoding) => encoding.rid === "h");
    if (!sender || !parameters || !largest || largest.active === !this.#sparing) return;
    largest.active = !this.#sparing;
    await sender.setParameters(parameters).catch(() => undefined);
  }
}

function isScreen(kind: Kind): boolean {
  return kind === "screen" || kind === "screen_audio";
}

/** The one codec every browser has and that Janus can take simulcast layers of. */
function preferVp8(line: RTCRtpTransceiver, media: "audio" | "video"): void {
  if (media !== "video" || !("setCodecPreferences" in line)) return;
  const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  const rank = (codec: { mimeType: string }): number => (codec.mimeType.toLowerCase() === "video/vp8" ? 0 : 1);
  line.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}
