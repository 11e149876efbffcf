/** What somebody kept out reads, in five languages: the server's own catalogues, so that a page and the room say the same. */
import en from "../../../src/bailiwick/notices/catalogues/en.json";

export { en };

export type ToldTexts = Readonly<typeof en>;
export type ToldKey = keyof ToldTexts;

/** BCP 47, English first; each by its own name. */
export const NAMES = { en: "English", fr: "Français", ar: "العربية", "zh-Hans": "简体中文", "zh-Hant": "繁體中文" } as const;
export type Tag = keyof typeof NAMES;
export const TAGS = Object.keys(NAMES) as Tag[];

const LOAD: Readonly<Record<Tag, () => Promise<ToldTexts>>> = {
  en: () => Promise.resolve(en),
  fr: () => import("../../../src/bailiwick/notices/catalogues/fr.json").then((found) => found.default),
  ar: () => import("../../../src/bailiwick/notices/catalogues/ar.json").then((found) => found.default),
  "zh-Hans": () => import("../../../src/bailiwick/notices/catalogues/zh-hans.json").then((found) => found.default),
  "zh-Hant": () => import("../../../src/bailiwick/notices/catalogues/zh-hant.json").then((found) => found.default),
};

/** A language's texts; English where they cannot be fetched. */
export async function toldTexts(tag: Tag): Promise<Told> {
  try {
    return new Told(tag, await LOAD[tag]());
  } catch {
    return ENGLISH;
  }
}

/** Texts with what goes with their language. */
export class Told {
  constructor(
    readonly tag: Tag,
    private readonly texts: ToldTexts,
  ) {}

  get dir(): "ltr" | "rtl" {
    return this.tag === "ar" ? "rtl" : "ltr";
  }

  text(key: ToldKey, values: Readonly<Record<string, string | number>> = {}): string {
    return this.texts[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
  }

  /** The word for a code of a closed vocabulary; one there is no word for, as it is. */
  word(kind: "kind" | "reason", code: string): string {
    return this.own(`${kind}.${code}`) ?? code;
  }

  /** Neutral: our own names come before CLDR's. */
  territory(code: string): string {
    return this.own(`territory.${code}`) ?? this.named(code) ?? code;
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.tag, { type: "conjunction" }).format(items);
  }

  private own(key: string): string | undefined {
    return Object.hasOwn(this.texts, key) ? this.texts[key as ToldKey] : undefined;
  }

  private named(code: string): string | undefined {
    return /^[A-Z]{2}$/.test(code) ? new Intl.DisplayNames([this.tag], { type: "region" }).of(code) : undefined;
  }
}

export const ENGLISH = new Told("en", en);

const TRADITIONAL: readonly string[] = ["hant", "tw", "hk", "mo"];

/** The first of these languages there are texts in; Chinese by its script, else by where it is written so. */
export function preferred(languages: readonly string[]): Tag {
  for (const wanted of languages) {
    const [first, ...rest] = wanted.toLowerCase().split("-");
    if (first === "zh")
      return !rest.includes("hans") && rest.some((part) => TRADITIONAL.includes(part)) ? "zh-Hant" : "zh-Hans";
    const found = TAGS.find((tag) => tag === first);
    if (found) return found;
  }
  return "en";
}
