import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../texts";
import { Chat } from "./Chat";
import { useApp } from "./context";
import { useFocusBack } from "./focus";
import { IconButton } from "./parts";
import { People } from "./People";
import { RulePanel } from "./RulePanel";

/** What stands beside the stage; on a telephone, over it. */
export function SidePanel(): JSX.Element | null {
  const { view } = useApp();
  useFocusBack(view.panel.value !== null);
  switch (view.panel.value) {
    case "people":
      return (
        <Frame title={t("people.title")}>
          <People />
        </Frame>
      );
    case "chat":
      return (
        <Frame title={t("chat.title")}>
          <Chat />
        </Frame>
      );
    case "rule":
      return (
        <Frame title={t("rule.title")} back={() => (view.panel.value = "people")}>
          <RulePanel />
        </Frame>
      );
    case null:
      return null;
  }
}

interface FrameProps {
  readonly title: string;
  readonly back?: () => void;
  readonly children: ComponentChildren;
}

function Frame({ title, back, children }: FrameProps): JSX.Element {
  const { view } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  // What is in the panel may have taken the focus already: the field to write in.
  useEffect(() => {
    if (!heading.current?.parentElement?.parentElement?.contains(document.activeElement))
      heading.current?.focus({ preventScroll: true });
  }, [title]);
  const close = (): void => {
    view.panel.value = null;
  };
  return (
    <aside class="panel" aria-label={title} onKeyDown={(event) => event.key === "Escape" && close()}>
      <header class="panel-head">
        {back && <IconButton icon="previous" label={t("action.back")} onClick={back} />}
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton icon="close" label={t("action.close")} onClick={close} />
      </header>
      {children}
    </aside>
  );
}
