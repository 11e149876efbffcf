/**
 * The page to object on works without this. It hides itself, and takes what stands behind the # into its fields:
 * the key to an answer, a restriction's number, a host's meeting. A fragment is never sent; it is taken out of the
 * address at once, so that it stays in no history.
 */
import "./styles/tokens.css";
import "./styles/pages.css";
import "./styles/told.css";
import "./styles/appeal.css";

import { takeBrought } from "./brought";
import { hide, hideOnEscape } from "./hide";

hideOnEscape();
for (const way of document.querySelectorAll<HTMLAnchorElement>("[data-hide]"))
  way.addEventListener("click", (event) => {
    event.preventDefault();
    hide();
  });

takeBrought({ token: "[data-token]", restriction: '[name="restriction"]', meeting: '[name="meeting"]' });

for (const key of document.querySelectorAll<HTMLTextAreaElement>("[data-copy-source]"))
  key.addEventListener("focus", () => key.select());
