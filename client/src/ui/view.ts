import { signal, type Signal } from "@preact/signals";

import { preferences } from "../session/memory";
import type { Item, Layout } from "./arrange";

export type Panel = "people" | "chat" | "rule";
export type Dialog =
  | { readonly kind: "leave" }
  | { readonly kind: "settings" }
  | { readonly kind: "keys" }
  | { readonly kind: "report"; readonly id: string; readonly name: string }
  | { readonly kind: "remove"; readonly id: string; readonly name: string };

/** A short message over the stage; `urgent` ones interrupt a screen reader. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly urgent: boolean;
  /** A later message of the same topic takes its place. */
  readonly topic: string;
  /** What can be done about it at once. */
  readonly action: ToastAction | null;
}

export interface ToastAction {
  readonly text: string;
  readonly label: string;
  readonly run: () => void;
}

const TOAST_LASTS = 6000;
const MOST_TOASTS = 3;

/** What one person's screen shows of the meeting: nobody else knows of it. */
export class View {
  readonly layout: Signal<Layout> = signal("grid");
  readonly pinned = signal<Item | null>(null);
  readonly page = signal(0);
  /** Of the row beside what is large. */
  readonly stripPage = signal(0);
  readonly panel = signal<Panel | null>(null);
  readonly dialog = signal<Dialog | null>(null);
  readonly toasts = signal<readonly Toast[]>([]);
  readonly unread = signal(0);
  readonly order = signal<readonly string[]>([]);
  readonly perPage = signal(25);
  readonly narrow = signal(false);
  readonly shortcuts = signal(preferences().shortcuts);
  readonly mirror = signal(preferences().mirror);
  readonly arrivals = signal(preferences().arrivals);
  readonly sounds = signal(preferences().sounds);
  /** Whether somebody was let in while they looked at another page, and has not looked here since. */
  readonly letIn = signal(false);
  #lastToast = 0;

  constructor() {
    const telephone = matchMedia("(max-width: 600px)");
    this.narrow.value = telephone.matches;
    telephone.addEventListener("change", ({ matches }) => (this.narrow.value = matches));
  }

  tell(text: string, urgent = false, topic = text, action: ToastAction | null = null): void {
    const toast = { id: ++this.#lastToast, text, urgent, topic, action };
    this.toasts.value = [...this.toasts.peek().filter((other) => other.topic !== topic), toast].slice(-MOST_TOASTS);
    whenSeenFor(TOAST_LASTS, () => this.dismiss(toast.id));
  }

  dismiss(id: number): void {
    this.toasts.value = this.toasts.peek().filter((toast) => toast.id !== id);
  }

  /** What was told of this topic is over. */
  withdraw(topic: string): void {
    this.toasts.value = this.toasts.peek().filter((toast) => toast.topic !== topic);
  }

  togglePanel(panel: Panel): void {
    this.panel.value = this.panel.peek() === panel ? null : panel;
    if (this.panel.peek() !== "chat") return;
    this.unread.value = 0;
    this.withdraw("chat");
  }

  togglePin(item: Item): void {
    const pinned = this.pinned.peek();
    this.pinned.value = pinned?.id === item.id && pinned.kind === item.kind ? null : item;
  }

  toggleLayout(): void {
    this.pinned.value = null;
    this.layout.value = this.layout.peek() === "grid" ? "speaker" : "grid";
  }
}

/** After so many milliseconds in front of somebody: what is said while they look at another page waits for them. */
function whenSeenFor(milliseconds: number, done: () => void): void {
  setTimeout(() => {
    if (!document.hidden) return done();
    document.addEventListener("visibilitychange", () => whenSeenFor(milliseconds, done), { once: true });
  }, milliseconds);
}
