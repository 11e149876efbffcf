import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { AppContext, type App } from "./context";
import { DOOR, pageOf } from "./place";
import { Prejoin } from "./Prejoin";
import { Reason } from "./Reason";
import { Returning } from "./Returning";
import { Room } from "./Room";
import { Waiting } from "./Waiting";

export function Root({ app }: { app: App }): JSX.Element {
  return (
    <AppContext.Provider value={app}>
      <Place app={app} />
    </AppContext.Provider>
  );
}

function Place({ app: { session, media } }: { app: App }): JSX.Element {
  const before = useRef(DOOR);
  const drawable = session.room.value !== null && media.arrived.value;
  const now = pageOf(session.state.value, drawable, before.current);
  before.current = now;
  switch (now.page) {
    case "door":
      return <Prejoin />;
    case "returning":
      return <Returning />;
    case "waiting":
      return <Waiting cause={now.cause} />;
    case "room":
      return <Room />;
    case "reason":
      return <Reason ending={now.ending} />;
  }
}
