import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Devices } from "../media/devices";
import type { MediaView } from "../media/media";
import type { Boot } from "../protocol/boot";
import type { Participant } from "../protocol/messages";
import { powers, self, type Powers, type RoomState } from "../session/roster";
import type { Session } from "../session/session";
import type { RoomApi } from "./api";
import type { View } from "./view";

/** Everything a component may use. */
export interface App {
  readonly boot: Boot;
  readonly session: Session;
  readonly devices: Devices;
  readonly media: MediaView;
  readonly view: View;
  readonly api: RoomApi;
  readonly name: { value: string };
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("outside the app");
  return app;
}

/** The meeting's state, for components that are shown only inside one. */
export function useRoom(): RoomState {
  const room = useApp().session.room.value;
  if (!room) throw new Error("outside a meeting");
  return room;
}

export function useSelf(): Participant | undefined {
  return self(useRoom());
}

export function usePowers(): Powers {
  const { boot } = useApp();
  const held = powers(useSelf()?.role);
  return { ...held, rule: held.rule && boot.account !== null }; // A guest who is co-host has no access to the API.
}
