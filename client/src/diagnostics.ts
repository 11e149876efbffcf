import type { Media } from "./media/media";
import type { Inbound, Outbound } from "./media/statistics";
import type { State } from "./session/machine";
import type { Session } from "./session/session";

/**
 * `window.bailiwick`: what a person (or a test) can ask of their own page in the browser's console. It tells only what
 * this browser receives anyway, and can do nothing that closing the tab could not.
 */
export interface Diagnostics {
  /** Where the session is, and as whom. */
  session(): {
    readonly state: State["at"];
    readonly code: string | null;
    readonly you: string | null;
    readonly people: number;
  };
  /** What is received, by participant and kind: RTP packets, loss, SSRC, decoded frames, picture size. */
  stats(): Promise<Inbound[]>;
  /** What is sent, by simulcast layer. */
  sent(): Promise<Outbound[]>;
  /** Drop the signalling connection as if the network had broken. It comes back by itself. */
  breakOff(): void;
}

declare global {
  interface Window {
    bailiwick?: Diagnostics;
  }
}

export function exposeDiagnostics(session: Session, media: Media): void {
  window.bailiwick = {
    session: () => {
      const state = session.state.peek();
      const room = session.room.peek();
      const code =
        state.at === "over" ? (state.ending.kind === "problem" ? state.ending.problem.code : state.ending.kind) : null;
      return { state: state.at, code, you: room?.you ?? null, people: room?.participants.size ?? 0 };
    },
    stats: () => media.inbound(),
    sent: () => media.outbound(),
    breakOff: () => session.breakOff(),
  };
}
