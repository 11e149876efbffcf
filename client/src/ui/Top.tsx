import type { JSX } from "preact";

import type { Quality } from "../media/quality";
import { t } from "../texts";
import { useApp, usePowers, useRoom } from "./context";
import { Icon } from "./icons";
import { IconButton } from "./parts";

/** What this meeting is, and how it stands. */
export function Top(): JSX.Element {
  const { boot, view } = useApp();
  const { meeting } = useRoom();
  const powers = usePowers();
  const grid = view.layout.value === "grid";
  return (
    <header class="top" aria-label={t("top.label")}>
      <h1>{meeting.title}</h1>
      {meeting.locked && (
        <span class="chip">
          <Icon name="lock" small />
          <span>{t("top.locked")}</span>
        </span>
      )}
      {(meeting.rule || powers.rule) && (
        <button
          type="button"
          class="chip"
          aria-expanded={view.panel.value === "rule"}
          onClick={() => view.togglePanel("rule")}
        >
          <Icon name="globe" small />
          <span>{t(meeting.rule ? "top.rule" : "top.rule.none")}</span>
        </button>
      )}
      {meeting.withheld && (
        <a class="chip warning" href={`/appeal#meeting=${boot.slug}`} target="_blank" rel="noreferrer" title={t("top.withheld.title")}>
          <Icon name="globe" small />
          <span>{t("top.withheld")}</span>
        </a>
      )}
      <Network />
      <span class="top-space" />
      <IconButton
        icon={grid ? "speaker" : "grid"}
        label={t(grid ? "top.speaker" : "top.grid")}
        shortcut="l"
        onClick={() => view.toggleLayout()}
      />
      <IconButton
        icon="settings"
        label={t("top.settings")}
        onClick={() => (view.dialog.value = { kind: "settings" })}
      />
    </header>
  );
}

/** Said only when something is the matter. */
function Network(): JSX.Element | null {
  const { media } = useApp();
  const { grade } = media.quality.value;
  const text = networkText(media.quality.value);
  if (!text) return null;
  return (
    <span class={`chip ${grade === "poor" ? "warning" : ""}`} role="status" title={text}>
      <Icon name="network" small />
      <span>{text}</span>
    </span>
  );
}

function networkText({ grade, side, sparing, thrift }: Quality): string | null {
  if (thrift.level > 0) return t("top.thrift");
  if (grade === "poor") return t(`top.network.poor.${side}`);
  if (grade === "fair") return t("top.network.fair");
  return sparing ? t("top.sparing") : null;
}
