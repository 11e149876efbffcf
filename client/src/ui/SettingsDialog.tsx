import type { JSX } from "preact";

import { prefer } from "../session/memory";
import { t } from "../texts";
import { DeviceFields, DeviceHelp, LevelMeter } from "./DeviceFields";
import { useApp } from "./context";
import { Button, Dialog, Switch } from "./parts";

export function SettingsDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { view } = useApp();
  const setMirror = (mirror: boolean): void => {
    prefer({ mirror });
    view.mirror.value = mirror;
  };
  const setShortcuts = (shortcuts: boolean): void => {
    prefer({ shortcuts });
    view.shortcuts.value = shortcuts;
  };
  const setArrivals = (arrivals: boolean): void => {
    prefer({ arrivals });
    view.arrivals.value = arrivals;
  };
  const setSounds = (sounds: boolean): void => {
    prefer({ sounds });
    view.sounds.value = sounds;
  };
  return (
    <Dialog title={t("settings.title")} onClose={onClose}>
      <DeviceHelp />
      <DeviceFields />
      <LevelMeter />
      <Switch label={t("settings.mirror")} checked={view.mirror.value} onChange={setMirror} />
      <Switch label={t("settings.notify")} checked={view.arrivals.value} onChange={setArrivals} />
      <Switch label={t("settings.sounds")} checked={view.sounds.value} onChange={setSounds} />
      <Switch
        label={t("settings.shortcuts")}
        hint={t("settings.shortcuts.hint")}
        checked={view.shortcuts.value}
        onChange={setShortcuts}
      />
      <Button small icon="keyboard" onClick={() => (view.dialog.value = { kind: "keys" })}>
        {t("keys.title")}
      </Button>
    </Dialog>
  );
}
