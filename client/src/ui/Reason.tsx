import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "../protocol/problem";
import type { Ending, State } from "../session/machine";
import { isText, t, type TextKey } from "../texts";
import { useApp } from "./context";
import { Button } from "./parts";
import { isTold, Told } from "./Told";

/** A full page that says calmly why somebody is not in the meeting (any more), and what they can do. */
export function Reason({ ending }: { ending: Ending }): JSX.Element {
  const { session } = useApp();
  const { current: first } = useRef(ending);
  const state = session.state.value.at;
  const inVain = first !== ending && codeOf(first) === codeOf(ending);
  if (ending.kind === "problem" && isTold(ending.problem))
    return (
      <Told
        ending={ending}
        busy={state !== "over"}
        inVain={state === "over" && inVain}
        onRetry={() => session.join()}
      />
    );
  return <Plain ending={ending} said={asked(state, inVain)} />;
}

function Plain({ ending, said }: { ending: Ending; said: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [ending]);
  const { title, paragraphs } = words(ending);
  return (
    <main class="reason">
      <div class="boundary" aria-hidden="true" />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <Ways ending={ending} />
      <p role="status">{said}</p>
    </main>
  );
}

/** What came of asking again: the answer may be the one that was there. */
function asked(at: State["at"], inVain: boolean): string {
  if (at === "retrying") return t("prejoin.unreachable");
  return at === "over" && inVain ? t("out.retry.same") : "";
}

function codeOf(ending: Ending): string {
  return ending.kind === "problem" ? ending.problem.code : ending.kind;
}

function words(ending: Ending): { title: string; paragraphs: string[] } {
  if (ending.kind !== "problem")
    return { title: t(`out.${ending.kind}.title`), paragraphs: [t(`out.${ending.kind}.text`)] };
  const { code } = ending.problem;
  const key = `out.${code}.title`;
  const known = isText(key) ? key : ("out.unknown.title" satisfies TextKey);
  const paragraphs = explanations(ending.problem);
  return { title: t(known), paragraphs: ending.inside ? [...paragraphs, t("out.devices")] : paragraphs };
}

function explanations(problem: Problem): string[] {
  const key = `out.${problem.code}.text`;
  if (isText(key)) return [t(key)];
  return [problem.detail || t("out.unknown.text")];
}

function Ways({ ending }: { ending: Ending }): JSX.Element {
  const { session } = useApp();
  const problem = ending.kind === "problem" ? ending.problem : null;
  const again = returnText(ending);
  return (
    <div class="ways-out">
      {again && (
        <Again
          label={again}
          wait={problem?.code === "rate_limited" ? (problem.retryAfter ?? 0) : 0}
          of={ending}
          onClick={() => session.join()}
        />
      )}
      <a class="button plain" href="/">
        {t("out.home")}
      </a>
    </div>
  );
}

/** For whom trying again makes sense. A rule or a block may be lifted, too: reloading the page asks again. */
function returnText(ending: Ending): TextKey | null {
  if (ending.kind === "left" || ending.kind === "failed") return "out.return";
  if (ending.kind === "superseded") return "out.superseded.return";
  if (ending.kind === "ended") return null;
  return ["no_such_meeting", "ended", "blocked"].includes(ending.problem.code) ? null : "out.retry";
}

interface AgainProps {
  readonly label: TextKey;
  readonly wait: number;
  /** The seconds count from when this was said. */
  readonly of: Ending;
  readonly onClick: () => void;
}

/** A button that can be pressed once `wait` seconds are over. */
function Again({ label, wait, of, onClick }: AgainProps): JSX.Element {
  const busy = useApp().session.state.value.at !== "over";
  const [left, setLeft] = useState(Math.ceil(wait));
  useEffect(() => {
    setLeft(Math.ceil(wait));
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [of]);
  return (
    <Button tone="primary" disabled={left > 0 || busy} onClick={onClick}>
      {left > 0 ? t("out.retry.in", { count: left }) : t(busy ? "prejoin.joining" : label)}
    </Button>
  );
}
