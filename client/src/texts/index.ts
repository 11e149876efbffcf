import { computed, signal } from "@preact/signals";

import { en } from "./en";

/** A text, or its forms by the plural rules of its language (CLDR: zero, one, two, few, many, other). */
export type Entry = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string });
export type TextKey = keyof typeof en;
export type Catalogue = Readonly<Record<TextKey, Entry>>;
export type Values = Readonly<Record<string, string | number>>;

/** Catalogues other than English are fetched when they are needed: `{ ca: () => import("./ca").then((m) => m.ca) }`. */
const CATALOGUES: Readonly<Record<string, () => Promise<Catalogue>>> = {};

const language = signal("en");
const catalogue = signal<Catalogue>(en);
const numbers = computed(() => new Intl.NumberFormat(language.value));
const plurals = computed(() => new Intl.PluralRules(language.value));

/** Speak `wanted` if there is a catalogue for it, else English. */
export async function speak(wanted: string): Promise<void> {
  const load = CATALOGUES[wanted] ?? CATALOGUES[wanted.split("-")[0] ?? ""];
  if (load) catalogue.value = await load();
  language.value = load ? wanted : "en";
}

/** Let the browser load the language's data while nobody waits for it: the first number costs tens of milliseconds. */
export function warmTexts(): void {
  plurals.peek().select(Number(numbers.peek().format(0).length));
}

/** The text of `key`; `{name}` becomes `values.name`, and `values.count` chooses the plural form. */
export function t(key: TextKey, values: Values = {}): string {
  const entry: Entry = catalogue.value[key];
  return (typeof entry === "string" ? entry : plural(entry, values)).replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : typeof value === "number" ? numbers.value.format(value) : value;
  });
}

/** Whether there is a text for `key`, e.g. one made of a code the server sent. */
export function isText(key: string): key is TextKey {
  return Object.hasOwn(catalogue.value, key);
}

function plural(entry: Exclude<Entry, string>, values: Values): string {
  const form = plurals.value.select(Number(values["count"] ?? 0));
  return entry[form] ?? entry.other;
}

export function list(items: readonly string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(items);
}

export function clock(at: number): string {
  return new Intl.DateTimeFormat(language.value, { hour: "2-digit", minute: "2-digit" }).format(at);
}

export function day(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** Neutral names where CLDR's are not (DESIGN.md, territory codes). */
const NEUTRAL: Readonly<Record<string, TextKey>> = {
  CN: "territory.CN",
  HK: "territory.HK",
  MO: "territory.MO",
  TW: "territory.TW",
};

export function territory(code: string): string {
  const own = NEUTRAL[code];
  if (own) return t(own);
  return new Intl.DisplayNames([language.value], { type: "region" }).of(code) ?? code;
}
