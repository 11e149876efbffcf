import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../texts";
import { Bar } from "./Bar";
import { useApp } from "./context";
import { KeysDialog, listenForKeys } from "./keyboard";
import { LeaveDialog } from "./LeaveDialog";
import { Button } from "./parts";
import { SidePanel } from "./Panel";
import { RemoveDialog } from "./RemoveDialog";
import { ReportDialog } from "./ReportDialog";
import { SettingsDialog } from "./SettingsDialog";
import { Stage } from "./Stage";
import { Toasts } from "./Toasts";
import { Top } from "./Top";

/** Inside the meeting. Stays while the connection is being repaired: sound and pictures go their own way. */
export function Room(): JSX.Element {
  const app = useApp();
  useEffect(() => {
    document.getElementById("stage")?.focus({ preventScroll: true });
    return listenForKeys(app);
  }, []);
  return (
    <div class={`meeting ${app.view.panel.value ? "has-panel" : ""}`}>
      <Top />
      <main id="stage" class="middle" tabIndex={-1}>
        <Banners />
        <Stage />
        <Toasts />
      </main>
      <SidePanel />
      <Bar />
      <OpenDialog />
    </div>
  );
}

function Banners(): JSX.Element {
  const { session, media, devices } = useApp();
  const broken = session.state.value.at !== "inside";
  return (
    <div class="banners" role="status">
      {broken && (
        <div class="banner warning">
          <span>
            <strong>{t("connection.lost")}</strong> {t("connection.still")}
          </span>
          <Button small onClick={() => session.retryNow()}>
            {t("connection.retry")}
          </Button>
        </div>
      )}
      {!broken && media.failing.value && (
        <div class="banner warning">
          <span>
            <strong>{t(`media.failing.${media.failing.value}`)}</strong> {t("media.failing.help")}
          </span>
        </div>
      )}
      {devices.screen.value && (
        <div class="banner">
          <span>{t("tile.sharing")}</span>
          <Button small onClick={() => devices.stopSharing()}>
            {t("bar.share.stop")}
          </Button>
        </div>
      )}
      {media.player.blocked.value && (
        <div class="banner">
          <span>{t("play.blocked")}</span>
          <Button small tone="primary" onClick={() => media.player.unblock()}>
            {t("play.on")}
          </Button>
        </div>
      )}
    </div>
  );
}

function OpenDialog(): JSX.Element | null {
  const { view } = useApp();
  const dialog = view.dialog.value;
  const close = (): void => {
    if (view.dialog.peek() === dialog) view.dialog.value = null;
  };
  switch (dialog?.kind) {
    case "leave":
      return <LeaveDialog key="leave" onClose={close} />;
    case "settings":
      return <SettingsDialog key="settings" onClose={close} />;
    case "keys":
      return <KeysDialog key="keys" onClose={close} />;
    case "remove":
      return <RemoveDialog key="remove" id={dialog.id} name={dialog.name} onClose={close} />;
    case "report":
      return <ReportDialog key="report" id={dialog.id} name={dialog.name} onClose={close} />;
    case undefined:
      return null;
  }
}
