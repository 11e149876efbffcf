import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";

import type { FromServer, WantedLayer } from "../protocol/messages";
import { RequestFailed, type Observer, type Session } from "../session/session";
import type { Devices } from "./devices";
import { Meter } from "./level";
import { Player } from "./player";
import { ConnectionLost, Publisher } from "./publisher";
import { FINE, judge, type Quality, type Sample } from "./quality";
import { THROUGH, failing, reach, type Direction, type Reach } from "./reach";
import { Saying } from "./saying";
import { Sight } from "./sight";
import { Sound } from "./sound";
import { SILENCE, listen, type Speaking } from "./speakers";
import { inbound, outbound, sample, type Inbound, type Outbound } from "./statistics";
import {
  affordable,
  firstSeen,
  kindOf,
  nowSeen,
  personOf,
  sameLayers,
  wantedLayers,
  wantedStreams,
  type Key,
  type Means,
  type Wanted,
} from "./streams";
import { Subscriber } from "./subscriber";
import { pictures } from "./thrift";

const LEVELS_EVERY = 200;
const SAMPLE_EVERY = 2000;
const REACH_EVERY = 1000;
const SETTLE = 60;
/** How long the room may wait to be drawn until the first offer is answered. */
const DRAWN_WITHIN = 150;

/** What the interface sees of media. `client/dev/` draws the room with a pretended one. */
export interface MediaView {
  readonly tracks: ReadonlySignal<ReadonlyMap<Key, MediaStreamTrack>>;
  readonly speaking: ReadonlySignal<Speaking>;
  readonly quality: ReadonlySignal<Quality>;
  /** Whose picture is in sight but not asked for: the network does not carry it now. */
  readonly resting: ReadonlySignal<ReadonlySet<Key>>;
  /** What has not got through for a while, e.g. where the network lets no calls through; it is tried on. */
  readonly failing: ReadonlySignal<Direction | "both" | null>;
  readonly level: ReadonlySignal<number>;
  /** The browser lets nothing be measured before something is pressed. */
  readonly levelAsleep: ReadonlySignal<boolean>;
  readonly player: Player;
  readonly sight: Sight;
  /** The first pictures are on their way: time to draw the room. Until then the browser has better to do. */
  readonly arrived: ReadonlySignal<boolean>;
}

