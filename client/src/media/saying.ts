import { ConnectionLost } from "./publisher";

/** What others see of somebody's microphone and camera. */
export interface Switches {
  readonly microphone: boolean;
  readonly camera: boolean;
}

/** The server takes no more than a few changes a second; if it takes none at all, it is asked less and less often. */
const AGAIN_AFTER = 1000;
const AGAIN_AT_MOST = 16_000;

/**
 * Says what is on until the server has taken it: else everybody would go on seeing what was. The latest counts; what
 * goes under with the connection is said anew when that is back, by whoever calls.
 */
export class Saying {
  #next: Switches | null = null;
  #busy = false;
  #pause = AGAIN_AFTER;

  /** `tell` rejects when the server does not take it, with `ConnectionLost` when it could not be asked. */
  constructor(private readonly tell: (switches: Switches) => Promise<unknown>) {}

  say(switches: Switches): void {
    this.#next = switches;
    if (!this.#busy) void this.#run();
  }

  stop(): void {
    this.#next = null;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#next) {
      const switches = this.#next;
      this.#next = null;
      if (await this.#taken(switches)) this.#pause = AGAIN_AFTER;
      else await this.#wait(switches);
    }
    this.#busy = false;
  }

  async #taken(switches: Switches): Promise<boolean> {
    try {
      await this.tell(switches);
      return true;
    } catch (failure) {
      return failure instanceof ConnectionLost;
    }
  }

  async #wait(switches: Switches): Promise<void> {
    this.#next ??= switches;
    await new Promise((resolve) => setTimeout(resolve, this.#pause));
    this.#pause = Math.min(2 * this.#pause, AGAIN_AT_MOST);
  }
}
