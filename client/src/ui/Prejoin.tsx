import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { Devices } from "../media/devices";
import { warmUp } from "../media/warm";
import { prefer, preferences } from "../session/memory";
import { day, t, warmTexts } from "../texts";
import { DeviceFields, DeviceHelp, LevelMeter } from "./DeviceFields";
import { useApp } from "./context";
import { Icon } from "./icons";
import { Avatar, Button, IconButton, Video } from "./parts";

const missing = signal(false);

/** The device check before the door: see yourself, choose, write a name, join. */
export function Prejoin(): JSX.Element {
  const { devices, boot, view } = useApp();
  useEffect(() => {
    void openAtTheDoor(devices).then(warmUp).then(warmTexts);
  }, []);
  return (
    <main class="prejoin">
      <section class="prejoin-picture" aria-label={t("prejoin.preview")}>
        <Preview />
        <DeviceHelp />
        {view.narrow.value ? (
          <details class="device-details">
            <summary>{t("prejoin.devices")}</summary>
            <DeviceFields />
          </details>
        ) : (
          <DeviceFields />
        )}
      </section>
      <section class="prejoin-form">
        <p class="prejoin-site">{boot.siteName}</p>
        <h1>{boot.title || t("prejoin.ready")}</h1>
        {boot.status === "not_started" && boot.startsAt && (
          <p class="prejoin-when">{t("prejoin.starts", { time: day(boot.startsAt) })}</p>
        )}
        <JoinForm />
        <RuleNote />
      </section>
    </main>
  );
}

/** As preferred, unless something is on already: somebody reloaded the room, and it has no place for them any more. */
async function openAtTheDoor(devices: Devices): Promise<void> {
  if (devices.microphone.peek().on || devices.camera.peek().on) return;
  const { microphoneOn, cameraOn } = preferences();
  await devices.start({ microphone: microphoneOn, camera: cameraOn });
}

function Preview(): JSX.Element {
  const { devices, name, view } = useApp();
  const camera = devices.camera.value;
  const microphone = devices.microphone.value;
  return (
    <div class="preview">
      {camera.track ? (
        <Video track={camera.track} mirrored={view.mirror.value} />
      ) : (
        <div class="preview-off">
          <Avatar name={name.value || "?"} large />
          <span>{t(camera.starting ? "prejoin.camera.starting" : "prejoin.camera.off")}</span>
        </div>
      )}
      <div class="preview-bar">
        <IconButton
          icon={microphone.on ? "mic" : "mic_off"}
          class={microphone.on ? "" : "is-off"}
          label={t(microphone.on ? "bar.mute" : "bar.unmute")}
          onClick={() => void devices.turn("microphone", !microphone.on)}
        />
        <LevelMeter />
        <IconButton
          icon={camera.on ? "camera" : "camera_off"}
          class={camera.on ? "" : "is-off"}
          label={t(camera.on ? "bar.camera.off" : "bar.camera.on")}
          onClick={() => void devices.turn("camera", !camera.on)}
        />
      </div>
    </div>
  );
}

function JoinForm(): JSX.Element {
  const { session, name, boot } = useApp();
  const state = session.state.value;
  const busy = state.at !== "door";
  const join = (event: Event): void => {
    event.preventDefault();
    missing.value = name.value.trim() === "";
    if (missing.value) return document.getElementById("name")?.focus();
    prefer({ name: name.value.trim() });
    session.join();
  };
  return (
    <form class="join" onSubmit={join} noValidate>
      <label class="field">
        <span class="field-label">{t("prejoin.name")}</span>
        <input
          id="name"
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
          maxLength={60}
          autoComplete="name"
          aria-invalid={missing.value}
          aria-describedby="name-hint"
          readOnly={busy}
        />
        <span id="name-hint" class={missing.value ? "field-error" : "field-hint"}>
          {t(missing.value ? "prejoin.name.missing" : "prejoin.name.hint")}
        </span>
      </label>
      <Button type="submit" tone="primary" disabled={busy}>
        {t(busy ? "prejoin.joining" : boot.waitingRoom && !boot.runs ? "prejoin.ask" : "prejoin.join")}
      </Button>
      <p class="join-state" role="status">
        {state.at === "retrying" ? t("prejoin.unreachable") : boot.waitingRoom && !boot.runs ? t("prejoin.lobby") : ""}
      </p>
    </form>
  );
}

/** Nobody should be surprised by a country rule: it is said before anybody asks at the door. */
function RuleNote(): JSX.Element | null {
  const { boot } = useApp();
  if (!boot.rule && !boot.serverRule) return null;
  return (
    <aside class="rule-note">
      <Icon name="globe" />
      <div>
        <p>{t("prejoin.rule")}</p>
        {boot.rule && <p>{t("prejoin.rule.host")}</p>}
        {boot.serverRule && (
          <p>
            {t("prejoin.rule.server")} <a href="/rules">{t("prejoin.rule.published")}</a>
          </p>
        )}
      </div>
    </aside>
  );
}
