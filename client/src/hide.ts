/** Somebody may be looking over the reader's shoulder: an empty page in place of this one, and in its place on the way back. */

const TWICE_WITHIN = 1000;

/** Take the page away. What is drawn goes first: leaving can take a moment. */
export function hide(): void {
  document.documentElement.hidden = true;
  document.title = " ";
  document.body.replaceChildren();
  location.replace("about:blank");
}

/** Whether this press of a key is the second Escape in a row; once alone is pressed too easily to take a reason away. */
export function second(): (key: string, at: number) => boolean {
  let before = -Infinity;
  return (key, at) => {
    const again = key === "Escape" && at - before <= TWICE_WITHIN;
    before = key === "Escape" && !again ? at : -Infinity;
    return again;
  };
}

/** Let Esc, pressed twice, hide this page; returns what ends that. */
export function hideOnEscape(): () => void {
  const isSecond = second();
  const listen = (event: KeyboardEvent): void => {
    if (!event.repeat && isSecond(event.key, event.timeStamp)) hide();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
