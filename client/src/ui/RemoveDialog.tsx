import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { t } from "../texts";
import { ask } from "./actions";
import { useApp, useRoom } from "./context";
import { focusPanel } from "./focus";
import { Button, Dialog, Switch } from "./parts";
import { ABOUT, type About } from "./ReportDialog";

/** How long a block holds: until it is lifted, for this time of a recurring meeting, or for so many days. */
const SPANS = ["series", "meeting", "1", "7", "30"] as const;
type Span = (typeof SPANS)[number];

function termsOf(span: Span): { scope: "meeting" | "series"; days: number | null } {
  if (span === "series" || span === "meeting") return { scope: span, days: null };
  return { scope: "series", days: Number(span) };
}

interface RemoveProps {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Remove, or remove and block. Says honestly what a block of a guest is worth. */
export function RemoveDialog({ id, name, onClose }: RemoveProps): JSX.Element {
  const app = useApp();
  const { meeting } = useRoom();
  const [lock, setLock] = useState(false);
  const [span, setSpan] = useState<Span>("series");
  const [reason, setReason] = useState<About | "">("");
  const remove = async (block: boolean): Promise<void> => {
    onClose();
    if (lock) await ask(app, { type: "lock", locked: true });
    const terms = block ? { block, ...termsOf(span), reason: reason || null } : { block };
    if (!(await ask(app, { type: "remove", participant: id, ...terms }))) return;
    app.view.tell(t("remove.done", { name }));
    focusPanel();
  };
  return (
    <Dialog title={t("remove.title", { name })} onClose={onClose}>
      <p>{t("remove.text")}</p>
      <ul class="ways">
        <li>
          <p>{t("remove.only.hint")}</p>
          <Button onClick={() => void remove(false)}>{t("remove.only")}</Button>
        </li>
        <li>
          <div class="terms">
            <p>{t("remove.block.hint")}</p>
            <Choice
              label={t("remove.block.span")}
              chosen={span}
              onChoose={setSpan}
              options={SPANS.map((each) => [each, t(`remove.block.span.${each}`)] as const)}
            />
            <Choice
              label={t("remove.block.reason")}
              chosen={reason}
              onChoose={setReason}
              options={[
                ["", t("remove.block.reason.none")],
                ...ABOUT.map((each) => [each, t(`report.about.${each}`)] as const),
              ]}
            />
          </div>
          <Button tone="danger" onClick={() => void remove(true)}>
            {t("remove.block")}
          </Button>
        </li>
      </ul>
      <p class="hint">{t("remove.block.guest")}</p>
      {!meeting.locked && (
        <Switch label={t("remove.lock")} hint={t("people.lock.hint")} checked={lock} onChange={setLock} />
      )}
    </Dialog>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly chosen: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChoose: (chosen: T) => void;
}

function Choice<T extends string>({ label, chosen, options, onChoose }: ChoiceProps<T>): JSX.Element {
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => onChoose(event.currentTarget.value as T)}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
