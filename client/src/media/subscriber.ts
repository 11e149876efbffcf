import { signal, type ReadonlySignal } from "@preact/signals";

import type { Offer, WantedStream } from "../protocol/messages";
import { Repair } from "./repair";
import { withoutAddresses } from "./sdp";
import { sameStreams, type Key, type Wanted } from "./streams";

export interface SubscriberSignalling {
  subscribe(streams: readonly WantedStream[], fresh: boolean): void;
  /** Rejects when the server does not take the answer; not when it is lost with the connection. */
  answer(revision: number, sdp: string): Promise<void>;
}

/** What the server has offered and this browser taken: by media line. */
export interface Received {
  readonly lines: ReadonlyMap<string, Key>;
  readonly tracks: ReadonlyMap<Key, MediaStreamTrack>;
}

/** A wanted stream not offered for so long means that a message went astray. */
const PATIENCE = 10_000;

/** The longest pause between two tries is 2 to the power of this, times a quarter of a second. */
const MAX_FAILURES = 7;

/** How long publishing may stand back for the first pictures. */
const LONGEST_TURN = 600;

/** Beyond that: how long drawing the room may stand back, and how long publishing. Others are waiting, too. */
const CONNECTS_SOON = 40;
const CONNECTS_WITHIN = 150;

const NOTHING: Received = { lines: new Map(), tracks: new Map() };

/**
 * What this browser receives: one peer connection, offered by the server. `want` says the whole set; what follows of
 * it is the server's business, so a lost message is healed by saying it again.
 */
export class Subscriber {
  readonly received: ReadonlySignal<Received>;
  readonly #received = signal<Received>(NOTHING);
  #connection: RTCPeerConnection | null = null;
  #spare: RTCPeerConnection | null = null;
  #ice: readonly RTCIceServer[] = [];
  #wanted: readonly Wanted[] = [];
  #declared: readonly WantedStream[] | null = null;
  #queue: Promise<void> = Promise.resolve();
  #failures = 0;
  #running = false;
  /** A new connection has been asked for and is not here yet: the asking may have gone under with the signalling. */
  #askedAnew = false;
  #onAnswered: () => void = () => undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  readonly #signalling: SubscriberSignalling;
  readonly #repair: Repair;

  constructor(signalling: SubscriberSignalling) {
    this.#signalling = signalling;
    this.received = this.#received;
    const renew = (): void => this.#renew();
    this.#repair = new Repair(renew, renew);
  }

  get connection(): RTCPeerConnection | null {
    return this.#connection;
  }

