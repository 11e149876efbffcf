/** `<country-picker>`: choosing countries and territories by search, list, groups or map. Framework-free.
 *
 * Attributes and properties: `value` (codes; the attribute separated by commas), `mode` ("allow" or "deny", the
 * map's colour), `name` (takes part in a form), `src` (where the list comes from). Fires `change` when a person
 * changes the choice. Without scripts, what stands between its tags is used instead.
 *
 * Keyboard: the search field, then the list as one stop: arrows, Home and End move, Space and Enter choose. */
import { worldMap, type WorldMap } from "./map";
import { STYLE } from "./style";
import { loadTerritories, matches, parse, type Territories, type Territory } from "./territories";
import { TEXTS, type Texts } from "./texts";

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

export class CountryPicker extends HTMLElement {
  static readonly formAssociated = true;
  static readonly observedAttributes = ["value", "mode"];

  texts: Texts = TEXTS;
  readonly #root = this.attachShadow({ mode: "open", delegatesFocus: true });
  readonly #internals = this.attachInternals();
  readonly #chosen = new Set<string>();
  readonly #options = new Map<string, HTMLElement>();
  readonly #presets = new Map<HTMLButtonElement, string[]>();
  #data: Territories | undefined;
  #map: WorldMap | undefined;
  #search = make("input", "search");
  #list = make("div", "list");
  #count = make("span", "");
  #chips = make("ul", "chips");
  #clear = make("button", "clear");
  #empty = make("p", "empty");
  #status = make("div", "visually-hidden");

  /** The codes chosen, sorted. */
  get value(): string[] {
    return [...this.#chosen].sort();
  }

  set value(codes: string[]) {
    if (codes.length === this.#chosen.size && codes.every((code) => this.#chosen.has(code))) return;
    this.#chosen.clear();
    for (const code of codes) this.#chosen.add(code);
    this.#show();
  }

  get mode(): "allow" | "deny" {
    return this.getAttribute("mode") === "deny" ? "deny" : "allow";
  }

  set mode(mode: "allow" | "deny") {
    if (this.getAttribute("mode") !== mode) this.setAttribute("mode", mode);
  }

  attributeChangedCallback(name: string, _before: string | null, text: string | null): void {
    if (name === "value" && text !== null) this.value = parse(text);
  }

  connectedCallback(): void {
    if (this.#root.childElementCount > 0) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    void this.#start();
  }

  /** A form's reset. */
  formResetCallback(): void {
    this.value = parse(this.getAttribute("value") ?? "");
  }

  async #start(): Promise<void> {
    try {
      this.#data = await loadTerritories(this.getAttribute("src") ?? undefined);
    } catch {
      this.#internals.setFormValue(null); // the field between the tags takes over
      this.#root.replaceChildren(make("p", "", this.texts.failed), document.createElement("slot"));
      return;
    }
    this.#build(this.#data);
    this.#show();
    this.dispatchEvent(new Event("ready"));
    this.#map = await worldMap(
      (code) => this.#toggle(code),
      (code) => this.#nameOf(code),
    );
    this.#root.querySelector(".map")?.prepend(this.#map.element);
    this.#show();
  }

  #build(data: Territories): void {
    this.replaceChildren(); // the field for browsers without scripts: this element is in the form now
    this.#search.type = "search";
    this.#search.placeholder = this.texts.search;
    this.#search.setAttribute("aria-label", this.texts.search);
    this.#search.setAttribute("aria-controls", "list");
    this.#search.autocomplete = "off";
    this.#search.spellcheck = false;
    this.#search.addEventListener("input", () => this.#filter());
    this.#search.addEventListener("keydown", (event) => this.#onSearchKey(event));
    this.#list.id = "list";
    this.#list.role = "listbox";
    this.#list.ariaMultiSelectable = "true";
    this.#list.ariaLabel = this.texts.list;
    this.#list.addEventListener("click", (event) => this.#onPress(event));
    this.#list.addEventListener("keydown", (event) => this.#onListKey(event));
    for (const [continent, name] of Object.entries(data.continents)) this.#list.append(this.#group(data, continent, name));
    this.#empty.textContent = this.texts.noMatch;
    this.#empty.hidden = true;
    this.#list.append(this.#empty);
    this.#roving(this.#visible()[0]);
    this.#clear.type = "button";
    this.#clear.textContent = this.texts.clear;
    this.#clear.addEventListener("click", () => this.#set([], this.texts.chosenNone));
    this.#status.role = "status";
    const summary = make("div", "summary", make("p", "count", this.#count, this.#clear), this.#chips);
    const map = make("div", "map", make("p", "note", this.texts.mapNote));
    const choose = make("div", "choose", this.#search, this.#presetRow(data), this.#list);
    this.#root.replaceChildren(make("div", "frame", choose, map, summary), this.#status);
  }

  #group(data: Territories, continent: string, name: string): HTMLElement {
    const title = make("div", "group-name", name);
    title.id = `group-${continent}`;
    const group = make("div", "group", title);
    group.role = "group";
    group.setAttribute("aria-labelledby", title.id);
    for (const territory of data.territories) if (territory.continent === continent) group.append(this.#option(territory));
    return group;
  }

  #option(territory: Territory): HTMLElement {
    const option = make("div", "option", make("span", "box"), make("span", "name", territory.name), " ", make("span", "code", territory.code));
    option.role = "option";
    option.dataset["code"] = territory.code;
    option.tabIndex = -1;
    this.#options.set(territory.code, option);
    return option;
  }

  #presetRow(data: Territories): HTMLElement {
    const row = make("div", "presets");
    row.role = "group";
    row.ariaLabel = this.texts.presets;
    const add = (text: string, codes: string[]): void => {
      const button = make("button", "preset", text);
      button.type = "button";
      button.addEventListener("click", () => this.#togglePreset(text, codes));
      this.#presets.set(button, codes);
      row.append(button);
    };
    for (const [name, codes] of Object.entries(data.groups)) add(this.texts.groups[name] ?? name, codes);
    for (const [continent, name] of Object.entries(data.continents)) {
      if (continent === "AN") continue; // nobody lives there; it is in the list
      add(name, data.territories.filter((territory) => territory.continent === continent).map(({ code }) => code));
    }
    return row;
  }

  #nameOf(code: string): string {
    return this.#data?.territories.find((territory) => territory.code === code)?.name ?? code;
  }

  #togglePreset(name: string, codes: string[]): void {
    const all = codes.every((code) => this.#chosen.has(code));
    const rest = this.value.filter((code) => !codes.includes(code));
    const next = all ? rest : [...rest, ...codes];
    this.#set(next, all ? this.texts.removed(name, next.length) : this.texts.added(name, next.length));
  }

  #toggle(code: string): void {
    const had = this.#chosen.has(code);
    const next = had ? this.value.filter((one) => one !== code) : [...this.value, code];
    const say = had ? this.texts.removed : this.texts.added;
    this.#set(next, say(this.#nameOf(code), next.length));
  }

