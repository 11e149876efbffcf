import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Participant } from "../protocol/messages";
import { RequestFailed } from "../session/session";
import { t } from "../texts";
import { reason } from "./actions";
import { useApp, useRoom } from "./context";
import { Button, Dialog } from "./parts";

/** The host leaves: the meeting goes on, is handed over, or ends. Nobody else is asked anything. */
export function LeaveDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { session, view } = useApp();
  const { meeting, participants, you } = useRoom();
  const others = [...participants.values()].filter(({ id }) => id !== you);
  const [heir, setHeir] = useState(others[0]?.id ?? "");
  const go = async (options: { end?: boolean; handOver?: string }): Promise<void> => {
    try {
      await session.leave(options);
    } catch (failure) {
      const gone = failure instanceof RequestFailed && failure.code === "no_such_participant";
      view.tell(gone ? t("leave.gone") : reason(failure), true);
    }
  };
  const ends = meeting.on_host_leave === "end";
  return (
    <Dialog title={t("leave.title")} onClose={onClose}>
      <ul class="ways">
        <li>
          <p>{ends ? t("leave.policy.end.hint") : whoFollows(others)}</p>
          <Button tone={ends ? "danger" : "primary"} onClick={() => void go({})}>
            {t(ends ? "leave.policy.end" : "leave.continue")}
          </Button>
        </li>
        {others.length > 0 && (
          <li>
            <label>
              {t("leave.hand_over.hint")}
              <select value={heir} onChange={(event) => setHeir(event.currentTarget.value)}>
                {others.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <Button disabled={heir === ""} onClick={() => void go({ handOver: heir })}>
              {t("leave.hand_over")}
            </Button>
          </li>
        )}
        {!ends && (
          <li>
            <p>{t("leave.end.hint")}</p>
            <Button tone="danger" onClick={() => void go({ end: true })}>
              {t("leave.end")}
            </Button>
          </li>
        )}
      </ul>
    </Dialog>
  );
}

/** A co-host takes over; without one, whoever has been here longest looks after the meeting (a caretaker). */
function whoFollows(others: readonly Participant[]): string {
  const coHost = others.find(({ role }) => role === "co_host");
  if (coHost) return t("leave.continue.co_host", { name: coHost.name });
  return t(others.length > 0 ? "leave.continue.hint" : "leave.continue.nobody");
}
