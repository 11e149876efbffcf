import { signal, type ReadonlySignal } from "@preact/signals";

import { HEARTBEAT_SECONDS, type FromClient, type FromServer } from "../protocol/messages";
import type { DoorAnswer } from "../protocol/door";
import type { Connect, Socket } from "../protocol/socket";
import { START, step, type Effect, type Happening, type State, type Way } from "./machine";
import { reduce, welcomed, type RoomState } from "./roster";

/** What the session needs from the world. `client/dev/` gives it a pretended one. */
export interface World {
  /** Ask at the door; with the presence to take back, if one is. */
  readonly ask: (takeBack: string | null) => Promise<DoorAnswer>;
  readonly connect: Connect;
  readonly keepToken: (token: string) => void;
  readonly forgetToken: () => void;
}

/** Told of what is not state: media signalling, chat, notices. */
export interface Observer {
  onEnter(anew: boolean): void;
  onMessage(message: FromServer, before: RoomState | null): void;
  onStop(): void;
}

/**
 * A request the server answered with `error`, or that the connection was lost under (`connection_lost`), or that
 * got no answer (`timeout`).
 */
export class RequestFailed extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

type Answer = Extract<FromServer, { type: "done" | "published" }>;
interface Pending {
  resolve(answer: Answer): void;
  reject(failure: RequestFailed): void;
}
/** `Omit` that keeps the members of a union apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type Outgoing = Without<FromClient, "id">;

const SILENT_HEARTBEATS = 2.5;
const LEAVE_PATIENCE = 8000;
const ANSWER_PATIENCE = 10_000;

/** One person's connection to one meeting: runs the state machine and keeps the roster. */
export class Session {
  readonly state: ReadonlySignal<State>;
  readonly room: ReadonlySignal<RoomState | null>;
  readonly #state = signal<State>(START);
  readonly #room = signal<RoomState | null>(null);
  readonly #world: World;
  readonly #observers = new Set<Observer>();
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #heard = 0;
  #lastId = 0;
  #endsForAll = false;
  /** Who we are, or were last, inside or in the waiting room. */
  #me: string | null = null;
  #takeBack: string | null = null;
  /** How often a host has muted us, as far as we were told; null: this page does not know. */
  #mutes: number | null = null;

  constructor(world: World) {
    this.#world = world;
    this.state = this.#state;
    this.room = this.#room;
  }

  observe(observer: Observer): void {
    this.#observers.add(observer);
  }

  join(): void {
    this.#begin(null);
  }

  /** Another tab goes on as who we were: go on here instead, as the same, not as a second one. */
  takeBack(): void {
    this.#mutes = null; // what the other tab was told, we were not
    this.#begin(this.#me);
  }

