/**
 * The way into a meeting, and back into it: a pure state machine. `step` takes a state and what happened, and
 * returns the next state and what is to be done; `session.ts` does it. Close codes: docs/reference/protocol.md.
 */
import { Close, type FromServer, type Waiting } from "../protocol/messages";
import { problemOf, readProblem, type Problem } from "../protocol/problem";
import type { DoorAnswer } from "../protocol/door";

/** The first message of a connection. */
export type First =
  { readonly type: "hello"; readonly grant: string } | { readonly type: "resume"; readonly token: string };

/** What a person saw last, and goes on seeing while the connection is being repaired. */
export type Place = "door" | "waiting" | "inside";

export type Ending =
  | { readonly kind: "problem"; readonly problem: Problem; /** Not at the door. */ readonly inside?: boolean }
  | { readonly kind: "ended" }
  | { readonly kind: "left" }
  | { readonly kind: "superseded" }
  | { readonly kind: "failed" };

export interface Way {
  readonly socket: string;
  readonly first: First;
}

export type State =
  | { readonly at: "door" }
  | { readonly at: "asking"; readonly was: Place; readonly tries: number }
  | { readonly at: "connecting"; readonly was: Place; readonly tries: number; readonly way: Way }
  | { readonly at: "waiting"; readonly way: Way; readonly cause: Waiting["cause"] }
  | { readonly at: "inside"; readonly way: Way }
  | { readonly at: "retrying"; readonly was: Place; readonly tries: number; readonly way: Way | null }
  | { readonly at: "over"; readonly ending: Ending };

export type Happening =
  | { readonly type: "join" }
  | { readonly type: "found"; readonly token: string }
  | { readonly type: "answered"; readonly answer: DoorAnswer }
  | { readonly type: "message"; readonly message: FromServer }
  | { readonly type: "closed"; readonly code: number }
  | { readonly type: "elapsed" }
  | { readonly type: "left" };

export type Effect =
  | { readonly do: "ask" }
  | { readonly do: "connect"; readonly way: Way }
  | { readonly do: "disconnect" }
  | { readonly do: "wait"; readonly milliseconds: number }
  | { readonly do: "keep"; readonly token: string }
  | { readonly do: "forget" }
  /** `anew`: a new presence, whose media starts from nothing; else it may still be flowing. */
  | { readonly do: "enter"; readonly anew: boolean }
  | { readonly do: "stop_media" };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export const START: State = { at: "door" };
export const SOCKET = "/ws";

/** Grants that turn out to be unknown, one after the other, before giving up. */
const MAX_RETURNS = 5;
const RATE_LIMIT_PAUSE = 5000;

/** Tries within the first minute: as long as the server keeps a presence whose connection was lost. */
const SOON = 20;
/** Answers "full" to somebody who was inside: their own place may be what fills it. */
const MAX_FULL = 10;

/**
 * Back-off from 0.5 s to 3 s in the first minute, then to 10 s, spread by `random` (0 to 1) so that a whole
 * meeting does not come at once.
 */
export function backOff(tries: number, random: number): number {
  return Math.min(tries < SOON ? 3000 : 10_000, 500 * 2 ** tries) * (0.75 + 0.5 * random);
}

export function step(state: State, happening: Happening, random: number): Step {
  switch (happening.type) {
    case "join":
      return state.at === "door" || state.at === "over" ? asking("door", 0) : same(state);
    case "found":
      return state.at === "door" ? connecting(resume(happening.token), "door", 0) : same(state);
    case "answered":
      return state.at === "asking" ? answered(state, happening.answer, random) : same(state);
    case "message":
      return arrived(state, happening.message);
    case "closed":
      return closed(state, happening.code, random);
    case "elapsed":
      return state.at === "retrying" ? again(state) : same(state);
    case "left":
      return state.at === "over" ? same(state) : over({ kind: "left" });
  }
}

function same(state: State): Step {
  return { state, effects: [] };
}

function asking(was: Place, tries: number): Step {
  return { state: { at: "asking", was, tries }, effects: [{ do: "ask" }] };
}

function connecting(way: Way, was: Place, tries: number): Step {
  return { state: { at: "connecting", was, tries, way }, effects: [{ do: "connect", way }] };
}

function retrying(way: Way | null, was: Place, tries: number, milliseconds: number): Step {
  return { state: { at: "retrying", was, tries: tries + 1, way }, effects: [{ do: "wait", milliseconds }] };
}

/** Nothing of us stays behind: media stopped (the camera's light goes off), token forgotten, socket closed. */
function over(ending: Ending): Step {
  return {
    state: { at: "over", ending },
    effects: [{ do: "stop_media" }, { do: "forget" }, { do: "disconnect" }],
  };
}

