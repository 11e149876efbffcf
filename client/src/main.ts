import "./styles/tokens.css";
import "./styles/room.css";

import { effect, signal } from "@preact/signals";
import { h, render } from "preact";

import { exposeDiagnostics } from "./diagnostics";
import { Devices } from "./media/devices";
import { Media } from "./media/media";
import { invitationIn, readBoot, type Boot } from "./protocol/boot";
import { ask } from "./protocol/door";
import { Dialer } from "./protocol/socket";
import { SOCKET } from "./session/machine";
import { forgetVisit, keepVisit, preferences, switchVisit, visitOf } from "./session/memory";
import { Session } from "./session/session";
import { speak } from "./texts";
import { roomApi } from "./ui/api";
import { keepAwake } from "./ui/awake";
import { askBeforeClosing } from "./ui/closing";
import type { App } from "./ui/context";
import { follow } from "./ui/follow";
import { Root } from "./ui/Root";
import { View } from "./ui/view";

/** Put the parts together. */
function assemble(boot: Boot): App {
  const name = signal(boot.account?.name ?? preferences().name);
  const invitation = invitationIn(location.hash);
  const dialer = new Dialer();
  const devices = new Devices();
  const session = new Session({
    ask: (takeBack) => {
      dialer.prepare(SOCKET);
      return ask({ slug: boot.slug, name: name.peek().trim(), invitation, csrf: boot.csrf, takeBack });
    },
    connect: dialer.connect,
    keepToken: (token) => keepVisit(boot.slug, { token, name: name.peek(), ...switches(devices) }),
    forgetToken: () => forgetVisit(boot.slug),
  });
  const media = new Media(session, devices);
  const app = { boot, session, devices, media, view: new View(), api: roomApi(boot.slug, boot.csrf), name };
  exposeDiagnostics(session, media);
  follow(app);
  rememberSwitches(app);
  keepAwake(session);
  askBeforeClosing(session);
  return app;
}

function switches({ microphone, camera }: Devices): { microphone: boolean; camera: boolean } {
  return { microphone: microphone.value.on, camera: camera.value.on };
}

/** Whoever has muted themselves, or was muted, must not be heard because the page was reloaded. */
function rememberSwitches({ boot, session, devices }: App): void {
  effect(() => {
    const { at } = session.state.value;
    const now = switches(devices);
    if (at === "inside" || at === "waiting") switchVisit(boot.slug, now);
  });
}

/** After a reload: back into the meeting, with the same devices on. */
function comeBack({ boot, session, devices, name }: App): void {
  const visit = visitOf(boot.slug);
  if (!visit) return;
  name.value = visit.name || name.value;
  void devices.start({ microphone: visit.microphone, camera: visit.camera });
  session.resume(visit.token);
}

/** The network changed, or the machine woke up: do not wait for a timer to notice. */
function watchNetwork({ session }: App): void {
  addEventListener("online", () => session.probe());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && session.probe());
}

async function start(): Promise<void> {
  const boot = readBoot(document);
  await speak(boot.language);
  const app = assemble(boot);
  comeBack(app);
  watchNetwork(app);
  const root = document.getElementById("room");
  if (root) render(h(Root, { app }), root);
}

void start();
