import { effect } from "@preact/signals";

import type { State } from "../session/machine";
import type { Session } from "../session/session";

/** Whoever watches and listens touches nothing for an hour: the screen must not go dark, nor the page fall asleep. */
export function keepAwake({ state }: Pick<Session, "state">): void {
  const screen = new Screen();
  effect(() => screen.keep(isThere(state.value)));
  // The browser gives the screen back whenever the page is not seen.
  document.addEventListener("visibilitychange", () => void screen.renew());
}

/** Inside or waiting to be let in, also while the connection is being repaired. */
function isThere(state: State): boolean {
  return state.at === "inside" || state.at === "waiting" || ("was" in state && state.was !== "door");
}

class Screen {
  #wanted = false;
  #asking = false;
  #lock: WakeLockSentinel | null = null;

  keep(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) return void this.renew();
    void this.#lock?.release();
    this.#lock = null;
  }

  async renew(): Promise<void> {
    const held = this.#lock !== null && !this.#lock.released;
    if (!this.#wanted || held || this.#asking || document.visibilityState !== "visible") return;
    this.#asking = true;
    // Refused, e.g. because the battery is low: then the screen goes dark as it would have.
    const lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    this.#asking = false;
    if (this.#wanted) this.#lock = lock;
    else void lock?.release();
  }
}
