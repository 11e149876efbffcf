// Made from src/bailiwick/live/protocol.py by `python -m bailiwick.live.typescript`. Do not edit.

export const VERSION = 1;
export const SUBPROTOCOL = "bailiwick.v1";
export const MAXIMUM_BYTES = 262144;
export const HEARTBEAT_SECONDS = 10;
export const MAX_SOUNDS = 100;
export const MAX_PICTURES = 50;

/** Close codes beyond RFC 6455's own. */
export const Close = {
  BAD_MESSAGE: 4400,
  BAD_GRANT: 4401,
  REFUSED: 4403,
  ENDED: 4410,
  SUPERSEDED: 4409,
  RATE_LIMITED: 4429,
  WITHHELD: 4451,
  GOING_AWAY: 4503,
} as const;

/** First message after a join: uses up the grant. */
export interface Hello {
  id?: number | null;
  type: "hello";
  grant: string;
}

/**
 * First message after a lost connection: takes the presence over. The token is good once. `mutes`: the
 * last count that was told; null where the page does not know it any more.
 */
export interface Resume {
  id?: number | null;
  type: "resume";
  token: string;
  mutes?: number | null;
}

/** What the media line `mid` of the client's offer carries. */
export interface TrackInfo {
  mid: string;
  kind: "microphone" | "camera" | "screen" | "screen_audio";
}

/** The whole of what the client sends, as an SDP offer; sent again whenever that changes. */
export interface Publish {
  id?: number | null;
  type: "publish";
  sdp: string;
  tracks: readonly TrackInfo[];
}

/** One stream somebody publishes, by their id and its media line. */
export interface WantedStream {
  participant: string;
  mid: string;
}

/**
 * The whole set of streams the client wants now; the server offers the difference. `fresh`: the receiving
 * connection failed or the network changed; offer to a new one.
 */
export interface Subscribe {
  id?: number | null;
  type: "subscribe";
  streams: readonly WantedStream[];
  fresh?: boolean;
}

/** The client's SDP answer to `offer`, with that offer's revision. */
export interface Answer {
  id?: number | null;
  type: "answer";
  revision: number;
  sdp: string;
}

/** Which simulcast layer of the subscription's media line is wanted; `null`: none for now. */
export interface WantedLayer {
  mid: string;
  substream: number | null;
}

/** Layers by what is visible. */
export interface Layers {
  id?: number | null;
  type: "layers";
  layers: readonly WantedLayer[];
}

/** What others see of me. A field left out stays as it is. */
export interface SetState {
  id?: number | null;
  type: "set_state";
  microphone?: boolean | null;
  camera?: boolean | null;
  hand?: boolean | null;
}

/** Text to everybody inside; kept nowhere. */
export interface Chat {
  id?: number | null;
  type: "chat";
  text: string;
}

/** Tell the host and the staff how somebody inside behaves. Who told is not kept; `words` may be empty. */
export interface Report {
  id?: number | null;
  type: "report";
  participant: string;
  about: "harassment" | "threats" | "sexual" | "hate" | "disruption" | "impersonation" | "other";
  words?: string;
}

/** Goes. The host may hand over to a participant, or end the meeting. */
export interface Leave {
  id?: number | null;
  type: "leave";
  end?: boolean;
  hand_over?: string | null;
}

/** Every `heartbeat_seconds`; a client silent for three of them is taken for gone. */
export interface Ping {
  id?: number | null;
  type: "ping";
}

/** Host, co-host, caretaker: mute somebody's microphone, or everybody's (`participant` null). */
export interface Mute {
  id?: number | null;
  type: "mute";
  participant: string | null;
}

/** Host, co-host, caretaker: lower somebody's hand. */
export interface LowerHand {
  id?: number | null;
  type: "lower_hand";
  participant: string;
}

/** Host, co-host, caretaker: let somebody in from the waiting room (`null`: all). */
export interface LetIn {
  id?: number | null;
  type: "let_in";
  participant: string | null;
}

/** Host, co-host: not let in. */
export interface TurnAway {
  id?: number | null;
  type: "turn_away";
  participant: string;
}

/**
 * Host, co-host: remove (may come back through the waiting room) or remove and block. Of a block: `scope`,
 * this time or every time; `days`, else until it is lifted; `reason`, noted for whoever runs the meeting.
 * A notice `removal_not_lasting` says that there is nothing to know them by.
 */
export interface Remove {
  id?: number | null;
  type: "remove";
  participant: string;
  block?: boolean;
  scope?: "meeting" | "series";
  days?: number | null;
  reason?: "harassment" | "threats" | "sexual" | "hate" | "disruption" | "impersonation" | "other" | null;
}

/** Host, co-host: nobody else comes in; nobody inside goes. */
export interface Lock {
  id?: number | null;
  type: "lock";
  locked: boolean;
}

/** Host: make somebody co-host of this meeting, or no longer. */
export interface SetCoHost {
  id?: number | null;
  type: "set_co_host";
  participant: string;
  co_host: boolean;
}

/** A media line somebody publishes. */
export interface Stream {
  mid: string;
  kind: "microphone" | "camera" | "screen" | "screen_audio";
}

/**
 * Somebody in the roster. `hand`: when it was raised, milliseconds since 1970. `away`: the connection has
 * been lost for so long that the media is gone; they may come back.
 */