/** Both peer connections of one person, steered by the roster, by what is in sight, and by the local devices. */
export class Media implements MediaView, Observer {
  readonly tracks: ReadonlySignal<ReadonlyMap<Key, MediaStreamTrack>>;
  readonly speaking: ReadonlySignal<Speaking>;
  readonly quality: ReadonlySignal<Quality>;
  readonly resting: ReadonlySignal<ReadonlySet<Key>>;
  readonly failing: ReadonlySignal<Direction | "both" | null>;
  readonly level: ReadonlySignal<number>;
  readonly levelAsleep: ReadonlySignal<boolean>;
  readonly player = new Player();
  readonly sight = new Sight();
  readonly arrived: ReadonlySignal<boolean>;
  readonly #session: Session;
  readonly #devices: Devices;
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #saying = new Saying((switches) => this.#request({ type: "set_state", ...switches }));
  readonly #meter: Meter;
  readonly #speaking = signal<Speaking>(SILENCE);
  readonly #quality = signal<Quality>(FINE);
  readonly #resting = signal<ReadonlySet<Key>>(new Set());
  readonly #failing = signal<Direction | "both" | null>(null);
  /** What may be asked for; who has the floor matters only where not everybody can be shown. */
  readonly #means = computed((): Means => {
    const { sparing, thrift } = this.#quality.value;
    const few = pictures(thrift);
    const main = few < Infinity ? this.#speaking.value.main : null;
    return { most: thrift.level > 0 ? 0 : sparing ? 1 : 2, pictures: few, main };
  });
  /** How often we have come in; 0: not inside. */
  readonly #entered = signal(0);
  readonly #arrived = signal(false);
  #seen: readonly Key[] = [];
  #layers: readonly WantedLayer[] = [];
  #layered: RTCPeerConnection | null = null;
  #sampled: Sample | null = null;
  #reach: Reach = THROUGH;
  #timers: ReturnType<typeof setInterval>[] = [];
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, devices: Devices) {
    this.#session = session;
    this.#devices = devices;
    this.#publisher = new Publisher((sdp, tracks) => this.#publish(sdp, tracks));
    this.#subscriber = new Subscriber({
      subscribe: (streams, fresh) => session.send({ type: "subscribe", streams, fresh }),
      answer: (revision, sdp) => this.#answer(revision, sdp),
    });
    this.#meter = new Meter(devices.microphone);
    this.level = this.#meter.level;
    this.levelAsleep = this.#meter.asleep;
    this.tracks = computed(() => this.#subscriber.received.value.tracks);
    new Sound(this.tracks, devices.speaker, this.player);
    this.arrived = this.#arrived;
    this.speaking = this.#speaking;
    this.quality = this.#quality;
    this.resting = this.#resting;
    this.failing = this.#failing;
    session.observe(this);
    this.#steer();
  }

  /** RTP received, by participant and kind. */
  inbound(): Promise<Inbound[]> {
    return inbound(this.#subscriber.connection, this.#subscriber.received.value.lines);
  }

  /** RTP sent, by simulcast layer. */
  outbound(): Promise<Outbound[]> {
    return outbound(this.#publisher.connection);
  }

  /** Others first, then oneself: requests are carried out in order, and a picture is what one waits for. */
  onEnter(anew: boolean): void {
    const room = this.#session.room.peek();
    const ice = room?.iceServers ?? [];
    this.#layers = [];
    if (anew) {
      this.#devices.enter();
      this.#seen = firstSeen(room?.participants.values() ?? []);
      this.#subscriber.start(ice);
      this.#look();
      const turn = this.#subscriber.settled().then(() => this.#subscriber.connecting());
      this.#publisher.start(
        ice,
        turn.then(() => this.#subscriber.connected()),
      );
      void turn.then(() => this.#arrive());
      setTimeout(() => this.#draw(), DRAWN_WITHIN);
    } else {
      this.#subscriber.resume();
      this.#look();
      this.#publisher.resume();
      this.#arrive();
    }
    this.#watch();
  }

  #arrive(): void {
    this.#draw();
    if (this.#session.state.peek().at === "inside") this.#entered.value = this.#entered.peek() + 1;
  }

  #draw(): void {
    if (this.#session.state.peek().at === "inside") this.#arrived.value = true;
  }

  onMessage(message: FromServer): void {
    if (message.type === "offer") this.#subscriber.offer(message);
    if (message.type === "media_reset") this.onEnter(true);
    if (message.type === "muted") this.#devices.hush();
  }

  onStop(): void {
    this.#entered.value = 0;
    this.#arrived.value = false;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#saying.stop();
    this.#publisher.stop();
    this.#subscriber.stop();
    this.#devices.stop();
    this.#speaking.value = SILENCE;
    this.#reach = THROUGH;
    this.#failing.value = null;
    this.#quality.value = FINE;
    this.#sampled = null;
  }

  /** Whatever changes, the same few effects set it right. */
  #steer(): void {
    const { microphone, camera, screen } = this.#devices;
    effect(() => this.#publisher.put("microphone", microphone.value.on ? microphone.value.track : null));
    effect(() => this.#publisher.put("camera", camera.value.track));
    effect(() => this.#publisher.put("screen", screen.value?.getVideoTracks()[0] ?? null));
    effect(() => this.#publisher.put("screen_audio", screen.value?.getAudioTracks()[0] ?? null));
    effect(() => this.#sayState(microphone.value.on && microphone.value.track !== null, camera.value.track !== null));
    effect(() => this.#publisher.spare(this.#quality.value.sparing));
    effect(() => {
      const state = this.#session.state.value;
      if (state.at === "asking") this.#subscriber.prepare();
      // Not before the socket's first message has gone out: the answer takes longer than this does.
      if (state.at === "connecting" && state.was === "door") setTimeout(() => this.#prepare());
    });
    effect(() => {
      void [this.#session.room.value, this.sight.visible.value, this.#subscriber.received.value, this.#means.value];
      this.#lookSoon();
    });
  }

  #prepare(): void {
    if (this.#session.state.peek().at === "connecting") this.#publisher.prepare();
  }

  /** What others see of me; said anew whenever I come (back) in. */
  #sayState(microphone: boolean, camera: boolean): void {
    if (this.#entered.value > 0) this.#saying.say({ microphone, camera });
  }

  #lookSoon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), SETTLE);
  }

  /** Ask for the streams and layers that are wanted now. */
  #look(): void {
    const wanted = this.#wanted();
    if (this.#session.state.peek().at !== "inside" || wanted === null) return;
    this.#subscriber.want(wanted);
    const means = this.#means.peek();
    const visible = this.sight.visible.peek();
    const shown = affordable(visible, means);
    this.#rest([...visible.keys()].filter((key) => !shown.has(key)));
    this.#askForLayers(wantedLayers(this.#subscriber.received.peek().lines, shown, means.most));
  }

  #rest(keys: readonly Key[]): void {
    if (keys.join() !== [...this.#resting.peek()].join()) this.#resting.value = new Set(keys);
  }

  /** A new connection begins with the smallest layer of everything, whatever was asked for on the one before. */
  #askForLayers(layers: readonly WantedLayer[]): void {
    const { connection } = this.#subscriber;
    if (connection !== this.#layered) this.#layers = [];
    this.#layered = connection;
    if (sameLayers(layers, this.#layers)) return;
    this.#layers = layers;
    if (layers.length > 0) this.#session.send({ type: "layers", layers });
  }

  #wanted(): Wanted[] | null {
    const room = this.#session.room.peek();
    if (!room) return null;
    const visible = this.sight.visible.peek();
    this.#seen = nowSeen(this.#seen, visible);
    return wantedStreams(room.participants.values(), room.you, visible, this.#seen, this.#subscriber.wanted);
  }

  #watch(): void {
    if (this.#timers.length > 0) return;
    this.#timers = [
      setInterval(() => this.#hear(), LEVELS_EVERY),
      setInterval(() => void this.#sample(), SAMPLE_EVERY),
      setInterval(() => this.#checkReach(), REACH_EVERY),
    ];
  }

  /** Who is speaking: the browser knows the levels of what it plays (RTCRtpSynchronizationSource). */
  #hear(): void {
    const levels = new Map<string, number>();
    const { lines } = this.#subscriber.received.peek();
    for (const line of this.#subscriber.connection?.getTransceivers() ?? []) {
      const key = lines.get(line.mid ?? "");
      if (!key || kindOf(key) !== "microphone") continue;
      const level = Math.max(0, ...line.receiver.getSynchronizationSources().map((source) => source.audioLevel ?? 0));
      levels.set(personOf(key), level);
    }
    const you = this.#session.room.peek()?.you;
    if (you && this.#devices.microphone.peek().on) levels.set(you, this.#meter.linear);
    this.#speaking.value = listen(this.#speaking.peek(), levels, Date.now());
  }

  async #sample(): Promise<void> {
    const now = await sample(this.#publisher.connection, this.#subscriber.connection);
    this.#quality.value = judge(this.#quality.peek(), this.#sampled, now);
    this.#sampled = now;
  }

  #checkReach(): void {
    const sending = { needed: this.#publisher.lines.size > 0, up: isUp(this.#publisher.connection) };
    const receiving = { needed: this.#subscriber.wanted.size > 0, up: isUp(this.#subscriber.connection) };
    const now = Date.now();
    this.#reach = reach(this.#reach, { sending, receiving }, now);
    this.#failing.value = failing(this.#reach, now);
  }

  async #publish(sdp: string, tracks: Parameters<ConstructorParameters<typeof Publisher>[0]>[1]): Promise<string> {
    const answer = await this.#request({ type: "publish", sdp, tracks });
    return answer.type === "published" ? answer.sdp : "";
  }

  async #answer(revision: number, sdp: string): Promise<void> {
    try {
      await this.#request({ type: "answer", revision, sdp });
    } catch (failure) {
      if (!(failure instanceof ConnectionLost)) throw failure; // Else `subscribe` is sent anew on return.
    }
  }

  async #request(message: Parameters<Session["request"]>[0]): ReturnType<Session["request"]> {
    try {
      return await this.#session.request(message);
    } catch (failure) {
      if (failure instanceof RequestFailed && failure.code === "connection_lost") throw new ConnectionLost();
      throw failure;
    }
  }
}

function isUp(connection: RTCPeerConnection | null): boolean {
  return connection?.connectionState === "connected";
}
