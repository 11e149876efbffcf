import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../texts";
import { LevelMeter } from "./DeviceFields";
import { useApp } from "./context";
import { Button, IconButton, Video } from "./parts";

/** In the waiting room: what it is waited for, and that camera and microphone are ready. */
export function Waiting({ cause }: { cause: "waiting_room" | "rule" }): JSX.Element {
  const { boot, session, devices, view } = useApp();
  const camera = devices.camera.value;
  const microphone = devices.microphone.value;
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that was pressed is gone: whoever listens hears where they are now.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <main class="waiting">
      <p class="prejoin-site">{boot.title}</p>
      <h1 ref={heading} tabIndex={-1}>
        {t("waiting.title")}
      </h1>
      <div class="boundary" aria-hidden="true" />
      <p role="status">{t(cause === "rule" ? "waiting.rule" : "waiting.text")}</p>
      <div class="waiting-self">
        {camera.track && (
          <div class="preview small">
            <Video track={camera.track} mirrored={view.mirror.value} />
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
      <Button onClick={() => void session.leave()}>{t("bar.leave")}</Button>
    </main>
  );
}
