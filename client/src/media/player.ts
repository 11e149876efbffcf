import { signal, type ReadonlySignal } from "@preact/signals";

/** Starts what is to be heard and seen, and knows when the browser wants a click first: for sound, or pictures too. */
export class Player {
  readonly blocked: ReadonlySignal<boolean>;
  readonly #blocked = signal(false);
  readonly #elements = new Set<HTMLMediaElement>();

  constructor() {
    this.blocked = this.#blocked;
  }

  /** Play what the element now has, until it is forgotten. */
  play(element: HTMLMediaElement): void {
    this.#elements.add(element);
    void this.#start(element);
  }

  forget(element: HTMLMediaElement): void {
    this.#elements.delete(element);
    if (this.#elements.size === 0) this.#blocked.value = false;
  }

  /** After a click: all of them again. */
  unblock(): void {
    this.#blocked.value = false;
    for (const element of this.#elements) void this.#start(element);
  }

  async #start(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
    } catch (failure) {
      // Any other failure is that of something just being replaced, which is played in its turn.
      const refused = failure instanceof DOMException && failure.name === "NotAllowedError";
      if (refused && this.#elements.has(element)) this.#blocked.value = true;
    }
  }
}
