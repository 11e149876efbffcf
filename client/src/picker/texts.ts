/** What the picker and the host's pages say; set `texts` on the element for another language. */
export const TEXTS = {
  search: "Search by name or code",
  list: "Countries and territories",
  presets: "Choose a group",
  clear: "Clear",
  chosenNone: "Nothing chosen yet",
  chosen: (count: number): string => (count === 1 ? "1 chosen" : `${count} chosen`),
  matches: (count: number): string => (count === 1 ? "1 match" : `${count} matches`),
  noMatch: "No country or territory has this name or code.",
  added: (name: string, count: number): string => `${name} added, ${count} chosen`,
  removed: (name: string, count: number): string => `${name} removed, ${count} chosen`,
  remove: (name: string): string => `Remove ${name}`,
  groups: { EU: "European Union", EEA: "European Economic Area" } as Record<string, string>,
  map: (count: number): string => `World map; ${count} countries and territories are coloured`,
  mapNote: "Borders as Natural Earth draws them. A rule goes by country codes, not by this map.",
  copied: "Copied",
  stay: "would stay",
  go: "would have to leave",
  undetermined: "cannot be located",
  tryFailed: "That did not work. Try again.",
  failed: "The list of countries could not be loaded. Load the page again.",
};

export type Texts = typeof TEXTS;
