import type { JSX } from "preact";

import { t, type TextKey } from "../texts";
import { ask, shareScreen, toggleHand } from "./actions";
import type { App } from "./context";
import { Dialog } from "./parts";

interface Shortcut {
  readonly key: string;
  readonly text: TextKey;
  readonly run: (app: App) => void;
}

/** Single letters, only while nothing is being written; they can be switched off (WCAG 2.1.4). */
const SHORTCUTS: readonly Shortcut[] = [
  {
    key: "m",
    text: "keys.microphone",
    run: ({ devices }) => void devices.turn("microphone", !devices.microphone.peek().on),
  },
  { key: "v", text: "keys.camera", run: ({ devices }) => void devices.turn("camera", !devices.camera.peek().on) },
  { key: "h", text: "keys.hand", run: (app) => void ask(app, toggleHand(app)) },
  { key: "c", text: "keys.chat", run: ({ view }) => view.togglePanel("chat") },
  { key: "p", text: "keys.people", run: ({ view }) => view.togglePanel("people") },
  { key: "l", text: "keys.layout", run: ({ view }) => view.toggleLayout() },
  { key: "s", text: "keys.share", run: shareScreen },
  { key: "?", text: "keys.help", run: ({ view }) => (view.dialog.value = { kind: "keys" }) },
];

/** Listen for shortcuts, and for the space bar held to speak while muted. Returns how to stop. */
export function listenForKeys(app: App): () => void {
  let talking = false;
  const down = (event: KeyboardEvent): void => {
    if (!listens(app, event)) return;
    if (event.key === " ") {
      event.preventDefault();
      if (event.repeat || app.devices.microphone.peek().on) return;
      talking = true;
      return void app.devices.turn("microphone", true);
    }
    if (event.repeat) return;
    const shortcut = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(app);
  };
  const up = (event: KeyboardEvent): void => {
    if (event.key !== " " || !talking) return;
    talking = false;
    void app.devices.turn("microphone", false);
  };
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  return () => {
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
  };
}

/** Not while something is written or chosen, nor together with Ctrl, Alt or Meta, nor under a dialog. */
function listens({ view, session }: App, event: KeyboardEvent): boolean {
  if (!view.shortcuts.peek() || session.room.peek() === null || view.dialog.peek()) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, [contenteditable], country-picker, dialog")) return false;
  return !(event.key === " " && target?.closest("button, a, summary, [tabindex='0']"));
}

export function KeysDialog({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <dl class="keys">
        <Row keys={t("keys.space")} text="keys.talk" />
        {SHORTCUTS.map(({ key, text }) => (
          <Row key={key} keys={key.toUpperCase()} text={text} />
        ))}
      </dl>
    </Dialog>
  );
}

function Row({ keys, text }: { keys: string; text: TextKey }): JSX.Element {
  return (
    <div>
      <dt>
        <kbd>{keys}</kbd>
      </dt>
      <dd>{t(text)}</dd>
    </div>
  );
}
