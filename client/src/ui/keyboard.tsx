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

/** A press shorter than this on the microphone's own control is what it is on any button: on, and it stays. */
const TAP = 300;

/** Listen for shortcuts, and for the space bar held to speak while muted. Returns how to stop. */
export function listenForKeys(app: App): () => void {
  const talk = new Talk(app);
  const down = (event: KeyboardEvent): void => {
    if (!listens(app, event)) return;
    if (event.key === " ") return talk.begin(event);
    if (event.repeat) return;
    const shortcut = SHORTCUTS.find(({ key }) => key === event.key.toLowerCase());
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(app);
  };
  const up = (event: KeyboardEvent): void => talk.release(event);
  // Whoever changes to another window lets the key go there: then it is never heard of here.
  const gone = (): void => talk.end();
  const hidden = (): void => void (document.visibilityState === "hidden" && talk.end());
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  document.addEventListener("visibilitychange", hidden);
  for (const type of ["blur", "pagehide"]) window.addEventListener(type, gone);
  return () => {
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
    document.removeEventListener("visibilitychange", hidden);
    for (const type of ["blur", "pagehide"]) window.removeEventListener(type, gone);
    talk.end();
  };
}

/** Speaking while a key is held. Whatever ends it, the microphone is off afterwards. */
class Talk {
  readonly #app: App;
  #since: number | null = null;
  #onControl = false;

  constructor(app: App) {
    this.#app = app;
  }

  begin(event: KeyboardEvent): void {
    const { devices } = this.#app;
    this.#onControl = on(event, "[data-talk]");
    if (devices.microphone.peek().on && this.#since === null && this.#onControl) return; // The control mutes.
    event.preventDefault();
    if (event.repeat || devices.microphone.peek().on) return;
    this.#since = Date.now();
    void devices.talk(true);
  }

  release(event: KeyboardEvent): void {
    // macOS does not tell of a key let go while the command key is down.
    if (this.#since === null || (event.key !== " " && event.key !== "Meta")) return;
    event.preventDefault(); // Else the control that has the focus is pressed, and the microphone on again.
    const tapped = this.#onControl && event.key === " " && Date.now() - this.#since < TAP;
    if (!tapped || !this.#app.devices.microphone.peek().on) return this.end();
    this.#since = null;
    void this.#app.devices.turn("microphone", true);
  }

  end(): void {
    if (this.#since === null) return;
    this.#since = null;
    void this.#app.devices.talk(false);
  }
}

/** Not while something is written or chosen, nor together with Ctrl, Alt or Meta, nor under a dialog. */
function listens({ view, session }: App, event: KeyboardEvent): boolean {
  if (!view.shortcuts.peek() || session.room.peek() === null || view.dialog.peek()) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  if (on(event, "input, textarea, select, [contenteditable], country-picker, dialog")) return false;
  return event.key !== " " || on(event, "[data-talk]") || !on(event, "button, a, summary, [tabindex='0']");
}

function on(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null;
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
