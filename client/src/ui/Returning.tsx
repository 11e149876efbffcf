import type { JSX } from "preact";

import { t } from "../texts";
import { useApp } from "./context";
import { Button } from "./parts";

/** After a reload, on the way back in. Fades in: most are back before there is anything to read. */
export function Returning(): JSX.Element {
  const { boot, session } = useApp();
  const unreachable = session.state.value.at === "retrying";
  return (
    <main class="waiting returning">
      <p class="prejoin-site">{boot.siteName}</p>
      <h1>{boot.title}</h1>
      <div class="boundary" aria-hidden="true" />
      <p role="status">{t(unreachable ? "prejoin.unreachable" : "returning.text")}</p>
      <Button onClick={() => void session.leave()}>{t("bar.leave")}</Button>
    </main>
  );
}
