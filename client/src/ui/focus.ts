/** Where the keyboard is, when what had it goes away. */
import { useLayoutEffect } from "preact/hooks";

/**
 * While `taken`, something on the page has taken the focus (a panel, a dialog). Once it is gone, whatever had the
 * focus before gets it back, or the stage where that is gone, too; but nothing happens if somebody has moved on.
 */
export function useFocusBack(taken: boolean): void {
  useLayoutEffect(() => {
    if (!taken) return;
    const had = document.activeElement;
    return () => queueMicrotask(() => giveBack(had)); // By then the dialog is gone from the page.
  }, [taken]);
}

function giveBack(had: Element | null): void {
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
