import type { JSX } from "preact";

import { CAN_CHOOSE_SPEAKER, type Device, type DeviceState, type Trouble } from "../media/devices";
import { playTestSound } from "../media/sound";
import { preferences } from "../session/memory";
import { t, type TextKey } from "../texts";
import { useApp } from "./context";
import { Icon } from "./icons";
import { Button } from "./parts";

/** Which microphone, camera and loudspeaker: in the device check and in the settings. */
export function DeviceFields(): JSX.Element {
  const { devices } = useApp();
  const { microphone, camera, speaker } = devices.choices.value;
  const chosen = (device: Device): string =>
    devices[device].value.track?.getSettings().deviceId ?? preferences()[device];
  return (
    <div class="device-fields">
      <Choice
        name="microphone"
        options={microphone}
        chosen={chosen("microphone")}
        onChoose={(id) => void devices.choose("microphone", id)}
      />
      <Choice
        name="camera"
        options={camera}
        chosen={chosen("camera")}
        onChoose={(id) => void devices.choose("camera", id)}
      />
      {CAN_CHOOSE_SPEAKER && speaker.length > 0 && (
        <Choice
          name="speaker"
          options={speaker}
          chosen={devices.speaker.value}
          onChoose={(id) => devices.chooseSpeaker(id)}
        />
      )}
      <div class="device-test">
        <Button small icon="sound" onClick={() => void playTestSound(devices.speaker.value)}>
          {t("device.test")}
        </Button>
      </div>
    </div>
  );
}

interface ChoiceProps {
  readonly name: "microphone" | "camera" | "speaker";
  readonly options: readonly MediaDeviceInfo[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function Choice({ name, options, chosen, onChoose }: ChoiceProps): JSX.Element {
  const label = t(`device.${name}`);
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select value={chosen} disabled={options.length === 0} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.every((option) => option.deviceId !== chosen) && <option value="">{t("device.system")}</option>}
        {options.map((option, i) => (
          <option key={option.deviceId} value={option.deviceId}>
            {option.label || `${label} ${i + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How loud the microphone is. */
export function LevelMeter(): JSX.Element {
  const { media } = useApp();
  if (media.levelAsleep.value) return <p class="meter-asleep">{t("prejoin.level.asleep")}</p>;
  const percent = Math.round(media.level.value * 100);
  return (
    <div
      class="meter"
      role="meter"
      aria-label={t("prejoin.level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span class="meter-fill" style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}

/** What is the matter with camera or microphone, and what can be done. Joining is possible all the same. */
export function DeviceHelp(): JSX.Element | null {
  const { devices } = useApp();
  const microphone = devices.microphone.value;
  const camera = devices.camera.value;
  const trouble = microphone.trouble ?? camera.trouble;
  if (!trouble) return null;
  const retry = (): void => {
    void devices.start({ microphone: wants(microphone), camera: wants(camera) });
  };
  return (
    <div class="help" role="status">
      <Icon name="warning" />
      <div>
        <strong>{t(troubleText(microphone.trouble, camera.trouble))}</strong>
        <p>{t(`trouble.${trouble}.help`)}</p>
        <p>{t("trouble.without")}</p>
        {trouble !== "insecure" && (
          <Button small onClick={retry}>
            {t("trouble.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}

function wants(state: DeviceState): boolean {
  return state.on || state.trouble !== null;
}

function troubleText(microphone: Trouble | null, camera: Trouble | null): TextKey {
  if (microphone && microphone === camera) return `trouble.both.${microphone}`;
  return microphone ? `trouble.microphone.${microphone}` : `trouble.camera.${camera ?? "missing"}`;
}
