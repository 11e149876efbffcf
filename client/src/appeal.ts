/** The page to object on: works without this; it hides itself, and takes a token that stands behind the # into its field. */
import "./styles/demands.css";

import { hide, hideOnEscape } from "./hide";

hideOnEscape();
for (const way of document.querySelectorAll<HTMLAnchorElement>("[data-hide]"))
  way.addEventListener("click", (event) => {
    event.preventDefault();
    hide();
  });

// a fragment is never sent; it is taken out of the address at once, so that it stays in no history
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const field = document.querySelector<HTMLInputElement>("[data-token]");
if (token !== null) {
  history.replaceState(null, "", location.pathname);
  if (field) field.value = token;
}
