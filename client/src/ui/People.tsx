import type { JSX } from "preact";

import type { Participant } from "../protocol/messages";
import { hands } from "../session/roster";
import { t } from "../texts";
import { ask, copyLink, muteAll, setWaitingRoom } from "./actions";
import { useApp, usePowers, useRoom } from "./context";
import { Icon } from "./icons";
import { Button, Switch } from "./parts";
import { Person, WaitingPerson } from "./Person";

/** Who is here, who waits, whose hand is up; and what those who run the meeting can do. */
export function People(): JSX.Element {
  const room = useRoom();
  const powers = usePowers();
  const raised = hands(room);
  const caretaker = [...room.participants.values()].find(({ role }) => role === "caretaker");
  const everyone = sorted([...room.participants.values()], room.you);
  return (
    <div class="panel-body">
      {powers.letIn && room.waiting.length > 0 && <WaitingRoom />}
      {raised.length > 0 && (
        <Section title={t("people.hands")} count={raised.length}>
          {raised.map((person) => (
            <Person key={person.id} person={person} inQueue />
          ))}
        </Section>
      )}
      <Section title={t("people.inside")} count={everyone.length}>
        {everyone.map((person) => (
          <Person key={person.id} person={person} />
        ))}
      </Section>
      {caretaker && caretaker.id !== room.you && (
        <p class="hint">{t("people.caretaker.hint", { name: caretaker.name })}</p>
      )}
      <Meeting />
    </div>
  );
}

function Section({
  title,
  count,
  children,
}: {
  title: string;
  count: number;
  children: preact.ComponentChildren;
}): JSX.Element {
  return (
    <section class="people-section">
      <h3>
        {title} <span class="count">{count}</span>
      </h3>
      <ul>{children}</ul>
    </section>
  );
}

/** You first, then who runs the meeting, then the others as they came. */
function sorted(people: Participant[], you: string): Participant[] {
  const ranks = { host: 1, co_host: 2, caretaker: 3, participant: 4 } as const;
  const rank = (person: Participant): number => (person.id === you ? 0 : ranks[person.role]);
  return people.sort((a, b) => rank(a) - rank(b));
}

function WaitingRoom(): JSX.Element {
  const app = useApp();
  const { waiting } = useRoom();
  return (
    <section class="people-section waiting-section">
      <h3>
        {t("people.waiting")} <span class="count">{waiting.length}</span>
        {waiting.length > 1 && (
          <Button small onClick={() => void ask(app, { type: "let_in", participant: null })}>
            {t("people.let_in.all")}
          </Button>
        )}
      </h3>
      <ul>
        {waiting.map((waiter) => (
          <WaitingPerson key={waiter.id} waiter={waiter} />
        ))}
      </ul>
    </section>
  );
}

/** The meeting as a whole: link, lock, mute all, country rule. */
function Meeting(): JSX.Element {
  const app = useApp();
  const { meeting, participants } = useRoom();
  const powers = usePowers();
  const muteEverybody = async (): Promise<void> => {
    if (await muteAll(app)) app.view.tell(t("people.mute.all.done"));
  };
  return (
    <section class="people-meeting">
      <div class="button-row">
        <Button small icon="link" onClick={() => void copyLink(app)}>
          {t("people.copy")}
        </Button>
        {powers.mute && participants.size > 1 && (
          <Button small icon="mic_off" onClick={() => void muteEverybody()}>
            {t("people.mute.all")}
          </Button>
        )}
      </div>
      {powers.remove && (
        <Switch
          label={t("people.lock")}
          hint={t("people.lock.hint")}
          checked={meeting.locked}
          onChange={(locked) => void ask(app, { type: "lock", locked })}
        />
      )}
      {powers.remove && app.boot.account && (
        <Switch
          label={t("people.waiting_room")}
          hint={t("people.waiting_room.hint")}
          checked={meeting.waiting_room}
          onChange={(on) => void setWaitingRoom(app, on)}
        />
      )}
      <RuleLine />
    </section>
  );
}

function RuleLine(): JSX.Element | null {
  const { view } = useApp();
  const { meeting } = useRoom();
  const powers = usePowers();
  if (!meeting.rule && !powers.rule) return null;
  return (
    <div class="rule-line">
      <Icon name="globe" small />
      <span>
        {t("people.rule")}
        {!meeting.rule && <small>{t("people.rule.none")}</small>}
        {!!meeting.refused && <small>{t("people.refused", { count: meeting.refused })}</small>}
      </span>
      <Button small onClick={() => (view.panel.value = "rule")}>
        {t(powers.rule ? "people.rule.change" : "people.rule.show")}
      </Button>
    </div>
  );
}