  #begin(takeBack: string | null): void {
    this.#takeBack = takeBack;
    this.#room.value = null;
    this.#happen({ type: "join" });
  }

  /** Take up the presence of the page that was here before a reload. */
  resume(token: string): void {
    this.#happen({ type: "found", token });
  }

  /** Try again now, e.g. because the network is back. */
  retryNow(): void {
    if (this.#state.value.at === "retrying") this.#happen({ type: "elapsed" });
  }

  /** The network may have changed: find out soon whether the connection still holds. */
  probe(): void {
    if (this.#state.value.at !== "inside") return this.retryNow();
    const asked = Date.now();
    this.send({ type: "ping" });
    setTimeout(() => this.#heard < asked && this.breakOff(), 3000);
  }

  /** Drop the connection as if the network had broken; the session comes back by itself. */
  breakOff(): void {
    this.#drop(1006, 4000);
  }

  /** Go. Rejects when the server will not let it happen this way (e.g. the person to hand over to is gone). */
  async leave(options: { end?: boolean; handOver?: string | null } = {}): Promise<void> {
    const { at } = this.#state.value;
    if (at === "inside" || at === "waiting") {
      const { end = false, handOver = null } = options;
      this.#endsForAll = end;
      await Promise.race([this.#leaving(end, handOver), pause(LEAVE_PATIENCE)]);
    }
    this.#happen({ type: "left" });
  }

  async #leaving(end: boolean, handOver: string | null): Promise<void> {
    try {
      await this.request({ type: "leave", end, hand_over: handOver });
    } catch (failure) {
      if (failure instanceof RequestFailed && failure.code !== "connection_lost") throw failure;
    }
  }

  /** Send without asking for an answer. Without a connection it is dropped: state is sent anew on `welcome`. */
  send(message: Outgoing): void {
    this.#socket?.send(message);
  }

  /** Send and wait for the answer. Rejects with `RequestFailed`. */
  request(message: Outgoing): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.#socket) return reject(new RequestFailed("connection_lost"));
      this.#pending.set(id, { resolve, reject });
      setTimeout(() => this.#refuse(id, "timeout"), ANSWER_PATIENCE);
      this.#socket.send({ ...message, id });
    });
  }

  #happen(happening: Happening): void {
    const { state, effects } = step(this.#state.value, happening, Math.random());
    this.#state.value = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "ask":
        void this.#world.ask(this.#takeBack).then((answer) => this.#happen({ type: "answered", answer }));
        return;
      case "connect":
        return this.#open(effect.way);
      case "disconnect":
        return this.#hangUp(1000);
      case "wait":
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#happen({ type: "elapsed" }), effect.milliseconds);
        return;
      case "keep":
        return this.#world.keepToken(effect.token);
      case "forget":
        return this.#world.forgetToken();
      case "enter":
        for (const observer of this.#observers) observer.onEnter(effect.anew);
        return;
      case "stop_media":
        for (const observer of this.#observers) observer.onStop();
        return;
    }
  }

  #open(way: Way): void {
    clearTimeout(this.#timer);
    this.#hangUp(1000);
    this.#heard = Date.now();
    const mine = (): boolean => socket === this.#socket;
    const socket: Socket = this.#world.connect(way.socket, {
      onOpen: () => mine() && socket.send(way.first.type === "resume" ? { ...way.first, mutes: this.#mutes } : way.first),
      onMessage: (message) => mine() && this.#receive(message),
      onClose: (code) => mine() && this.#drop(code),
    });
    this.#socket = socket;
    this.#beat(HEARTBEAT_SECONDS);
  }

  #receive(message: FromServer): void {
    this.#heard = Date.now();
    if (message.type === "welcome" || message.type === "muted") this.#mutes = message.mutes;
    const before = this.#room.value;
    if (message.type === "welcome" || message.type === "waiting") [this.#me, this.#takeBack] = [message.you, null];
    if (message.type === "welcome") {
      this.#room.value = welcomed(message, before);
      this.#beat(message.heartbeat_seconds);
    } else if (before) {
      this.#room.value = reduce(before, message);
    }
    this.#settle(message);
    // Whoever ends the meeting is told only that they left, as they are the first to go.
    const ended = message.type === "ended" && this.#endsForAll;
    this.#happen({ type: "message", message: ended ? { type: "ended", code: "ended_by_host" } : message });
    for (const observer of this.#observers) observer.onMessage(message, before);
  }

  /** Give a request its answer. */
  #settle(message: FromServer): void {
    if (message.type !== "done" && message.type !== "published" && message.type !== "error") return;
    if (message.id === null) return;
    if (message.type === "error") return this.#refuse(message.id, message.code);
    this.#pending.get(message.id)?.resolve(message);
    this.#pending.delete(message.id);
  }

  #refuse(id: number, code: string): void {
    this.#pending.get(id)?.reject(new RequestFailed(code));
    this.#pending.delete(id);
  }

  #beat(seconds: number): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      if (Date.now() - this.#heard > seconds * SILENT_HEARTBEATS * 1000) return this.breakOff();
      this.send({ type: "ping" });
    }, seconds * 1000);
  }

  /** The connection is gone, or given up. */
  #drop(code: number, closeWith?: number): void {
    this.#hangUp(closeWith);
    this.#happen({ type: "closed", code });
  }

  #hangUp(closeWith?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#heartbeat);
    if (closeWith !== undefined) socket?.close(closeWith);
    for (const pending of this.#pending.values()) pending.reject(new RequestFailed("connection_lost"));
    this.#pending.clear();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
