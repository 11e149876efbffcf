import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import type { Waiting as WaitingMessage } from "../protocol/messages";
import { AppContext, type App } from "./context";
import { Prejoin } from "./Prejoin";
import { Reason } from "./Reason";
import { Room } from "./Room";
import { Waiting } from "./Waiting";

type Cause = WaitingMessage["cause"];

export function Root({ app }: { app: App }): JSX.Element {
  return (
    <AppContext.Provider value={app}>
      <Place app={app} />
    </AppContext.Provider>
  );
}

/** Which page: while a connection is being repaired, and until the room can be drawn, the one that was there. */
function Place({ app }: { app: App }): JSX.Element {
  const state = app.session.state.value;
  const waited = useRef<Cause | null>(null);
  if (state.at === "over") return <Reason ending={state.ending} />;
  const place = "was" in state ? state.was : state.at;
  if (place === "door") waited.current = null;
  if (state.at === "waiting") waited.current = state.cause;
  if (place === "inside" && app.session.room.value && app.media.arrived.value) return <Room />;
  if (place === "waiting" || (place === "inside" && waited.current)) {
    return <Waiting cause={waited.current ?? "waiting_room"} />;
  }
  return <Prejoin />;
}
