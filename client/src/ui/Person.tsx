import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Participant, Waiter } from "../protocol/messages";
import { t } from "../texts";
import { ask } from "./actions";
import { same } from "./arrange";
import { useApp, usePowers, useRoom } from "./context";
import { focusPanel } from "./focus";
import { Icon } from "./icons";
import { Avatar, Button, IconButton } from "./parts";

interface PersonProps {
  readonly person: Participant;
  /** In the list of raised hands. */
  readonly inQueue?: boolean;
}

export function Person({ person, inQueue = false }: PersonProps): JSX.Element {
  const app = useApp();
  const { you } = useRoom();
  const powers = usePowers();
  const name = person.id === you ? t("people.you", { name: person.name }) : person.name;
  return (
    <li class="person">
      <Avatar name={person.name} />
      <span class="person-name">
        {name}
        {person.role !== "participant" && <small>{t(`role.${person.role}`)}</small>}
      </span>
      {inQueue && (powers.mute || person.id === you) ? (
        <IconButton
          icon="close"
          label={t("people.lower.name", { name })}
          onClick={() => void ask(app, lower(person, you))}
        />
      ) : (
        <span class="person-state">
          <State person={person} />
        </span>
      )}
      {!inQueue && person.id !== you && <Menu person={person} />}
    </li>
  );
}

function lower(person: Participant, you: string): Parameters<typeof ask>[1] {
  return person.id === you ? { type: "set_state", hand: false } : { type: "lower_hand", participant: person.id };
}

function State({ person }: { person: Participant }): JSX.Element {
  const words = [
    person.hand === null ? "" : t("tile.hand"),
    person.away ? t("tile.away") : "",
    person.microphone ? "" : t("tile.muted"),
    person.camera ? "" : t("tile.camera.off"),
  ];
  return (
    <>
      <span class="visually-hidden">{words.filter(Boolean).join(", ")}</span>
      {person.hand !== null && <Icon name="hand" small />}
      <Icon name={person.microphone ? "mic" : "mic_off"} small />
      <Icon name={person.camera ? "camera" : "camera_off"} small />
    </>
  );
}

/** What can be done about one person: an expanding list, plain buttons, no surprises for a keyboard. */
function Menu({ person }: { person: Participant }): JSX.Element {
  const [open, setOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => (open ? closeOutside(element.current, () => setOpen(false)) : undefined), [open]);
  const shut = (): void => {
    setOpen(false);
    element.current?.querySelector("button")?.focus();
  };
  return (
    <div
      class="menu"
      ref={element}
      onKeyDown={(event) => open && event.key === "Escape" && (event.stopPropagation(), shut())}
    >
      <IconButton
        icon="more"
        label={t("tile.more", { name: person.name })}
        expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && (
        <div class="menu-list" onClick={shut}>
          <MenuItems person={person} />
        </div>
      )}
    </div>
  );
}

function MenuItems({ person }: { person: Participant }): JSX.Element {
  const app = useApp();
  const powers = usePowers();
  const { id, name, role } = person;
  const runs = role === "host" || role === "co_host";
  return (
    <>
      <button type="button" onClick={() => app.view.togglePin({ id, kind: "camera" })}>
        {t(same(app.view.pinned.value, { id, kind: "camera" }) ? "tile.unpin" : "tile.pin", { name })}
      </button>
      {powers.mute && person.microphone && (
        <button type="button" onClick={() => void ask(app, { type: "mute", participant: id })}>
          {t("people.mute")}
        </button>
      )}
      {powers.mute && person.hand !== null && (
        <button type="button" onClick={() => void ask(app, { type: "lower_hand", participant: id })}>
          {t("people.lower")}
        </button>
      )}
      {powers.appoint && role !== "host" && (
        <button
          type="button"
          onClick={() => void ask(app, { type: "set_co_host", participant: id, co_host: role !== "co_host" })}
        >
          {t(role === "co_host" ? "people.co_host.end" : "people.co_host")}
        </button>
      )}
      <button type="button" onClick={() => (app.view.dialog.value = { kind: "report", id, name })}>
        {t("people.report")}
      </button>
      {powers.remove && (powers.appoint || !runs) && role !== "host" && (
        <button type="button" class="danger" onClick={() => (app.view.dialog.value = { kind: "remove", id, name })}>
          {t("people.remove")}
        </button>
      )}
    </>
  );
}

function closeOutside(element: HTMLElement | null, close: () => void): () => void {
  const look = (event: Event): void => {
    if (event.target instanceof Node && !element?.contains(event.target)) close();
  };
  document.addEventListener("pointerdown", look);
  return () => document.removeEventListener("pointerdown", look);
}

export function WaitingPerson({ waiter }: { waiter: Waiter }): JSX.Element {
  const app = useApp();
  const { remove } = usePowers();
  const { id, name } = waiter;
  const answer = (type: "let_in" | "turn_away"): void => {
    focusPanel();
    void ask(app, { type, participant: id });
  };
  return (
    <li class="person waiter">
      <Avatar name={name} />
      <span class="person-name">{name}</span>
      <Button
        small
        tone="primary"
        label={t("people.let_in.name", { name })}
        onClick={() => answer("let_in")}
      >
        {t("people.let_in")}
      </Button>
      {remove && (
        <IconButton
          icon="close"
          label={t("people.turn_away.name", { name })}
          onClick={() => answer("turn_away")}
        />
      )}
    </li>
  );
}
