import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { ChatMessage } from "../protocol/messages";
import { clock, t } from "../texts";
import { ask } from "./actions";
import { useApp, useRoom } from "./context";
import { Icon } from "./icons";

const LONGEST = 2000;
/** Lines of one person within so much time stand under one name. */
const TOGETHER = 3 * 60_000;

export function Chat(): JSX.Element {
  const { chat, you } = useRoom();
  const [log, follows] = useEndFollowed(chat.at(-1), you);
  return (
    <>
      <div class="panel-body chat" role="log" aria-label={t("chat.title")} tabIndex={0} ref={log} onScroll={follows}>
        <p class="chat-note">{t("chat.note")}</p>
        {chat.length === 0 && <p class="chat-empty">{t("chat.empty")}</p>}
        {chat.map((message, i) => (
          <Line key={`${message.at} ${i}`} message={message} before={chat[i - 1]} you={you} />
        ))}
      </div>
      <Write />
    </>
  );
}

/** Not so far from the end that somebody is reading what was said before. */
const NEAR_END = 80;

/** Keeps the end in sight as lines come, unless somebody has gone back to older ones; one's own line always shows. */
function useEndFollowed(last: ChatMessage | undefined, you: string): [preact.RefObject<HTMLDivElement>, () => void] {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const box = log.current;
    if (box && (atEnd.current || last?.participant === you)) box.scrollTop = box.scrollHeight;
  }, [last]);
  const onScroll = (): void => {
    const box = log.current;
    if (box) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
  };
  return [log, onScroll];
}

function Line({
  message,
  before,
  you,
}: {
  message: ChatMessage;
  before: ChatMessage | undefined;
  you: string;
}): JSX.Element {
  const goesOn = before?.participant === message.participant && message.at - before.at < TOGETHER;
  return (
    <div class={`chat-line ${goesOn ? "goes-on" : ""} ${message.participant === you ? "own" : ""}`}>
      {!goesOn && (
        <p class="chat-who">
          <strong>{message.participant === you ? t("chat.you") : message.name}</strong>
          <time dateTime={new Date(message.at).toISOString()}>{clock(message.at)}</time>
        </p>
      )}
      <p class="chat-text" dir="auto">
        {linked(message.text)}
      </p>
    </div>
  );
}

/** Addresses become links; everything else stays text. */
function linked(text: string): (string | JSX.Element)[] {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/).map((part, i) =>
    i % 2 === 1 ? (
      <a key={i} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

function Write(): JSX.Element {
  const app = useApp();
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  // On a telephone the keyboard would cover what there is to read.
  useEffect(() => void (app.view.narrow.peek() || field.current?.focus({ preventScroll: true })), []);
  const send = async (): Promise<void> => {
    const line = text.trim();
    if (line === "") return;
    setText("");
    // What was typed meanwhile stays, after what did not go out.
    if (!(await ask(app, { type: "chat", text: line }))) setText((now) => (now.trim() === "" ? line : `${line}\n${now}`));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form class="chat-write" onSubmit={(event) => (event.preventDefault(), void send())}>
      <textarea
        ref={field}
        rows={1}
        value={text}
        maxLength={LONGEST}
        placeholder={t("chat.write")}
        aria-label={t("chat.write")}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button
        type="submit"
        class="icon-button send"
        aria-label={t("chat.send")}
        title={t("chat.send")}
        disabled={text.trim() === ""}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}
