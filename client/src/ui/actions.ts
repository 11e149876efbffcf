import { RequestFailed, type Outgoing } from "../session/session";
import { self } from "../session/roster";
import { isText, t } from "../texts";
import type { App } from "./context";

/** Ask the server for something; a refusal is told. True when it was done. */
export async function ask(app: App, message: Outgoing): Promise<boolean> {
  try {
    await app.session.request(message);
    return true;
  } catch (failure) {
    app.view.tell(reason(failure), true);
    return false;
  }
}

/** What is said of a request that failed. */
export function reason(failure: unknown): string {
  if (failure instanceof RequestFailed && failure.code === "connection_lost") return t("connection.not_sent");
  const key = failure instanceof RequestFailed ? `error.${failure.code}` : "";
  return isText(key) ? t(key) : t("told.request_failed");
}

export function toggleHand(app: App): Outgoing {
  const room = app.session.room.peek();
  return { type: "set_state", hand: (room && self(room)?.hand) === null };
}

export function shareScreen({ devices }: App): void {
  if (devices.screen.peek()) devices.stopSharing();
  else void devices.share();
}

export function muteAll(app: App): Promise<boolean> {
  return ask(app, { type: "mute", participant: null });
}

/** The link for guests: without the fragment, which may hold a personal invitation. */
export async function copyLink({ view }: App): Promise<void> {
  const link = location.origin + location.pathname;
  try {
    await navigator.clipboard.writeText(link);
    view.tell(t("stage.copied"));
  } catch {
    view.tell(link); // The browser does not let us: then it can be read and copied by hand.
  }
}

export async function setWaitingRoom({ api, view }: App, on: boolean): Promise<void> {
  try {
    await api.setWaitingRoom(on);
  } catch {
    view.tell(t("told.request_failed"), true);
  }
}
