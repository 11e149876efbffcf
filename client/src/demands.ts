/** Demands at the desk. All is plain HTML but for one thing: signing with a passkey, over the text that stands in the page. */
import "./styles/demands.css";

import { answerOf, challengeOf, requestFor } from "./passkey";

/** Ask the passkey for a signature over what the page shows, and send what it answered. */
async function sign(form: HTMLFormElement, statement: string): Promise<void> {
  const challenge = await challengeOf(statement);
  const options = requestFor(challenge, form.dataset["rp"] ?? "", form.dataset["credentials"] ?? "");
  const credential = await navigator.credentials.get({ publicKey: options });
  for (const [name, value] of Object.entries(answerOf(credential))) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  form.submit();
}

function offer(form: HTMLFormElement, statement: string): void {
  const button = form.querySelector<HTMLButtonElement>("[data-sign]");
  const error = form.querySelector<HTMLElement>("[data-error]");
  if (!button || !error || !("credentials" in navigator)) return;
  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = "";
    sign(form, statement).catch(() => {
      // refused, cancelled or timed out: browsers do not tell which
      error.textContent = form.dataset["failed"] ?? "";
      button.disabled = false;
      button.focus();
    });
  });
}

const statement = document.querySelector("[data-statement]")?.textContent ?? "";
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) offer(form, statement);
