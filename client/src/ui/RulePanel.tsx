import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { CountryPicker } from "../picker";
import type { RuleSummary } from "../protocol/messages";
import { list, t, territory } from "../texts";
import { ApiFailed, type DryRun } from "./api";
import { useApp, usePowers, useRoom } from "./context";
import { focusPanel, isLost } from "./focus";
import { Button } from "./parts";

/** A rule while it is being made: nothing is chosen for anybody. */
interface Draft {
  readonly mode: RuleSummary["mode"] | null;
  readonly territories: RuleSummary["territories"];
  readonly undetermined: RuleSummary["undetermined"] | null;
}

const NEW: Draft = { mode: null, territories: [], undetermined: null };

function complete({ mode, territories, undetermined }: Draft): RuleSummary | null {
  return mode && undetermined && territories.length > 0 ? { mode, territories, undetermined } : null;
}

/** The access rule: those who run the meeting change it, everyone else reads it. */
export function RulePanel(): JSX.Element {
  const { meeting } = useRoom();
  const { rule } = usePowers();
  if (rule) return <Editor key={JSON.stringify(meeting.rule)} initial={meeting.rule} />;
  return (
    <div class="panel-body rule">
      {meeting.rule && <Told rule={meeting.rule} />}
      <p class="hint">{t("rule.intro")}</p>
    </div>
  );
}

/** The rule in words. */
function Told({ rule }: { rule: RuleSummary }): JSX.Element {
  return (
    <>
      <p class="rule-told">{sentence(rule)}</p>
      <p>{t(`rule.told.undetermined.${rule.undetermined}`)}</p>
      <p class="hint">{t("rule.told.setter")}</p>
    </>
  );
}

/** A handful of countries by name, the rest by number. */
const NAMED = 6;

function sentence({ mode, territories }: RuleSummary): string {
  const names = territories.map(territory);
  const rest = names.length - NAMED;
  const places = rest > 1 ? [...names.slice(0, NAMED), t("rule.told.more", { count: rest })] : names;
  return t(`rule.told.${mode}`, { places: list(places) });
}

function Editor({ initial }: { initial: RuleSummary | null }): JSX.Element {
  const { api, view } = useApp();
  const [draft, setDraft] = useState<Draft>(initial ?? NEW);
  const [result, setResult] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const rule = complete(draft);
  const answer = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (result) answer.current?.scrollIntoView({ block: "nearest" });
  }, [result]);
  useEffect(() => {
    if (isLost()) focusPanel(); // The form has just been replaced by one with the rule as it is now.
  }, []);
  const change = (part: Partial<Draft>): void => {
    setDraft({ ...draft, ...part });
    setResult(null);
  };
  const run = async (work: () => Promise<void>, done: Parameters<typeof t>[0]): Promise<void> => {
    setBusy(true);
    try {
      await work();
      view.tell(t(done), false, "rule");
    } catch (failure) {
      view.tell(
        failure instanceof ApiFailed && failure.code === "no_territory" ? t("rule.empty") : t("rule.failed"),
        true,
      );
    } finally {
      setBusy(false);
    }
  };
  const save = (event: Event): void => {
    event.preventDefault();
    if (!rule) return view.tell(t("rule.empty"), true); // The browser sees to the rest: the choices are required.
    void run(() => api.setRule(rule), "rule.saved");
  };
  return (
    <form class="panel-body rule" onSubmit={save}>
      <p class="hint">{t("rule.intro")}</p>
      <Choice
        name="mode"
        title={t("rule.mode")}
        options={["allow", "deny"]}
        text={(mode) => t(`rule.${mode}`)}
        chosen={draft.mode}
        onChoose={(mode) => change({ mode })}
      />
      <Picker rule={draft} onChange={(territories) => change({ territories })} />
      <Choice
        name="undetermined"
        title={t("rule.undetermined")}
        options={["admit", "waiting_room", "refuse"]}
        text={(undetermined) => t(`rule.undetermined.${undetermined}`)}
        chosen={draft.undetermined}
        onChoose={(undetermined) => change({ undetermined })}
      />
      <div class="rule-preview">
        <p class="rule-told" aria-live="polite">
          {rule && `${sentence(rule)} ${t(`rule.told.undetermined.${rule.undetermined}`)}`}
        </p>
        <Button
          small
          disabled={busy || !rule}
          onClick={() => rule && void api.tryRule(rule).then(told, failed).then(setResult)}
        >
          {t("rule.preview")}
        </Button>
        <p role="status" ref={answer}>
          {result}
        </p>
      </div>
      <p class="hint">
        {t("rule.effect")}{" "}
        <a href="/rules#location" target="_blank" rel="noreferrer">
          {t("rule.sources")}
        </a>
      </p>
      <div class="button-row">
        <Button type="submit" tone="primary" disabled={busy}>
          {t("rule.save")}
        </Button>
        {initial && (
          <Button disabled={busy} onClick={() => void run(() => api.clearRule(), "rule.cleared")}>
            {t("rule.clear")}
          </Button>
        )}
      </div>
    </form>
  );
}

function told({ stay, go, undetermined }: DryRun): string {
  return t("rule.preview.result", { stay, go, undetermined });
}

function failed(failure: unknown): string {
  const code = failure instanceof ApiFailed ? failure.code : "";
  if (code === "too_few_present") return t("rule.preview.few");
  if (code === "too_many_dry_runs" || code === "rate_limited") return t("rule.preview.often");
  return t("rule.failed");
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly title: string;
  readonly options: readonly T[];
  readonly text: (option: T) => string;
  readonly chosen: T | null;
  readonly onChoose: (option: T) => void;
}

function Choice<T extends string>({ name, title, options, text, chosen, onChoose }: ChoiceProps<T>): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{title}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            value={option}
            required
            checked={option === chosen}
            onChange={() => onChoose(option)}
          />
          {text(option)}
        </label>
      ))}
    </fieldset>
  );
}

/** The custom element, loaded when it is first needed: it brings a map along. */
function Picker({ rule, onChange }: { rule: Draft; onChange: (territories: string[]) => void }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const picker = useRef<CountryPicker | null>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const latest = useRef(rule); // More may be chosen while the picker is loaded.
  latest.current = rule;
  useEffect(() => {
    let gone = false;
    void loadPicker().then(() => {
      if (gone || !place.current) return;
      const element = document.createElement("country-picker") as CountryPicker;
      element.value = [...latest.current.territories];
      element.mode = latest.current.mode ?? "allow";
      element.addEventListener("change", () => changed.current([...element.value]));
      place.current.replaceChildren(element);
      picker.current = element;
    });
    return () => {
      gone = true;
    };
  }, []);
  useEffect(() => {
    if (picker.current) picker.current.mode = rule.mode ?? "allow";
  }, [rule.mode]);
  return (
    <div class="rule-countries" role="group" aria-label={t("rule.countries")}>
      <div ref={place}>{t("rule.loading")}</div>
    </div>
  );
}

async function loadPicker(): Promise<void> {
  await import("../picker");
  await customElements.whenDefined("country-picker");
}
