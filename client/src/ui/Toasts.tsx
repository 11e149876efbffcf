import type { JSX } from "preact";

import { t } from "../texts";
import { useApp } from "./context";
import { giveBack } from "./focus";
import { Button, IconButton } from "./parts";

/** Short messages over the stage, read out to a screen reader: calmly, or at once if they are urgent. */
export function Toasts(): JSX.Element {
  const { view } = useApp();
  const toasts = view.toasts.value;
  const close = (id: number): void => {
    view.dismiss(id);
    queueMicrotask(() => giveBack(null)); // By then what was pressed is gone.
  };
  const show = (urgent: boolean): JSX.Element[] =>
    toasts
      .filter((toast) => toast.urgent === urgent)
      .map(({ id, text, action }) => (
        <div key={id} class={`toast ${urgent ? "urgent" : ""}`}>
          <span dir="auto">{text}</span>
          {action && (
            <Button small label={action.label} onClick={() => (close(id), action.run())}>
              {action.text}
            </Button>
          )}
          <IconButton icon="close" label={t("action.close")} onClick={() => close(id)} />
        </div>
      ));
  return (
    <div class="toasts">
      <div role="status">{show(false)}</div>
      <div role="alert">{show(true)}</div>
    </div>
  );
}
