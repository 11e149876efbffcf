import "../src/styles/tokens.css";
import "../src/styles/room.css";

import { effect, signal } from "@preact/signals";
import { h, render } from "preact";

import { Devices } from "../src/media/devices";
import type { Boot } from "../src/protocol/boot";
import type { DoorAnswer } from "../src/protocol/door";
import { readProblem } from "../src/protocol/problem";
import { Session } from "../src/session/session";
import type { App } from "../src/ui/context";
import { follow } from "../src/ui/follow";
import { Root } from "../src/ui/Root";
import { View, type Panel } from "../src/ui/view";
import { PretendedMedia } from "./media";
import { pretendedApi, pretendedServer } from "./server";

/** A few countries for <country-picker>, which asks the API for them. */
window.fetch = (): Promise<Response> => {
  const names = {
    DE: "Germany",
    FR: "France",
    GB: "United Kingdom",
    NO: "Norway",
    HK: "Hong Kong",
    US: "United States",
  };
  const territories = Object.entries(names).map(([code, name]) => ({
    code,
    name,
    continent: code === "US" ? "NA" : code === "HK" ? "AS" : "EU",
  }));
  const continents = { EU: "Europe", NA: "North America", AS: "Asia" };
  return Promise.resolve(
    Response.json({ territories, continents, groups: { EU: ["DE", "FR"], EEA: ["DE", "FR", "NO"] } }),
  );
};

const wish = new URLSearchParams(location.search);
const page = wish.get("page") ?? "room";
document.documentElement.dataset["theme"] = wish.get("theme") ?? "";
document.documentElement.dir = wish.get("dir") ?? "ltr";

const boot: Boot = {
  slug: "weekly-round",
  title: "Coastal research: weekly round",
  siteName: "Institute of Marine Studies",
  status: "open",
  startsAt: null,
  rule: { mode: "allow", territories: ["DE", "FR"], undetermined: "waiting_room" },
  serverRule: wish.has("server_rule"),
  waitingRoom: page === "waiting",
  account: { name: "Ada Lovelace" },
  runs: false,
  csrf: "",
  language: "en",
  dir: "ltr",
};

function answer(): DoorAnswer {
  if (["room", "waiting", "left", "superseded", "lost"].includes(page)) {
    return { kind: "grant", outcome: "admitted", grant: "pretended-grant-0000", socket: "/ws" };
  }
  return { kind: "problem", problem: readProblem(problem(page)) };
}

function problem(code: string): Record<string, unknown> {
  return {
    code,
    title: code,
    detail: "",
    status: 403,
    setter: wish.get("setter") ?? "host",
    retry_after: code === "rate_limited" ? 20 : null,
    authority: "Regional Court of Exampleland",
    legal_basis: "Assemblies Act, section 14 (2)",
    territory: ["FR"],
    effective_from: "2026-03-01T09:00:00Z",
    expires_at: "2026-05-30T09:00:00Z",
    appeal_url: "/appeals/new",
    register_url: "/register/17",
  };
}

const devices = new Devices();
const server = pretendedServer({
  people: Number(wish.get("people") ?? 5),
  screens: Number(wish.get("screens") ?? 0),
  waiting: Number(wish.get("waiting") ?? 0),
  role: (wish.get("role") ?? "host") as "host",
  page,
});
const session = new Session({
  ask: () => Promise.resolve(answer()),
  connect: server,
  keepToken: () => undefined,
  forgetToken: () => undefined,
});
const media = new PretendedMedia(session);
const app: App = { boot, session, devices, media, view: new View(), api: pretendedApi, name: signal("Ada Lovelace") };
follow(app);
effect(() => {
  const [microphone, camera] = [devices.microphone.value.on, devices.camera.value.track !== null];
  if (session.state.value.at === "inside") session.send({ type: "set_state", microphone, camera });
});
if (wish.get("layout") === "speaker") app.view.layout.value = "speaker";
app.view.panel.value = wish.get("panel") as Panel | null;

if (page !== "prejoin") {
  if (page === "room" || page === "waiting") void devices.start({ microphone: true, camera: true });
  session.join();
}
if (page === "left") setTimeout(() => void session.leave(), 300);
const root = document.getElementById("room");
if (root) render(h(Root, { app }), root);
