import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Report } from "../protocol/messages";
import { t } from "../texts";
import { ask } from "./actions";
import { useApp } from "./context";
import { Button, Dialog } from "./parts";

export type About = Report["about"];

export const ABOUT: readonly About[] = [
  "harassment",
  "threats",
  "sexual",
  "hate",
  "disruption",
  "impersonation",
  "other",
];

interface ReportProps {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Tells the host and the staff how somebody behaves. Says who reads it before anything is sent. */
export function ReportDialog({ id, name, onClose }: ReportProps): JSX.Element {
  const app = useApp();
  const [about, setAbout] = useState<About | null>(null);
  const [words, setWords] = useState("");
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!about) return;
    onClose();
    if (await ask(app, { type: "report", participant: id, about, words })) app.view.tell(t("report.done"));
  };
  return (
    <Dialog title={t("report.title", { name })} onClose={onClose}>
      <form class="report" onSubmit={(event) => void send(event)}>
        <p>{t("report.text")}</p>
        <fieldset>
          <legend>{t("report.about")}</legend>
          {ABOUT.map((each) => (
            <label key={each} class="report-about">
              <input type="radio" name="about" required checked={about === each} onChange={() => setAbout(each)} />
              {t(`report.about.${each}`)}
            </label>
          ))}
        </fieldset>
        <label class="report-words">
          <span>{t("report.words")}</span>
          <textarea rows={3} maxLength={500} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
        <Button tone="primary" type="submit">
          {t("report.send")}
        </Button>
      </form>
    </Dialog>
  );
}
