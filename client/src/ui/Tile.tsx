import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { keyOf } from "../media/streams";
import type { Participant } from "../protocol/messages";
import { t } from "../texts";
import { same, type Item } from "./arrange";
import { useApp, useRoom } from "./context";
import { Icon } from "./icons";
import { Avatar, IconButton, Video } from "./parts";

/** One picture on the stage: a camera, or initials where there is none, or a screen. */
export function Tile({ item, large = false }: { item: Item; large?: boolean }): JSX.Element | null {
  const { view, media } = useApp();
  const room = useRoom();
  const person = room.participants.get(item.id);
  if (!person) return null;
  const you = item.id === room.you;
  const speaking = item.kind === "camera" && media.speaking.value.now.has(item.id) && person.microphone;
  const pinned = same(view.pinned.value, item);
  return (
    <article class={classes(item, speaking, large)} tabIndex={-1} aria-label={spoken(item, person, you, speaking)}>
      <Picture item={item} person={person} you={you} />
      <Label item={item} person={person} you={you} />
      {item.kind === "camera" && person.hand !== null && (
        <span class="tile-hand">
          <Icon name="hand" small />
        </span>
      )}
      <div class="tile-actions">
        <IconButton
          icon="pin"
          pressed={pinned}
          label={t(pinned ? "tile.unpin" : "tile.pin", { name: title(item, person, you) })}
          onClick={() => view.togglePin(item)}
        />
      </div>
    </article>
  );
}

function classes(item: Item, speaking: boolean, large: boolean): string {
  return ["tile", item.kind, speaking ? "speaking" : "", large ? "large" : ""].filter(Boolean).join(" ");
}

function title(item: Item, person: Participant, you: boolean): string {
  if (item.kind === "screen") return t("tile.screen", { name: person.name });
  return you ? t("people.you", { name: person.name }) : person.name;
}

/** Everything the picture shows, in words. */
function spoken(item: Item, person: Participant, you: boolean, speaking: boolean): string {
  if (item.kind === "screen") return title(item, person, you);
  const details = [
    person.away ? t("tile.away") : "",
    person.microphone ? "" : t("tile.muted"),
    person.camera ? "" : t("tile.camera.off"),
    person.hand === null ? "" : t("tile.hand"),
    speaking ? t("tile.speaking") : "",
  ];
  return [title(item, person, you), ...details.filter(Boolean)].join(", ");
}

function Picture({ item, person, you }: { item: Item; person: Participant; you: boolean }): JSX.Element {
  const { media, devices, view } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const own = devices.camera.value.track;
  const on = item.kind === "screen" || person.camera;
  useEffect(
    () => (you || !on || !box.current ? undefined : media.sight.watch(box.current, keyOf(item.id, item.kind))),
    [item.id, item.kind, you, on],
  );
  const key = keyOf(item.id, item.kind);
  // A picture at rest would be a frozen face: initials say better that there is none now.
  const track = you ? own : on && !media.resting.value.has(key) ? media.tracks.value.get(key) : null;
  return (
    <div class="picture" ref={box}>
      <Avatar name={person.name} large />
      {track && <Video key={track.id} track={track} mirrored={you && view.mirror.value} />}
    </div>
  );
}

function Label({ item, person, you }: { item: Item; person: Participant; you: boolean }): JSX.Element {
  return (
    <div class="tile-label" aria-hidden="true">
      {item.kind === "screen" && <Icon name="screen" small />}
      {item.kind === "camera" && !person.microphone && (
        <span class="tile-muted">
          <Icon name="mic_off" small />
        </span>
      )}
      <span class="tile-name">{item.kind === "camera" && you ? t("tile.you") : title(item, person, you)}</span>
      {person.away && <span class="tile-away">{t("tile.away")}</span>}
    </div>
  );
}