export interface Participant {
  id: string;
  name: string;
  role: "host" | "co_host" | "caretaker" | "participant";
  away: boolean;
  microphone: boolean;
  camera: boolean;
  hand: number | null;
  streams: readonly Stream[];
}

/** Somebody in the waiting room. */
export interface Waiter {
  id: string;
  name: string;
}

/** The access rule in force, told to everyone in the meeting. */
export interface RuleSummary {
  mode: "allow" | "deny";
  territories: readonly string[];
  undetermined: "admit" | "waiting_room" | "refuse";
}

/**
 * What everyone inside knows of the meeting. For the host and co-hosts only: `refused`, how many a rule
 * kept out; `withheld`, whether a restriction ever took effect, and neither on whom nor where.
 */
export interface MeetingInfo {
  title: string;
  slug: string;
  locked: boolean;
  waiting_room: boolean;
  rule: RuleSummary | null;
  started_at: number;
  on_host_leave: "continue" | "hand_over" | "end";
  refused: number | null;
  withheld: boolean | null;
}

/** RTCIceServer. */
export interface IceServer {
  urls: readonly string[];
  username?: string | null;
  credential?: string | null;
}

/** In the waiting room: nobody has let you in yet. `cause`: the meeting's, or the country rule's. */
export interface Waiting {
  type: "waiting";
  you: string;
  cause: "waiting_room" | "rule";
  title: string;
  resume: string;
}

/**
 * Inside. The whole state; what follows are changes to it. `resume` replaces any earlier token. `mutes`:
 * how often a host has muted you.
 */
export interface Welcome {
  type: "welcome";
  you: string;
  resume: string;
  heartbeat_seconds: number;
  mutes: number;
  meeting: MeetingInfo;
  participants: readonly Participant[];
  waiting: readonly Waiter[];
  ice_servers: readonly IceServer[];
}

/** Changes since the last state: whole participants that came or changed, ids of those who went. */
export interface Roster {
  type: "roster";
  changed: readonly Participant[];
  gone: readonly string[];
}

/** The meeting's own state, whole. */
export interface MeetingChanged {
  type: "meeting";
  meeting: MeetingInfo;
}

/** For those who may let in: the whole waiting room. */
export interface WaitingRoom {
  type: "waiting_room";
  waiting: readonly Waiter[];
}

/** The SDP answer to `publish`. */
export interface Published {
  type: "published";
  id: number | null;
  sdp: string;
}

/** Which published stream the media line `mid` of the offer carries. */
export interface OfferedStream {
  mid: string;
  participant: string;
  source_mid: string;
}

/**
 * An SDP offer for the subscribing connection. Answer it with the same revision. `fresh`: answer with a
 * new RTCPeerConnection and drop the one there was, if any.
 */
export interface Offer {
  type: "offer";
  revision: number;
  sdp: string;
  streams: readonly OfferedStream[];
  fresh: boolean;
}

/** The media server restarted, or your session in it was lost: publish and subscribe anew. */
export interface MediaReset {
  type: "media_reset";
}

/** Somebody wrote. `at`: milliseconds since 1970. */
export interface ChatMessage {
  type: "chat";
  participant: string;
  name: string;
  text: string;
  at: number;
}

/**
 * A host muted your microphone; unmute yourself when you want to speak. `mutes`: how often by now. Comes
 * before `welcome` if it happened while the connection was lost.
 */
export interface Muted {
  type: "muted";
  mutes: number;
}

/** Told to all inside, to those who run the meeting, or to one, e.g. `rule_changed`, `locked`. */
export interface Notice {
  type: "notice";
  code: string;
  text: string;
}

/** You are out. `problem` is the same object as the 403 or 451 body; the close code follows it. */
export interface Removed {
  type: "removed";
  problem: Readonly<Record<string, unknown>>;
}

/** The host ended the meeting (close 4410), or you left (close 1000). */
export interface Ended {
  type: "ended";
  code: "ended_by_host" | "left";
}

/** A request with an id that needs no other answer has been carried out. */
export interface Done {
  type: "done";
  id: number;
}

/** Answer to `ping`. */
export interface Pong {
  type: "pong";
}

/** A request failed; the connection goes on unless a close follows. Codes: docs/reference/errors.md. */
export interface Error {
  type: "error";
  code: string;
  detail: string;
  id: number | null;
}

export type FromClient =
  | Hello
  | Resume
  | Publish
  | Subscribe
  | Answer
  | Layers
  | SetState
  | Chat
  | Report
  | Leave
  | Ping
  | Mute
  | LowerHand
  | LetIn
  | TurnAway
  | Remove
  | Lock
  | SetCoHost;

export type FromServer =
  | Waiting
  | Welcome
  | Roster
  | MeetingChanged
  | WaitingRoom
  | Published
  | Offer
  | MediaReset
  | ChatMessage
  | Muted
  | Notice
  | Removed
  | Ended
  | Done
  | Pong
  | Error;

export const SERVER_TYPES: readonly FromServer["type"][] = [
  "waiting",
  "welcome",
  "roster",
  "meeting",
  "waiting_room",
  "published",
  "offer",
  "media_reset",
  "chat",
  "muted",
  "notice",
  "removed",
  "ended",
  "done",
  "pong",
  "error",
];
