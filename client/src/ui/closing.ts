/** Closing the page is not leaving: whoever comes back within a minute was never away. */
import { self, type RoomState } from "../session/roster";
import type { Session } from "../session/session";

/** A host whose leaving ends the meeting, or hands it over, is asked before the page closes: only Leave does either. */
export function askBeforeClosing({ room, state }: Pick<Session, "room" | "state">): void {
  addEventListener("beforeunload", (event) => {
    const now = room.peek();
    if (now && state.peek().at === "inside" && matters(now)) event.preventDefault();
  });
}

function matters(room: RoomState): boolean {
  const alone = room.participants.size <= 1;
  return self(room)?.role === "host" && !alone && room.meeting.on_host_leave !== "continue";
}
