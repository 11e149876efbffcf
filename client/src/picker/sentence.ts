/** What a rule will do, in words: the same sentences as src/bailiwick/web/sentences.py. */
import type { Territories } from "./territories";

export interface Rule {
  mode: string;
  territories: string[];
  undetermined: string;
}

const UNDETERMINED: Record<string, string> = {
  admit: "Where it cannot be told where somebody is, they can come in.",
  waiting_room: "Where it cannot be told where somebody is, they wait until a host lets them in.",
  refuse: "Where it cannot be told where somebody is, they are refused.",
};

const NAMED = 6;

/** "France or Germany", "the European Union", "one of 14 countries and territories (…)". */
export function place(codes: string[], data: Territories): string {
  const wanted = [...codes].sort().join();
  if (wanted === data.groups["EU"]?.join()) return "the European Union";
  if (wanted === data.groups["EEA"]?.join()) return "the European Economic Area";
  const names = data.territories.filter(({ code }) => codes.includes(code)).map(({ name }) => name);
  if (names.length > NAMED) {
    const rest = names.length - 3;
    return `one of ${names.length} countries and territories (${names.slice(0, 3).join(", ")} and ${rest} more)`;
  }
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

/** The whole rule in two sentences; empty while something is not chosen. */
export function sentence(rule: Rule, data: Territories): string {
  const then = UNDETERMINED[rule.undetermined];
  if (rule.territories.length === 0 || then === undefined) return "";
  const where = place(rule.territories, data);
  if (rule.mode === "allow") return `Only people located in ${where} can come in; everybody else is refused. ${then}`;
  return `Everybody can come in except people located in ${where}. ${then}`;
}
