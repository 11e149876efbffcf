import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { hide, hideOnEscape } from "../hide";
import type { Problem, RestrictionFacts } from "../protocol/problem";
import { en, ENGLISH, NAMES, preferred, TAGS, toldTexts, type Told as Texts, type ToldKey } from "../texts/told";
import { Button } from "./parts";

/** Whether there are words for it in every language. */
export function isTold({ code }: Problem): boolean {
  return code === "withheld" || code === "refused_by_rule" || refusal(code) !== null;
}

/** The keys of a code with a title and a paragraph of its own in the catalogues. */
export function refusal(code: string): [ToldKey, ToldKey] | null {
  const keys = [`refused.${code}.title`, `refused.${code}`];
  return keys.every((key) => Object.hasOwn(en, key)) ? (keys as [ToldKey, ToldKey]) : null;
}

/** For whom trying again makes sense. A block may be lifted, too: reloading the page asks again. */
const AGAIN: readonly string[] = ["refused_by_rule", "removed", "turned_away", "locked", "full", "rate_limited", "unavailable", "withheld"];

interface ToldProps {
  readonly problem: Problem;
  /** They were inside when it happened. */
  readonly inside: boolean;
  readonly busy: boolean;
  /** Asked again, and the answer is the same. */
  readonly inVain: boolean;
  readonly onRetry: () => void;
}

/** Why somebody is not in the meeting (any more), by others' decision: the same words as the server's page, in their language. */
export function Told({ problem, inside, busy, inVain, onRetry }: ToldProps): JSX.Element {
  const [texts, choose] = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [problem]);
  const withheld = problem.code === "withheld";
  useEffect(() => (withheld ? hideOnEscape() : undefined), [withheld]);
  const [title, ...paragraphs] = words(problem, texts);
  return (
    <main class="reason told" lang={texts.tag} dir={texts.dir}>
      <Languages texts={texts} choose={choose} />
      {withheld && <Hide texts={texts} />}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {texts.text("draft") && <p class="draft">{texts.text("draft")}</p>}
      {paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {problem.expiresAt && (
        <dl class="facts">
          <Fact name={texts.text("withheld.until")}>{moment(problem.expiresAt)}</Fact>
        </dl>
      )}
      {inside && <p>{texts.text("devices")}</p>}
      {problem.restrictions.map((facts) => (
        <Order key={facts.id} facts={facts} texts={texts} />
      ))}
      {withheld && problem.restrictions.length === 0 && <p>{texts.text("withheld.none")}</p>}
      <Ways problem={problem} texts={texts} busy={busy} onRetry={onRetry} />
      {problem.receipt && <Receipt receipt={problem.receipt} texts={texts} />}
      <p role="status">{inVain ? texts.text("retry.same") : ""}</p>
    </main>
  );
}

/** The browser's language if there are texts in it, until another is chosen; the page's own while this is shown. */
function useLanguage(): [Texts, (tag: Texts["tag"]) => void] {
  const [texts, setTexts] = useState(ENGLISH);
  const choose = (tag: Texts["tag"]): void => void toldTexts(tag).then(setTexts);
  useEffect(() => choose(preferred(navigator.languages)), []);
  useEffect(() => {
    const { lang, dir } = document.documentElement;
    Object.assign(document.documentElement, { lang: texts.tag, dir: texts.dir });
    return () => void Object.assign(document.documentElement, { lang, dir });
  }, [texts]);
  return [texts, choose];
}

function words({ code, setter }: Problem, texts: Texts): string[] {
  const own = refusal(code);
  if (own) return own.map((key) => texts.text(key));
  const by = setter === "server" ? "server" : "host";
  const keys: ToldKey[] =
    code === "withheld"
      ? ["withheld.title", "withheld.text", "place"]
      : ["refused.rule.title", `refused.rule.${by}`, "place", `refused.rule.help.${by}`];
  return keys.map((key) => texts.text(key));
}

