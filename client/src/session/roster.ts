/**
 * What is known of the meeting: the state of `welcome`, and a pure reducer for what follows. Stale state and
 * events give the fresh state (tests/session/roster.test.ts).
 */
import type {
  ChatMessage,
  FromServer,
  IceServer,
  MeetingInfo,
  Participant,
  Waiter,
  Welcome,
} from "../protocol/messages";

export interface RoomState {
  readonly you: string;
  readonly meeting: MeetingInfo;
  readonly participants: ReadonlyMap<string, Participant>;
  readonly waiting: readonly Waiter[];
  readonly chat: readonly ChatMessage[];
  readonly iceServers: readonly RTCIceServer[];
}

const CHAT_LINES = 500;

/** The state a welcome gives. Chat is kept nowhere but in the pages that were there: a resumed page keeps its own. */
export function welcomed(message: Welcome, before: RoomState | null): RoomState {
  return {
    you: message.you,
    meeting: message.meeting,
    participants: byId(message.participants),
    waiting: message.waiting,
    chat: before?.chat ?? [],
    iceServers: message.ice_servers.map(iceServer),
  };
}

function iceServer({ urls, username, credential }: IceServer): RTCIceServer {
  return { urls: [...urls], ...(username && { username }), ...(credential && { credential }) };
}

export function reduce(state: RoomState, message: FromServer): RoomState {
  switch (message.type) {
    case "welcome":
      return welcomed(message, state);
    case "roster":
      return { ...state, participants: changed(state.participants, message.changed, message.gone) };
    case "meeting":
      return { ...state, meeting: message.meeting };
    case "waiting_room":
      return { ...state, waiting: message.waiting };
    case "chat":
      return { ...state, chat: [...state.chat, message].slice(-CHAT_LINES) };
    default:
      return state;
  }
}

function byId(participants: readonly Participant[]): ReadonlyMap<string, Participant> {
  return new Map(participants.map((participant) => [participant.id, participant]));
}

/** Those who stay keep their place in the order; newcomers are put at the end. */
function changed(
  before: ReadonlyMap<string, Participant>,
  came: readonly Participant[],
  gone: readonly string[],
): ReadonlyMap<string, Participant> {
  const after = new Map(before);
  for (const participant of came) after.set(participant.id, participant);
  for (const id of gone) after.delete(id);
  return after;
}

/** Yourself, as the others see you; undefined for a moment when your own entry has not come yet. */
export function self(state: RoomState): Participant | undefined {
  return state.participants.get(state.you);
}

/** Raised hands, the earliest first. */
export function hands(state: RoomState): Participant[] {
  const raised = [...state.participants.values()].filter((participant) => participant.hand !== null);
  return raised.sort((a, b) => (a.hand ?? 0) - (b.hand ?? 0));
}

/** What somebody may do to others, by their role (docs/reference/protocol.md). */
export interface Powers {
  readonly mute: boolean;
  readonly letIn: boolean;
  readonly remove: boolean;
  readonly rule: boolean;
  readonly appoint: boolean;
  readonly end: boolean;
}

export function powers(role: Participant["role"] | undefined): Powers {
  const runs = role === "host" || role === "co_host";
  return {
    mute: runs || role === "caretaker",
    letIn: runs || role === "caretaker",
    remove: runs,
    rule: runs,
    appoint: role === "host",
    end: role === "host",
  };
}

/** What somebody ought to be told of a change to the roster. */
export type News =
  | { readonly kind: "came"; readonly name: string }
  | { readonly kind: "went"; readonly name: string }
  | { readonly kind: "hand"; readonly name: string }
  | { readonly kind: "knocked"; readonly id: string; readonly name: string }
  | { readonly kind: "shares"; readonly name: string }
  | { readonly kind: "role"; readonly role: Participant["role"] };

export function news(before: RoomState, after: RoomState): News[] {
  const found: News[] = [];
  for (const [id, now] of after.participants) {
    if (id === after.you) continue;
    found.push(...newsOf(before.participants.get(id), now));
  }
  for (const [id, gone] of before.participants) {
    if (id !== after.you && !after.participants.has(id)) found.push({ kind: "went", name: gone.name });
  }
  const role = self(after)?.role;
  if (role && self(before) && self(before)?.role !== role) found.push({ kind: "role", role });
  const knew = new Set(before.waiting.map((waiter) => waiter.id));
  found.push(
    ...after.waiting.filter(({ id }) => !knew.has(id)).map(({ id, name }) => ({ kind: "knocked", id, name }) as const),
  );
  return found;
}

function newsOf(before: Participant | undefined, now: Participant): News[] {
  if (!before) return [{ kind: "came", name: now.name }];
  const found: News[] = [];
  if (before.hand === null && now.hand !== null) found.push({ kind: "hand", name: now.name });
  if (!shares(before) && shares(now)) found.push({ kind: "shares", name: now.name });
  return found;
}

export function shares(participant: Participant): boolean {
  return participant.streams.some((stream) => stream.kind === "screen");
}
