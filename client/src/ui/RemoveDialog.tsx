import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { t } from "../texts";
import { ask } from "./actions";
import { useApp, useRoom } from "./context";
import { focusPanel } from "./focus";
import { Button, Dialog, Switch } from "./parts";

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
  const remove = async (block: boolean): Promise<void> => {
    onClose();
    if (lock) await ask(app, { type: "lock", locked: true });
    if (!(await ask(app, { type: "remove", participant: id, block }))) return;
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
          <p>{t("remove.block.hint")}</p>
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