  /** A person changed the choice. */
  #set(codes: string[], said: string): void {
    this.value = codes;
    this.#status.textContent = said;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #show(): void {
    this.#internals.setFormValue(this.value.join(","));
    const count = this.#chosen.size;
    this.#count.textContent = count === 0 ? this.texts.chosenNone : this.texts.chosen(count);
    this.#clear.hidden = count === 0;
    for (const [code, option] of this.#options) option.ariaSelected = String(this.#chosen.has(code));
    for (const [button, codes] of this.#presets) button.ariaPressed = String(codes.every((code) => this.#chosen.has(code)));
    const named = this.value.map((code) => [this.#nameOf(code), code] as const).sort(([a], [b]) => a.localeCompare(b));
    this.#chips.replaceChildren(...named.map(([name, code]) => this.#chip(code, name)));
    this.#map?.show(this.#chosen, this.texts.map(count));
  }

  #chip(code: string, name: string): HTMLElement {
    const remove = make("button", "", "×");
    remove.type = "button";
    remove.ariaLabel = this.texts.remove(name);
    remove.addEventListener("click", () => {
      this.#toggle(code);
      (this.#chips.querySelector("button") ?? this.#search).focus();
    });
    return make("li", "chip", name, remove);
  }

  #visible(): HTMLElement[] {
    return [...this.#options.values()].filter((option) => !option.hidden);
  }

  #filter(): void {
    const search = this.#search.value;
    for (const territory of this.#data?.territories ?? []) {
      const option = this.#options.get(territory.code);
      if (option) option.hidden = !matches(territory, search);
    }
    for (const group of this.#list.querySelectorAll<HTMLElement>(".group")) group.hidden = !group.querySelector(".option:not([hidden])");
    const found = this.#visible();
    this.#empty.hidden = found.length > 0;
    this.#roving(found[0]);
    this.#list.scrollTop = 0;
    this.#status.textContent = search.trim() === "" ? "" : this.texts.matches(found.length);
  }

  /** The one option that Tab stops at. */
  #roving(option: HTMLElement | undefined): void {
    for (const one of this.#options.values()) one.tabIndex = one === option ? 0 : -1;
  }

  #focus(option: HTMLElement | undefined): void {
    if (!option) return;
    this.#roving(option);
    option.focus();
  }

  #onPress(event: Event): void {
    const option = (event.target as Element).closest<HTMLElement>(".option");
    const code = option?.dataset["code"];
    if (!option || !code) return;
    this.#roving(option);
    this.#toggle(code);
  }

  #onSearchKey(event: KeyboardEvent): void {
    const first = this.#visible()[0];
    if (event.key === "ArrowDown") this.#focus(first);
    else if (event.key === "Enter") {
      const search = this.#search.value.trim().toUpperCase();
      const found = this.#options.has(search) ? search : first?.dataset["code"];
      if (search !== "" && found) this.#toggle(found);
    } else return;
    event.preventDefault(); // Enter would send the form
  }

  #onListKey(event: KeyboardEvent): void {
    const options = this.#visible();
    const current = options.indexOf(event.target as HTMLElement);
    const code = options[current]?.dataset["code"];
    const steps: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: options.length - 1 };
    const step = steps[event.key];
    if (step !== undefined) {
      if (step < 0) this.#search.focus();
      else this.#focus(options[Math.min(step, options.length - 1)]);
    } else if ((event.key === " " || event.key === "Enter") && code) this.#toggle(code);
    else return;
    event.preventDefault();
  }
}

if (!customElements.get("country-picker")) customElements.define("country-picker", CountryPicker);
