import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { CAN_SHARE_SCREEN } from "../media/devices";
import { t } from "../texts";
import { ask, shareScreen, toggleHand } from "./actions";
import { useApp, usePowers, useRoom, useSelf } from "./context";
import { Icon, type IconName } from "./icons";

interface ControlProps {
  readonly icon: IconName;
  readonly label: string;
  readonly short: string;
  readonly onClick: () => void;
  readonly class?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly badge?: string | number | null;
  readonly shortcut?: string;
  /** The microphone's: holding the space bar on it is holding it anywhere (keyboard.tsx). */
  readonly talk?: boolean;
}

function Control(props: ControlProps): JSX.Element {
  const { icon, label, short, onClick, class: name = "", pressed, expanded, badge = null, shortcut, talk } = props;
  return (
    <button
      type="button"
      class={`control ${name}`}
      onClick={onClick}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-keyshortcuts={shortcut}
      data-talk={talk}
      title={shortcut ? `${label} (${shortcut.toUpperCase()})` : label}
    >
      <span class="control-disc">
        <Icon name={icon} />
        {badge !== null && badge !== 0 && <span class="badge" data-count={badge} />}
      </span>
      <span class="control-text" aria-hidden="true">
        {short}
      </span>
    </button>
  );
}

/** Microphone, camera, screen, hand, panels, leave. On a telephone the rarer ones are behind “more”. */
export function Bar(): JSX.Element {
  const { view } = useApp();
  const [open, setOpen] = useState(false);
  if (!view.narrow.value) {
    return (
      <nav class="bar" aria-label={t("bar.label")}>
        <div class="bar-group">
          <MicrophoneControl />
          <CameraControl />
          <ShareControl />
          <HandControl />
        </div>
        <div class="bar-group end">
          <PanelControls />
          <LeaveControl />
        </div>
      </nav>
    );
  }
  return (
    <nav class="bar" aria-label={t("bar.label")}>
      {open && (
        <div class="bar-more" onClick={() => setOpen(false)}>
          <ShareControl />
          <PanelControls />
        </div>
      )}
      <div class="bar-group">
        <MicrophoneControl />
        <CameraControl />
        <HandControl />
        <MoreControl open={open} onClick={() => setOpen(!open)} />
        <LeaveControl />
      </div>
    </nav>
  );
}

function MicrophoneControl(): JSX.Element {
  const { devices } = useApp();
  const { on, trouble } = devices.microphone.value;
  return (
    <Control
      icon={on ? "mic" : "mic_off"}
      class={`${on ? "" : "is-off"} ${trouble ? "is-troubled" : ""}`}
      label={t(on ? "bar.mute" : "bar.unmute")}
      short={t(on ? "bar.mute" : "bar.unmute")}
      shortcut="m"
      talk
      onClick={() => void devices.turn("microphone", !on)}
    />
  );
}

function CameraControl(): JSX.Element {
  const { devices } = useApp();
  const { on, trouble } = devices.camera.value;
  return (
    <Control
      icon={on ? "camera" : "camera_off"}
      class={`${on ? "" : "is-off"} ${trouble ? "is-troubled" : ""}`}
      label={t(on ? "bar.camera.off" : "bar.camera.on")}
      short={t("bar.camera.short")}
      shortcut="v"
      onClick={() => void devices.turn("camera", !on)}
    />
  );
}

function ShareControl(): JSX.Element | null {
  const app = useApp();
  if (!CAN_SHARE_SCREEN) return null;
  const sharing = app.devices.screen.value !== null;
  return (
    <Control
      icon="screen"
      class={sharing ? "is-active" : ""}
      label={t(sharing ? "bar.share.stop" : "bar.share")}
      short={t(sharing ? "bar.share.stop.short" : "bar.share.short")}
      shortcut="s"
      onClick={() => shareScreen(app)}
    />
  );
}

function HandControl(): JSX.Element {
  const app = useApp();
  const raised = (useSelf()?.hand ?? null) !== null;
  return (
    <Control
      icon="hand"
      class={raised ? "is-raised" : ""}
      label={t(raised ? "bar.hand.lower" : "bar.hand")}
      short={t("bar.hand.short")}
      shortcut="h"
      onClick={() => ask(app, toggleHand(app))}
    />
  );
}

function PanelControls(): JSX.Element {
  const { view } = useApp();
  const room = useRoom();
  const waiting = usePowers().letIn ? room.waiting.length : 0;
  const unread = view.unread.value;
  return (
    <>
      <Control
        icon="people"
        class={`${view.panel.value === "people" ? "is-active" : ""} ${waiting ? "has-waiting" : ""}`}
        expanded={view.panel.value === "people"}
        label={[
          t("bar.people.count", { count: room.participants.size }),
          waiting ? t("bar.people.waiting", { count: waiting }) : "",
        ]
          .filter(Boolean)
          .join(". ")}
        short={t("bar.people")}
        badge={waiting || room.participants.size}
        shortcut="p"
        onClick={() => view.togglePanel("people")}
      />
      <Control
        icon="chat"
        class={view.panel.value === "chat" ? "is-active" : unread ? "has-unread" : ""}
        expanded={view.panel.value === "chat"}
        label={unread ? t("bar.chat.unread", { count: unread }) : t("bar.chat")}
        short={t("bar.chat")}
        badge={unread}
        shortcut="c"
        onClick={() => view.togglePanel("chat")}
      />
    </>
  );
}

function MoreControl({ open, onClick }: { open: boolean; onClick: () => void }): JSX.Element {
  const { view } = useApp();
  const waiting = usePowers().letIn ? useRoom().waiting.length : 0;
  return (
    <Control
      icon="more"
      class={waiting || view.unread.value ? "has-unread" : ""}
      label={t("bar.more")}
      short={t("bar.more")}
      expanded={open}
      badge={waiting || view.unread.value}
      onClick={onClick}
    />
  );
}

function LeaveControl(): JSX.Element {
  const { view, session } = useApp();
  const runs = usePowers().end;
  const leave = (): void => {
    if (runs) view.dialog.value = { kind: "leave" };
    else void session.leave();
  };
  return <Control icon="leave" class="is-leave" label={t("bar.leave")} short={t("bar.leave")} onClick={leave} />;
}