function Languages({ texts, choose }: { texts: Texts; choose: (tag: Texts["tag"]) => void }): JSX.Element {
  return (
    <fieldset class="languages">
      <legend class="visually-hidden">{texts.text("switch")}</legend>
      {TAGS.map((tag) => (
        <label key={tag} lang={tag}>
          <input type="radio" name="language" checked={tag === texts.tag} onChange={() => choose(tag)} />
          <span>{NAMES[tag]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** RFC 7725: who, which law, why, where, from and until when, and where to check it without us. */
function Order({ facts, texts }: { facts: RestrictionFacts; texts: Texts }): JSX.Element {
  const { name, kind, state } = facts.authority;
  const places = texts.list(facts.territory.map((code) => texts.territory(code)));
  const reasons = texts.list(facts.reasons.map((code) => texts.word("reason", code)));
  return (
    <dl class="facts">
      <Fact name={texts.text("withheld.authority")}>
        <bdi>{name}</bdi>
        {kind && ` (${texts.word("kind", kind)}${texts.text("separator")}${texts.territory(state)})`}
      </Fact>
      <Fact name={texts.text("withheld.basis")}>{facts.legalBasis && <bdi>{facts.legalBasis}</bdi>}</Fact>
      <Fact name={texts.text("withheld.reasons")}>{reasons}</Fact>
      <Fact name={texts.text("withheld.territory")}>{places}</Fact>
      <Fact name={texts.text("withheld.from")}>{moment(facts.effectiveFrom)}</Fact>
      <Fact name={texts.text("withheld.until")}>{moment(facts.expiresAt)}</Fact>
      <Fact name={texts.text("withheld.log")}>{facts.log && <Entry facts={facts} texts={texts} />}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: JSX.Element | JSX.Element[] | string | null | (JSX.Element | string)[] }): JSX.Element | null {
  if (!children) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Entry({ facts, texts }: { facts: RestrictionFacts; texts: Texts }): JSX.Element {
  const links: [string | null, ToldKey][] = [
    [facts.verifyUrl, "withheld.check"],
    [facts.proofUrl, "withheld.proof"],
    [facts.documentUrl, "withheld.document"],
  ];
  return (
    <>
      <bdi>{facts.log && texts.text("withheld.entry", facts.log)}</bdi>
      {links.map(
        ([href, key]) =>
          href && (
            <span key={key} class="source">
              <a href={href} rel="noreferrer">
                {texts.text(key)}
              </a>
            </span>
          ),
      )}
    </>
  );
}

/** `2026-11-22 12:00 UTC`, the same in every language. */
function moment(iso: string | null): JSX.Element | null {
  if (!iso) return null;
  return (
    <time dateTime={iso}>
      <bdi dir="ltr">{`${iso.slice(0, 16).replace("T", " ")} UTC`}</bdi>
    </time>
  );
}

function Ways({ problem, texts, busy, onRetry }: { problem: Problem; texts: Texts; busy: boolean; onRetry: () => void }): JSX.Element {
  const refused = problem.code === "refused_by_rule";
  const again = AGAIN.includes(problem.code) && <Again problem={problem} texts={texts} busy={busy} onRetry={onRetry} />;
  return (
    <div class="ways-out">
      {problem.appealUrl ? <Appeal way={problem.appealUrl} receipt={problem.receipt} texts={texts} /> : again}
      {/* what is withheld may be undone at any moment, and then holds at once */}
      {problem.appealUrl && again}
      {problem.registerUrl && (
        <a class="button plain" href={problem.registerUrl} rel="noreferrer">
          {texts.text("withheld.register")}
        </a>
      )}
      {refused && problem.setter === "server" && (
        <a class="button plain" href="/rules">
          {texts.text("refused.rule.published")}
        </a>
      )}
      <a class="button plain" href="/">
        {texts.text("home")}
      </a>
    </div>
  );
}

/** A button that can be pressed once the server may be asked again; the seconds count from when it said so. */
function Again({ problem, texts, busy, onRetry }: { problem: Problem; texts: Texts; busy: boolean; onRetry: () => void }): JSX.Element {
  const wait = problem.code === "rate_limited" ? Math.ceil(problem.retryAfter ?? 0) : 0;
  const [left, setLeft] = useState(wait);
  useEffect(() => {
    setLeft(wait);
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [problem]);
  return (
    <Button tone={problem.appealUrl ? "plain" : "primary"} disabled={left > 0 || busy} onClick={onRetry}>
      {texts.text("retry")}
      {left > 0 && ` (${left})`}
    </Button>
  );
}

/** To the page to object on, in the language of this one; the receipt goes along in the body, never in an address. */
function Appeal({ way, receipt, texts }: { way: string; receipt: string | null; texts: Texts }): JSX.Element {
  return (
    <form method="post" action={way}>
      <input type="hidden" name="language" value={texts.tag} />
      {receipt && <input type="hidden" name="receipt" value={receipt} />}
      <Button tone="primary" type="submit">
        {texts.text("appeal.link")}
      </Button>
    </form>
  );
}

/** What to object with later. It is nowhere but here: nobody keeps a copy. */
function Receipt({ receipt, texts }: { receipt: string; texts: Texts }): JSX.Element {
  return (
    <section class="receipt" aria-labelledby="receipt">
      <h2 id="receipt">{texts.text("receipt.title")}</h2>
      <p>{texts.text("receipt.text")}</p>
      <p>{texts.text("receipt.caution")}</p>
      <a class="button plain" download="receipt.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(receipt)}`}>
        {texts.text("receipt.save")}
      </a>
      <details>
        <summary>{texts.text("receipt.show")}</summary>
        <pre dir="ltr" tabIndex={0} aria-label={texts.text("receipt.title")}>
          {receipt}
        </pre>
      </details>
    </section>
  );
}

/** Somebody may be looking over the reader's shoulder. */
function Hide({ texts }: { texts: Texts }): JSX.Element {
  return (
    <div class="hide">
      <Button tone="danger" onClick={hide}>
        {texts.text("hide")}
      </Button>
      <small>{texts.text("hide.hint")}</small>
    </div>
  );
}
