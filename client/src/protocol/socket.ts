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

/** Open a WebSocket to `path` of this page's own server. */
export const connect: Connect = (path, listener) => {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.onopen = () => listener.onOpen();
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

/** A message of a type unknown here (a newer server's), and what is no message at all, is passed over. */
export function parse(data: unknown): FromServer | null {
  try {
    const message = JSON.parse(String(data)) as FromServer;
    return SERVER_TYPES.includes(message.type) ? message : null;
  } catch {
    return null;
  }
}
