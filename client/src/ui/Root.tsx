import type { JSX } from "preact";

import { AppContext, type App } from "./context";
import { Prejoin } from "./Prejoin";
import { Reason } from "./Reason";
import { Room } from "./Room";
import { Waiting } from "./Waiting";

export function Root({ app }: { app: App }): JSX.Element {
  return (
    <AppContext.Provider value={app}>
      <Place app={app} />
    </AppContext.Provider>
  );
}

/** Which page: while a connection is being repaired, the one that was there. */
function Place({ app }: { app: App }): JSX.Element {
  const state = app.session.state.value;
  switch (state.at) {
    case "over":
      return <Reason ending={state.ending} />;
    case "waiting":
      return <Waiting cause={state.cause} />;
    case "inside":
      return <Room />;
    case "door":
      return <Prejoin />;
    default:
      return app.session.room.value && state.was === "inside" ? (
        <Room />
      ) : state.was === "waiting" ? (
        <Waiting cause="waiting_room" />
      ) : (
        <Prejoin />
      );
  }
}