  /** What is wanted now. */
  get wanted(): ReadonlySet<Key> {
    return new Set(this.#wanted.map(({ key }) => key));
  }

  /** Somebody is at the door: look for ways through the network already, so that the first picture is not late. */
  prepare(): void {
    this.#spare ??= new RTCPeerConnection({ bundlePolicy: "max-bundle", iceCandidatePoolSize: 1 });
  }

  /** Begin, or begin anew: the connection there was is dead. */
  start(ice: readonly RTCIceServer[]): void {
    this.#drop();
    this.#ice = ice;
    this.#running = true;
    this.#failures = 0;
    if (this.#wanted.length > 0) this.#declare(true);
  }

  /** The signalling is back and the media has gone on: say again what is wanted. */
  resume(): void {
    if (!this.#running || !(this.#declared || this.#wanted.length > 0)) return;
    this.#declare(this.#askedAnew || this.#connection === null);
  }

  /** When the first offer has been answered, or there is nothing to wait for (any longer). */
  settled(): Promise<void> {
    if (this.#declared === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAnswered = resolve;
      setTimeout(resolve, LONGEST_TURN);
    });
  }

  /** When the answered connection is on its way, or a little later: until then the page has nothing better to do. */
  connecting(): Promise<void> {
    return this.#until((state) => state !== "new", CONNECTS_SOON);
  }

  /** When the connection stands, or soon: to publish meanwhile would make pictures late. */
  connected(): Promise<void> {
    return this.#until((state) => state !== "new" && state !== "connecting", CONNECTS_WITHIN);
  }

  #until(passed: (state: RTCPeerConnectionState) => boolean, within: number): Promise<void> {
    const connection = this.#connection;
    if (!connection || passed(connection.connectionState)) return Promise.resolve();
    return new Promise((resolve) => {
      connection.addEventListener("connectionstatechange", () => passed(connection.connectionState) && resolve());
      setTimeout(resolve, within);
    });
  }

  /** Declare the whole set of streams wanted from now on. */
  want(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    if (!this.#running || sameStreams(this.#declared ?? [], wanted)) return;
    this.#declare(this.#needsAnew());
  }

  offer(offer: Offer): void {
    if (!this.#running) return;
    this.#queue = this.#queue.then(() => this.#take(offer)).catch(() => this.#tryLater());
  }

  stop(): void {
    this.#running = false;
    this.#wanted = [];
    this.#spare?.close();
    this.#spare = null;
    this.#drop();
  }

  #drop(): void {
    this.#repair.stop();
    clearTimeout(this.#patience);
    this.#askedAnew = false;
    this.#connection?.close();
    this.#connection = null;
    this.#declared = null;
    this.#received.value = NOTHING;
  }

  #needsAnew(): boolean {
    return this.#connection === null && !this.#askedAnew;
  }

  /** The connection there is does not carry any more. Asked already: that is said again when patience runs out. */
  #renew(): void {
    if (!this.#askedAnew) this.#declare(true);
  }

  #declare(fresh: boolean): void {
    this.#declared = this.#wanted.map(({ participant, mid }) => ({ participant, mid }));
    if (fresh) this.#askedAnew = true;
    this.#signalling.subscribe(this.#declared, fresh);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#isMissing(fresh) && this.#declare(true), PATIENCE);
  }

  /** After asking for a new connection that one must come; else each stream. One that never comes is asked for once. */
  #isMissing(fresh: boolean): boolean {
    if (!this.#running) return false;
    const { tracks } = this.#received.value;
    return fresh ? this.#askedAnew && this.#wanted.length > 0 : this.#wanted.some(({ key }) => !tracks.has(key));
  }

  async #take(offer: Offer): Promise<void> {
    const connection = offer.fresh || !this.#connection ? this.#connect() : this.#connection;
    await connection.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    if (connection !== this.#connection) return;
    this.#received.value = this.#assign(offer, connection);
    const answered = this.#signalling.answer(offer.revision, withoutAddresses(connection.localDescription?.sdp ?? ""));
    this.#onAnswered();
    await answered;
    this.#failures = 0;
  }

  #connect(): RTCPeerConnection {
    this.#connection?.close();
    this.#askedAnew = false;
    this.#connection = this.#takeSpare() ?? new RTCPeerConnection(this.#configuration());
    this.#repair.watch(this.#connection);
    return this.#connection;
  }

  #takeSpare(): RTCPeerConnection | null {
    const spare = this.#spare;
    this.#spare = null;
    if (this.#ice.length > 0) spare?.setConfiguration(this.#configuration());
    return spare;
  }

  #configuration(): RTCConfiguration {
    return { iceServers: [...this.#ice], bundlePolicy: "max-bundle", iceCandidatePoolSize: 1 };
  }

  /** Which person's which track is on which line of this offer. */
  #assign(offer: Offer, connection: RTCPeerConnection): Received {
    const keys = new Map(this.#wanted.map((wanted) => [`${wanted.participant} ${wanted.mid}`, wanted.key]));
    const known = new Map([...this.#received.value.lines].map(([mid, key]) => [mid, key]));
    const lines = new Map<string, Key>();
    const tracks = new Map<Key, MediaStreamTrack>();
    const byMid = new Map(connection.getTransceivers().map((line) => [line.mid, line]));
    for (const { mid, participant, source_mid } of offer.streams) {
      const before = known.get(mid);
      const key = keys.get(`${participant} ${source_mid}`) ?? (before?.startsWith(participant) ? before : undefined);
      const track = byMid.get(mid)?.receiver.track;
      if (!key || !track) continue;
      lines.set(mid, key);
      tracks.set(key, track);
    }
    return { lines, tracks };
  }

  /** An offer could not be taken: ask for one to a new connection, a little later each time. */
  #tryLater(): void {
    this.#failures = Math.min(this.#failures + 1, MAX_FAILURES);
    setTimeout(() => this.#running && this.#declare(true), 250 * 2 ** this.#failures);
  }
}