function resume(token: string, socket: string = SOCKET): Way {
  return { socket, first: { type: "resume", token } };
}

function answered(state: State & { at: "asking" }, answer: DoorAnswer, random: number): Step {
  switch (answer.kind) {
    case "grant":
      return connecting(
        { socket: answer.socket, first: { type: "hello", grant: answer.grant } },
        state.was,
        state.tries,
      );
    case "resume":
      return connecting(resume(answer.token, answer.socket), state.was, state.tries);
    case "unreachable":
      return retrying(null, state.was, state.tries, backOff(state.tries, random));
    case "problem":
      return refused(state, answer.problem, random);
  }
}

/** What passes by itself is waited for; everything else is told. */
function refused(state: State & { at: "asking" }, problem: Problem, random: number): Step {
  if (problem.code === "full" && state.was === "inside" && state.tries < MAX_FULL)
    return retrying(null, state.was, state.tries, backOff(state.tries, random));
  const passes = problem.code === "unavailable" || (problem.code === "rate_limited" && state.was !== "door");
  if (!passes) return over({ kind: "problem", problem });
  const pause = problem.retryAfter === null ? backOff(state.tries, random) : problem.retryAfter * 1000;
  return retrying(null, state.was, state.tries, pause);
}

function again(state: State & { at: "retrying" }): Step {
  return state.way ? connecting(state.way, state.was, state.tries) : asking(state.was, state.tries);
}

function arrived(state: State, message: FromServer): Step {
  if (state.at === "door" || state.at === "asking" || state.at === "retrying" || state.at === "over")
    return same(state);
  switch (message.type) {
    case "waiting":
      return {
        state: { at: "waiting", way: resume(message.resume, state.way.socket), cause: message.cause },
        effects: [{ do: "keep", token: message.resume }],
      };
    case "welcome":
      return {
        state: { at: "inside", way: resume(message.resume, state.way.socket) },
        effects: [
          { do: "keep", token: message.resume },
          { do: "enter", anew: anew(state) },
        ],
      };
    case "removed":
      return removed(state, readProblem(message.problem));
    case "ended":
      return over({ kind: message.code === "left" ? "left" : "ended" });
    default:
      return same(state);
  }
}

/** Reasons that pass: the close code that follows says how to come back. */
const PASSING: ReadonlySet<string> = new Set(["bad_grant", "connection_lost", "unavailable", "rate_limited"]);

function removed(state: State, problem: Problem): Step {
  if (state.at === "connecting" && state.was === "inside" && problem.code === "full" && state.tries < MAX_FULL)
    return retrying(null, state.was, state.tries, backOff(state.tries, 0.5));
  return PASSING.has(problem.code) ? same(state) : over(kept(state, problem));
}

/** Kept out from now on. */
function kept(state: State, problem: Problem): Ending {
  const place = "was" in state ? state.was : state.at;
  return { kind: "problem", problem, inside: place === "inside" };
}

/** Only a presence resumed by the page that was inside can still have its media. */
function anew(state: State): boolean {
  return !(state.at === "connecting" && state.was === "inside" && state.way.first.type === "resume");
}

function closed(state: State, code: number, random: number): Step {
  if (state.at !== "connecting" && state.at !== "waiting" && state.at !== "inside") return same(state);
  const was: Place = state.at === "connecting" ? state.was : state.at;
  const tries = state.at === "connecting" ? state.tries : 0;
  switch (code) {
    case 1000:
      return over({ kind: "left" });
    case Close.BAD_MESSAGE:
      return over({ kind: "failed" });
    case Close.BAD_GRANT:
      return backAtTheDoor(state, was, tries);
    case Close.REFUSED:
      return over(kept(state, problemOf("refused")));
    case Close.WITHHELD:
      return over(kept(state, problemOf("withheld")));
    case Close.SUPERSEDED:
      return over({ kind: "superseded" });
    case Close.ENDED:
      return over({ kind: "ended" });
    case Close.RATE_LIMITED:
      return retrying(state.way, was, tries, RATE_LIMIT_PAUSE);
    default:
      return retrying(state.way, was, tries, backOff(tries, random));
  }
}

/**
 * The presence is lost, or the page was reloaded too late. Whoever was in the meeting asks again by themselves;
 * whoever only had a token from an earlier visit sees the door.
 */
function backAtTheDoor(state: State & { readonly way: Way }, was: Place, tries: number): Step {
  if (tries >= MAX_RETURNS) return over({ kind: "failed" });
  if (was === "door" && state.way.first.type === "resume") return { state: START, effects: [{ do: "forget" }] };
  const next = asking(was, tries + 1);
  return { state: next.state, effects: [{ do: "forget" }, ...next.effects] };
}
