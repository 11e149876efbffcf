/** The few parts everything is made of. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../texts";
import { useApp } from "./context";
import { giveBack } from "./focus";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly tone?: "primary" | "plain" | "danger" | "quiet";
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  readonly type?: "button" | "submit";
}

export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, tone = "plain", icon, small = false, disabled = false, label, type = "button" } = props;
  return (
    <button
      type={type}
      class={`button ${tone} ${small ? "small" : ""}`}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
    >
      {icon && <Icon name={icon} small />}
      {children}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly class?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly shortcut?: string;
}

/** A button that is only a picture: its name is for screen readers and as a tip. */
export function IconButton({
  icon,
  label,
  onClick,
  class: name = "",
  pressed,
  expanded,
  shortcut,
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${name}`}
      onClick={onClick}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut})` : label}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Initials in a disc whose hue is the name's: the same person looks the same to everyone. */
export function Avatar({ name, large = false }: { name: string; large?: boolean }): JSX.Element {
  return (
    <span class={`avatar ${large ? "large" : ""}`} style={{ "--hue": String(hue(name)) }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.split(/\s+/).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  const last = words.length > 1 ? words.at(-1) : "";
  return `${words[0] ?? ""}${last ?? ""}`.toLocaleUpperCase() || "?";
}

function hue(name: string): number {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 3600;
  return sum / 10;
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus inside. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  // Not in a layout effect: that runs between two listeners of one click, before a menu has given the focus back.
  useEffect(() => {
    const had = document.activeElement;
    if (!element.current?.open) element.current?.showModal();
    return () => queueMicrotask(() => giveBack(had)); // By then the dialog is gone from the page.
  }, []);
  // Pressed outside as well as let go there: a selection of text may end outside.
  const pressed = useRef<EventTarget | null>(null);
  const outside = (event: MouseEvent): void => {
    if (event.target === element.current && pressed.current === element.current) onClose();
  };
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby="dialog-title"
      onClose={onClose}
      onPointerDown={(event) => (pressed.current = event.target)}
      onClick={outside}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id="dialog-title">{title}</h2>
          <IconButton icon="close" label={t("action.close")} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps): JSX.Element {
  return (
    <label class="switch">
      <span class="switch-text">
        {label}
        {hint && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

/** A MediaStreamTrack as a picture. */
export function Video({ track, mirrored = false }: { track: MediaStreamTrack; mirrored?: boolean }): JSX.Element {
  const { media } = useApp();
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    media.player.play(video);
    return () => {
      media.player.forget(video);
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={element}
      class={mirrored ? "mirrored" : ""}
      muted
      playsInline
      autoPlay
      aria-hidden="true"
      tabIndex={-1}
    />
  );
}
