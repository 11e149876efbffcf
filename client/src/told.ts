/** The page of somebody who is kept out: hides itself, and says in which language it is. All else is plain HTML. */
import "./styles/tokens.css";
import "./styles/told.css";

import { hide, hideOnEscape } from "./hide";

hideOnEscape();
for (const way of document.querySelectorAll<HTMLAnchorElement>("[data-hide]"))
  way.addEventListener("click", (event) => {
    event.preventDefault();
    hide();
  });

/** The page's own language and direction, for screen readers and the scroll bar; the section's follow by style. */
function follow(choice: HTMLInputElement): void {
  const section = document.querySelector<HTMLElement>(`section[data-language="${choice.value}"]`);
  document.documentElement.lang = choice.value;
  document.documentElement.dir = section?.dir ?? "ltr";
  document.title = choice.dataset["page"] ?? "";
}

for (const choice of document.querySelectorAll<HTMLInputElement>('input[name="language"]')) {
  choice.addEventListener("change", () => follow(choice));
  if (choice.checked) follow(choice); // changed before this ran, or restored by the browser
}
