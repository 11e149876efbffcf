/** Effects that tie the view to what happens in the meeting. */
import { effect, untracked } from "@preact/signals";

import type { FromServer, Participant } from "../protocol/messages";
import { news, powers, self, type News, type RoomState } from "../session/roster";
import type { State } from "../session/machine";
import { isText, t } from "../texts";
import { playChime } from "../media/sound";
import { ask } from "./actions";
import { orderOf } from "./arrange";
import type { App } from "./context";

/** People who come at once (a class begins) are not told one by one. */
const MOST_ARRIVALS = 3;

export function follow(app: App): void {
  keepOrder(app);
  keepTitle(app);
  callBack(app);
  leaveKnocksToPanel(app);
  tellTrouble(app);
  tellMutedSpeech(app);
  openDevices(app);
  app.session.observe({
    onEnter: (anew) => anew || app.view.tell(t("connection.back")),
    onStop: () => reset(app),
    onMessage: (message, before) => tell(app, message, before),
  });
}

function keepOrder({ session, media, view }: App): void {
  effect(() => {
    const room = session.room.value;
    const { heard, now } = media.speaking.value;
    if (!room) return;
    const order = orderOf(view.order.peek(), room.participants.keys(), room.you, heard, now, view.perPage.value);
    if (order.join() !== view.order.peek().join()) view.order.value = order;
  });
}

/** A page that says why somebody is kept out by law does not say so on its tab. */
function keepTitle({ session, boot, view }: App): void {
  effect(() => {
    const state = session.state.value;
    const calls = view.unread.value + knocks(session.room.value);
    const first = view.letIn.value ? `${t("tab.let_in")} · ` : calls > 0 ? `(${calls}) ` : "";
    document.title =
      state.at === "over" && isDelicate(state) ? boot.siteName : `${first}${boot.title} · ${boot.siteName}`;
  });
}

/** How many wait for somebody who can let them in. */
function knocks(room: RoomState | null): number {
  return room && powers(self(room)?.role).letIn ? room.waiting.length : 0;
}

/** Whoever waits reads something else meanwhile: camera and microphone are live from the moment they are let in. */
function callBack(app: App): void {
  let before: State["at"] | null = null;
  effect(() => {
    const { at } = app.session.state.value;
    if (before === "waiting" && at === "inside") {
      app.view.letIn.value = document.hidden;
      chime(app);
    }
    before = at;
  });
  document.addEventListener("visibilitychange", () => (app.view.letIn.value &&= document.hidden));
}

function chime({ view, devices }: App): void {
  // Where no sound may be played the page says it all the same.
  if (view.sounds.peek()) void playChime(devices.speaker.peek()).catch(() => undefined);
}

function isDelicate(state: State & { at: "over" }): boolean {
  return state.ending.kind === "problem" && state.ending.problem.code === "withheld";
}

/** In again without a device check, from a page that said why they were out. */
function openDevices({ devices, session }: App): void {
  effect(() => {
    const { at } = session.state.value;
    if (at === "inside" || at === "waiting") untracked(() => void devices.startAgain());
  });
}

/** A camera or microphone that fails inside the meeting, where there is no form to say it. */
function tellTrouble({ devices, session, view }: App): void {
  for (const device of ["microphone", "camera"] as const) {
    effect(() => {
      const { trouble } = devices[device].value;
      if (trouble && session.room.peek()) view.tell(t(`trouble.${device}.${trouble}`), true);
    });
  }
}

/** On the scale of `loudness`: clearly speech, about -24 dB. */
const SPEECH = 0.6;
const SPEECH_LASTS = 800;
const REMIND_AFTER = 60_000;

/** Whoever speaks into a muted microphone would like to know. Heard here only: nothing is sent. */
function tellMutedSpeech({ devices, media, session, view }: App): void {
  let since: number | null = null;
  let told = 0;
  effect(() => {
    const muted = !devices.microphone.value.on && session.state.value.at === "inside";
    if (!muted || media.level.value < SPEECH) return void (since = null);
    const now = Date.now();
    since ??= now;
    if (now - since < SPEECH_LASTS || now - told < REMIND_AFTER) return;
    told = now;
    view.tell(t("told.muted.speaking"));
  });
}

