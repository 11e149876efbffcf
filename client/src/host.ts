/** The host's pages work without this; it adds the picker, the rule in words, copying, and what can be hidden. */
import "./styles/tokens.css";
import "./styles/pages.css";
import "./styles/desk.css";

import { takeBrought } from "./brought";
import { CountryPicker, loadTerritories, sentence, TEXTS, type Rule, type Territories } from "./picker";

const all = <E extends Element>(selector: string, within: ParentNode = document): E[] => [...within.querySelectorAll<E>(selector)];

/** `data-shown-when="name=a,b"`: shown while the form's field of that name has one of the values. */
function showWhen(form: HTMLFormElement): void {
  const parts = all<HTMLElement>("[data-shown-when]", form);
  const update = (): void => {
    const data = new FormData(form);
    for (const part of parts) {
      const [name = "", values = ""] = (part.dataset["shownWhen"] ?? "").split("=");
      part.hidden = !values.split(",").includes(String(data.get(name) ?? ""));
    }
  };
  if (parts.length === 0) return;
  form.addEventListener("change", update);
  update();
}

function copyButtons(): void {
  for (const button of all<HTMLButtonElement>("[data-copy]")) {
    const source = document.querySelector<HTMLInputElement>(button.dataset["copy"] ?? "");
    if (!source || !navigator.clipboard) continue;
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(source.value).then(() => {
        button.textContent = TEXTS.copied;
        setTimeout(() => (button.textContent = label), 2000);
      });
    });
  }
  for (const field of all<HTMLInputElement>("[data-copy-source]")) field.addEventListener("focus", () => field.select());
}

/** A new meeting's time zone is proposed from the browser's; it can be changed, and nothing is sent before. */
function guessZone(): void {
  const select = document.querySelector<HTMLSelectElement>("form[data-guess-zone] select[name=time_zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select && [...select.options].some((option) => option.value === zone)) select.value = zone;
}

function appearance(): void {
  const select = document.querySelector<HTMLSelectElement>("[data-appearance]");
  if (!select) return;
  select.closest("label")?.removeAttribute("hidden");
  select.addEventListener("change", () => {
    const theme = select.value;
    document.cookie = `bw_theme=${theme};path=/;max-age=${theme ? 31536000 : 0};samesite=lax`;
    if (theme) document.documentElement.dataset["theme"] = theme;
    else delete document.documentElement.dataset["theme"];
  });
}

/** Menus close on Escape and on a press outside. */
function menus(): void {
  for (const menu of all<HTMLDetailsElement>("[data-menu]")) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
  }
}

function ruleOf(form: HTMLFormElement, picker: CountryPicker): Rule {
  const data = new FormData(form);
  return { mode: String(data.get("mode") ?? ""), territories: picker.value, undetermined: String(data.get("undetermined") ?? "") };
}

function ruleForm(form: HTMLFormElement, picker: CountryPicker, data: Territories): void {
  const card = form.querySelector<HTMLElement>("[data-sentence-card]");
  const text = form.querySelector<HTMLElement>("[data-sentence]");
  const result = form.querySelector<HTMLElement>("[data-dry-run-result]");
  const update = (): void => {
    const rule = ruleOf(form, picker);
    picker.mode = rule.mode === "deny" ? "deny" : "allow";
    const said = sentence(rule, data);
    if (card) card.hidden = said === "";
    if (text && text.textContent !== said) text.textContent = said;
    result?.replaceChildren();
  };
  form.addEventListener("change", update);
  update();
  const address = form.dataset["dryRun"];
  if (!address || !result) return;
  form.querySelector("[data-try]")?.addEventListener("click", () => void dryRun(address, ruleOf(form, picker), form, result));
}

/** Asks what the rule would do to those inside; the server answers in bands, or why it does not. */
async function dryRun(address: string, rule: Rule, form: HTMLFormElement, result: HTMLElement): Promise<void> {
  const token = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(rule) });
  const answer = (await response.json()) as Record<string, string>;
  if (!response.ok) {
    result.textContent = answer["detail"] ?? TEXTS.tryFailed;
    return;
  }
  const bands = [
    [TEXTS.stay, answer["stay"]],
    [TEXTS.go, answer["go"]],
    [TEXTS.undetermined, answer["undetermined"]],
  ];
  const row = document.createElement("dl");
  for (const [name = "", band = ""] of bands) {
    const part = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = name;
    value.textContent = band.replace("-", "–");
    part.append(value, term);
    row.append(part);
  }
  result.replaceChildren(row);
}

async function ruleForms(): Promise<void> {
  const forms = all<HTMLFormElement>("[data-rule-form]");
  if (forms.length === 0) return;
  const data = await loadTerritories();
  for (const form of forms) {
    const picker = form.querySelector("country-picker");
    if (picker instanceof CountryPicker) ruleForm(form, picker, data);
  }
}

takeBrought({ token: "[data-token]" });
all<HTMLFormElement>("form").forEach(showWhen);
copyButtons();
guessZone();
appearance();
menus();
void ruleForms();
