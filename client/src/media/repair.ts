/** How long a connection may be `disconnected` before something is done; it often comes back by itself. */
const PATIENCE = 4000;
/** How long a gentle repair is given before the connection is built anew. */
const GENTLE = 10_000;

/** Watches one peer connection at a time: first the gentle repair, then the thorough one. */
export class Repair {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tried = false;
  #watched: RTCPeerConnection | null = null;

  constructor(
    private readonly gently: () => void,
    private readonly thoroughly: () => void,
  ) {}

  watch(connection: RTCPeerConnection): void {
    this.stop();
    this.#watched = connection;
    connection.onconnectionstatechange = () => connection === this.#watched && this.#look(connection.connectionState);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#tried = false;
    this.#watched = null;
  }

  #look(state: RTCPeerConnectionState): void {
    clearTimeout(this.#timer);
    if (state === "connected") this.#tried = false;
    if (state === "disconnected") this.#after(PATIENCE);
    if (state === "failed") this.#mend();
  }

  #after(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#mend(), milliseconds);
  }

  #mend(): void {
    if (this.#watched?.connectionState === "connected") return;
    if (this.#tried) return this.thoroughly();
    this.#tried = true;
    this.gently();
    this.#after(GENTLE);
  }
}