function reset({ view }: App): void {
  view.dialog.value = null;
  view.panel.value = null;
  view.pinned.value = null;
  view.page.value = 0;
  view.stripPage.value = 0;
  view.unread.value = 0;
  view.toasts.value = [];
}

function tell(app: App, message: FromServer, before: RoomState | null): void {
  const { view, session } = app;
  const after = session.room.peek();
  if (message.type === "muted") view.tell(t("told.muted"), true);
  if (message.type === "notice")
    view.tell(noticeText(message.code, message.text), false, message.code.startsWith("rule_") ? "rule" : message.code);
  // The page was asleep: that it is coming back is being shown.
  const asleep = message.type === "error" && message.code === "silent";
  if (message.type === "error" && message.id === null && !asleep) view.tell(errorText(message.code), true);
  if (message.type === "chat" && message.participant !== after?.you) tellChat(app, message.name, message.text);
  if (before && after) forgetKnocks(app, before, after);
  if (before && after && before.you === after.you && message.type !== "welcome")
    tellNews(app, news(before, after), after);
}

/** The server's own words stand in for a notice that is not in the catalogue. */
function noticeText(code: string, text: string): string {
  const key = `notice.${code}`;
  return isText(key) ? t(key) : text;
}

function errorText(code: string): string {
  const key = `error.${code}`;
  return isText(key) ? t(key) : t("told.request_failed");
}

function tellChat({ view }: App, name: string, text: string): void {
  if (view.panel.peek() === "chat") return;
  view.unread.value = view.unread.peek() + 1;
  view.tell(t("told.chat", { name, text: text.length > 80 ? `${text.slice(0, 79)}…` : text }), false, "chat");
}

/** A guest's co-hosting does not reach beyond the room, where the rule is set. */
function roleText({ boot }: App, role: Participant["role"]): string {
  return t(role === "co_host" && !boot.account ? "role.now.co_host.guest" : `role.now.${role}`);
}

function knock(name: string): string {
  return `knock ${name}`;
}

/** Who was let in, turned away, or went is not waiting any more: it must not go on being said. */
function forgetKnocks({ view }: App, before: RoomState, after: RoomState): void {
  const waiting = new Set(after.waiting.map(({ name }) => name));
  for (const { name } of before.waiting) if (!waiting.has(name)) view.withdraw(knock(name));
}

/** Whoever has the list of those waiting before them lets people in there. */
function leaveKnocksToPanel({ view, session }: App): void {
  effect(() => {
    if (view.panel.value !== "people") return;
    for (const { name } of session.room.peek()?.waiting ?? []) view.withdraw(knock(name));
  });
}

function tellKnock(app: App, { id, name }: News & { kind: "knocked" }): void {
  const letIn = (): void => void ask(app, { type: "let_in", participant: id });
  const listed = app.view.panel.peek() === "people";
  const action = listed ? null : { text: t("people.let_in"), label: t("people.let_in.name", { name }), run: letIn };
  app.view.tell(t("told.knocked", { name }), true, knock(name), action);
  chime(app);
}

function tellNews(app: App, found: readonly News[], room: RoomState): void {
  const { view } = app;
  const runs = powers(self(room)?.role);
  const passing = found.filter(({ kind }) => kind === "came" || kind === "went");
  for (const item of found) {
    if (item.kind === "role") view.tell(roleText(app, item.role));
    else if (item.kind === "hand" || item.kind === "shares") view.tell(t(`told.${item.kind}`, { name: item.name }));
    else if (item.kind === "knocked" && runs.letIn) tellKnock(app, item);
    else if (passing.length <= MOST_ARRIVALS && view.arrivals.peek())
      view.tell(t(`told.${item.kind}`, { name: item.name }));
  }
}
