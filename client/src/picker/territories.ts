/** Countries and territories as /api/territories gives them: the server's list is the only one there is. */
export interface Territory {
  code: string;
  name: string;
  continent: string;
}

export interface Territories {
  territories: Territory[];
  continents: Record<string, string>;
  groups: Record<string, string[]>;
}

let loading: Promise<Territories> | undefined;

/** Loaded once a page; tried again after a failure. */
export function loadTerritories(url = "/api/territories"): Promise<Territories> {
  loading ??= fetch(url)
    .then((response) => {
      if (!response.ok) throw new Error(`territories: ${response.status}`);
      return response.json() as Promise<Territories>;
    })
    .catch((failure: unknown) => {
      loading = undefined;
      throw failure;
    });
  return loading;
}

const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();

/** Whether a search finds a territory: the beginning of a word of its name, or its code. */
export function matches(territory: Territory, search: string): boolean {
  const wanted = plain(search.trim());
  if (wanted === "" || territory.code.toLowerCase() === wanted) return true;
  const name = plain(territory.name);
  return name.startsWith(wanted) || name.split(/[^\p{Letter}]+/u).some((word) => word.startsWith(wanted)) || (wanted.includes(" ") && name.includes(wanted));
}

/** Codes from text like "DE, FR" or "DE FR". */
export function parse(text: string): string[] {
  return [...new Set(text.toUpperCase().split(/[^A-Z]+/).filter((code) => code.length === 2))].sort();
}
