import { SERVER_TYPES, SUBPROTOCOL, type FromClient, type FromServer } from "./messages";

/** One connection to the server. After `onClose` it is of no more use. */
export interface Socket {
  send(message: FromClient): void;
  close(code: number): void;
}

export interface Listener {
  onOpen(): void;
  onMessage(message: FromServer): void;
  onClose(code: number): void;
}

export type Connect = (path: string, listener: Listener) => Socket;

/** The server gives a connection five seconds for its first message. */
const SPARE_LASTS = 4000;

/** Opens WebSockets to this page's own server. */
export class Dialer {
  #spare: { path: string; socket: WebSocket } | null = null;

  /** Dial already while the door is still deciding; whoever is refused just never says anything. */
  prepare(path: string): void {
    const spare = { path, socket: dial(path) };
    this.#spare = spare;
    setTimeout(() => {
      if (this.#spare !== spare) return;
      this.#spare = null;
      spare.socket.close();
    }, SPARE_LASTS);
  }

  readonly connect: Connect = (path, listener) => {
    const socket = this.#take(path) ?? dial(path);
    if (socket.readyState === WebSocket.OPEN) queueMicrotask(() => listener.onOpen());
    else socket.onopen = () => listener.onOpen();
    socket.onclose = (event) => listener.onClose(event.code);
    socket.onmessage = (event) => {
      const message = parse(event.data);
      if (message) listener.onMessage(message);
    };
    return {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      },
      close: (code) => socket.close(code),
    };
  };

  #take(path: string): WebSocket | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare?.path === path && spare.socket.readyState <= WebSocket.OPEN ? spare.socket : null;
  }
}

function dial(path: string): WebSocket {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return new WebSocket(url, SUBPROTOCOL);
}

/** A message of a type unknown here (a newer server's), and what is no message at all, is passed over. */
export function parse(data: unknown): FromServer | null {
  try {
    const message = JSON.parse(String(data)) as FromServer;
    return SERVER_TYPES.includes(message.type) ? message : null;
  } catch {
    return null;
  }
}
