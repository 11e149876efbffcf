import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { problemOf, type Problem } from "../protocol/problem";
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
  const told = (problem: Problem, inside = false): JSX.Element => (
    <Told
      problem={problem}
      inside={inside}
      busy={state !== "over"}
      inVain={state === "over" && inVain}
      onRetry={() => session.join()}
    />
  );
  if (ending.kind === "ended") return told(ENDED);
  if (ending.kind === "problem" && isTold(ending.problem)) return told(ending.problem, ending.inside);
  return <Plain ending={ending} said={asked(state, inVain)} />;
}

const ENDED = problemOf("ended");

/** What nobody decided, and problems there are no words for in every language. */
type Rest = Exclude<Ending, { readonly kind: "ended" }>;

function Plain({ ending, said }: { ending: Rest; said: string }): JSX.Element {
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

function words(ending: Rest): { title: string; paragraphs: string[] } {
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

function Ways({ ending }: { ending: Rest }): JSX.Element {
  const { session } = useApp();
  const busy = session.state.value.at !== "over";
  return (
    <div class="ways-out">
      <Button
        tone="primary"
        disabled={busy}
        onClick={() => (ending.kind === "superseded" ? session.takeBack() : session.join())}
      >
        {t(busy ? "prejoin.joining" : returnText(ending))}
      </Button>
      <a class="button plain" href="/">
        {t("out.home")}
      </a>
    </div>
  );
}

function returnText(ending: Rest): TextKey {
  if (ending.kind === "left" || ending.kind === "failed") return "out.return";
  if (ending.kind === "superseded") return "out.superseded.return";
  return "out.retry";
}
