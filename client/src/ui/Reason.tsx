import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Problem, RestrictionFacts } from "../protocol/problem";
import type { Ending, State } from "../session/machine";
import { day, isText, list, t, territory, type TextKey } from "../texts";
import { useApp } from "./context";
import { Button } from "./parts";

/** A full page that says calmly why somebody is not in the meeting (any more), and what they can do. */
export function Reason({ ending }: { ending: Ending }): JSX.Element {
  const { session } = useApp();
  const { current: first } = useRef(ending);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [ending]);
  const { title, paragraphs } = words(ending);
  const withheld = ending.kind === "problem" ? ending.problem.restrictions : [];
  return (
    <main class="reason">
      <div class="boundary" aria-hidden="true" />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {withheld.map((facts) => (
        <Restriction key={facts.id} facts={facts} />
      ))}
      <Ways ending={ending} />
      <p role="status">{asked(session.state.value.at, first !== ending && codeOf(first) === codeOf(ending))}</p>
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
  if (problem.code === "refused_by_rule") return ruleExplanations(problem);
  if (problem.code === "withheld") return [t("out.withheld.text"), t("out.withheld.network")];
  const key = `out.${problem.code}.text`;
  if (isText(key)) return [t(key)];
  return [problem.detail || t("out.unknown.text")];
}

/** Who set the rule, and that the place is the network exit's. No country is named. */
function ruleExplanations({ setter }: Problem): string[] {
  const server = setter === "server";
  return [
    t(server ? "out.refused_by_rule.server" : "out.refused_by_rule.host"),
    t("out.refused_by_rule.text"),
    t(server ? "out.refused_by_rule.help.server" : "out.refused_by_rule.help"),
  ];
}

/** RFC 7725: who, which law, where, from and until when. */
function Restriction({ facts }: { facts: RestrictionFacts }): JSX.Element {
  return (
    <dl class="facts">
      <Fact name="out.withheld.authority" value={facts.authority} />
      <Fact name="out.withheld.basis" value={facts.legalBasis} />
      <Fact name="out.withheld.territory" value={list(facts.territory.map(territory))} />
      <Fact name="out.withheld.from" value={facts.effectiveFrom && day(facts.effectiveFrom)} />
      <Fact name="out.withheld.until" value={facts.expiresAt && day(facts.expiresAt)} />
      <Source name="out.withheld.document" href={facts.documentUrl} text={t("out.withheld.document.read")} />
      <Source name="out.withheld.log" href={facts.proofUrl} text={facts.log ?? ""} />
    </dl>
  );
}

function Fact({ name, value }: { name: TextKey; value: string | null }): JSX.Element | null {
  if (!value) return null;
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Where somebody can check it without us. */
function Source({ name, href, text }: { name: TextKey; href: string | null; text: string }): JSX.Element | null {
  if (!href || !text) return null;
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd>
        <a href={href} rel="noreferrer">
          {text}
        </a>
      </dd>
    </div>
  );
}

function Ways({ ending }: { ending: Ending }): JSX.Element {
  const { session } = useApp();
  const problem = ending.kind === "problem" ? ending.problem : null;
  const delicate = problem?.code === "withheld";
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
      {problem?.appealUrl && (
        <a class="button primary" href={problem.appealUrl} rel="noreferrer">
          {t("out.withheld.appeal")}
        </a>
      )}
      {problem?.code === "refused_by_rule" && problem.setter === "server" && (
        <a class="button plain" href="/rules">
          {t("out.refused_by_rule.published")}
        </a>
      )}
      <a class="button plain" href="/">
        {t("out.home")}
      </a>
      {delicate && <Hide />}
    </div>
  );
}

/** For whom trying again makes sense. A rule or a block may be lifted, too: reloading the page asks again. */
function returnText(ending: Ending): TextKey | null {
  if (ending.kind === "left" || ending.kind === "failed") return "out.return";
  if (ending.kind === "superseded") return "out.superseded.return";
  if (ending.kind === "ended") return null;
  return ["withheld", "no_such_meeting", "ended", "blocked"].includes(ending.problem.code) ? null : "out.retry";
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

/** Somebody may be looking over the reader's shoulder. */
function Hide(): JSX.Element {
  return (
    <div class="hide">
      <Button onClick={() => location.replace("about:blank")}>{t("out.hide")}</Button>
      <small>{t("out.hide.hint")}</small>
    </div>
  );
}
