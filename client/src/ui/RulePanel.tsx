import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { CountryPicker } from "../picker";
import type { RuleSummary } from "../protocol/messages";
import { list, t, territory } from "../texts";
import { ApiFailed, type DryRun } from "./api";
import { useApp, usePowers, useRoom } from "./context";
import { Button } from "./parts";

const NEW: RuleSummary = { mode: "allow", territories: [], undetermined: "waiting_room" };

/** The access rule: those who run the meeting change it, everyone else reads it. */
export function RulePanel(): JSX.Element {
  const { meeting } = useRoom();
  const { rule } = usePowers();
  const { boot } = useApp();
  if (rule && boot.account) return <Editor key={JSON.stringify(meeting.rule)} initial={meeting.rule} />;
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
  const [rule, setRule] = useState(initial ?? NEW);
  const [result, setResult] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<RuleSummary>): void => {
    setRule({ ...rule, ...part });
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
    if (rule.territories.length === 0) return view.tell(t("rule.empty"), true);
    void run(() => api.setRule(rule), "rule.saved");
  };
  return (
    <form class="panel-body rule" onSubmit={save}>
      {rule.territories.length > 0 && <p class="rule-told">{sentence(rule)}</p>}
      <p class="hint">{t("rule.intro")}</p>
      <Choice
        name="mode"
        title={t("rule.mode")}
        options={["allow", "deny"]}
        text={(mode) => t(`rule.${mode}`)}
        chosen={rule.mode}
        onChoose={(mode) => change({ mode })}
      />
      <Picker rule={rule} onChange={(territories) => change({ territories })} />
      <Choice
        name="undetermined"
        title={t("rule.undetermined")}
        options={["admit", "waiting_room", "refuse"]}
        text={(undetermined) => t(`rule.undetermined.${undetermined}`)}
        chosen={rule.undetermined}
        onChoose={(undetermined) => change({ undetermined })}
      />
      <div class="rule-preview">
        <Button
          small
          disabled={busy || rule.territories.length === 0}
          onClick={() => void api.tryRule(rule).then(told, failed).then(setResult)}
        >
          {t("rule.preview")}
        </Button>
        <p role="status">{result}</p>
      </div>
      <p class="hint">{t("rule.effect")}</p>
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
  readonly chosen: T;
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
function Picker({ rule, onChange }: { rule: RuleSummary; onChange: (territories: string[]) => void }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const picker = useRef<CountryPicker | null>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    let gone = false;
    void loadPicker().then(() => {
      if (gone || !place.current) return;
      const element = document.createElement("country-picker") as CountryPicker;
      element.value = [...rule.territories];
      element.mode = rule.mode;
      element.addEventListener("change", () => changed.current([...element.value]));
      place.current.replaceChildren(element);
      picker.current = element;
    });
    return () => {
      gone = true;
    };
  }, []);
  useEffect(() => {
    if (picker.current) picker.current.mode = rule.mode;
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
