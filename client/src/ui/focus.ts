/** Where the keyboard is, when what had it goes away. */
import { useLayoutEffect } from "preact/hooks";

/** While `open`, a panel has taken the focus; once it is gone, whatever had the focus before gets it back. */
export function useFocusBack(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    const had = document.activeElement;
    return () => giveBack(had);
  }, [open]);
}

/** The focus goes to what `had` it, or to the stage where that is gone; not if somebody has moved on. */
export function giveBack(had: Element | null): void {
  if (isLost()) (isUsable(had) ? had : document.getElementById("stage"))?.focus({ preventScroll: true });
}

/** To the panel's heading: what was pressed in it is about to disappear. */
export function focusPanel(): void {
  document.querySelector<HTMLElement>(".panel h2")?.focus({ preventScroll: true });
}

export function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function isUsable(element: Element | null): element is HTMLElement {
  return element instanceof HTMLElement && element !== document.body && element.isConnected;
}
