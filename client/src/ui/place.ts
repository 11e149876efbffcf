import type { Waiting } from "../protocol/messages";
import type { Ending, State } from "../session/machine";

/** Which page is drawn. */
export type Page =
  | { readonly page: "door" }
  | { readonly page: "returning" }
  | { readonly page: "waiting"; readonly cause: Waiting["cause"] }
  | { readonly page: "room" }
  | { readonly page: "reason"; readonly ending: Ending };

export const DOOR: Page = { page: "door" };

/**
 * The page for `state`. While a connection is being repaired, somebody asks again from a page that said why they
 * were out, or the room cannot be drawn yet (`drawable`), it is the one that was there before: nothing flashes.
 */
export function pageOf(state: State, drawable: boolean, before: Page): Page {
  if (state.at === "over") return { page: "reason", ending: state.ending };
  if (state.at === "waiting") return { page: "waiting", cause: state.cause };
  if (state.at === "door") return DOOR;
  const place = "was" in state ? state.was : state.at;
  if (place === "inside") return drawable ? { page: "room" } : before;
  if (place === "waiting") return before;
  if ("way" in state && state.way?.first.type === "resume") return { page: "returning" };
  return before.page === "reason" ? before : DOOR;
}
