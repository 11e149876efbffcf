/** Which logs and witnesses are believed, and how many of them: c2sp.org/tlog-policy. */
import { decimal, Malformed } from "./bytes";
import { COSIGNATURE, ED25519, ML_DSA_44, parseKey, type Key } from "./notes";

export interface Witness {
  readonly name: string;
  readonly key: Key;
}

export interface Group {
  readonly name: string;
  readonly least: number;
  readonly members: readonly string[];
}

export interface Policy {
  readonly logs: readonly Key[];
  readonly witnesses: readonly Witness[];
  readonly groups: readonly Group[];
  readonly quorum: string;
}

export const NO_QUORUM = "none";

class Reader {
  readonly logs: Key[] = [];
  readonly witnesses: Witness[] = [];
  readonly groups: Group[] = [];
  quorum: string | null = null;
  /** Defined names, and whether a group has them already. */
  private readonly names = new Map<string, boolean>();
  private readonly keys = new Set<string>();

  async line(words: readonly string[]): Promise<void> {
    const [kind, name = "", ...rest] = words;
    if (kind === "log" && name && rest.length <= 1) this.logs.push(await this.key(name, [ED25519, ML_DSA_44]));
    else if (kind === "witness" && rest[0] !== undefined && rest.length <= 2)
      await this.witness(name, rest[0]);
    else if (kind === "group" && rest.length >= 2) this.group(name, rest[0] ?? "", rest.slice(1));
    else if (kind === "quorum" && name && rest.length === 0 && this.quorum === null) this.decide(name);
    else throw new Malformed("a line of the policy defines nothing");
  }

  private async key(vkey: string, kinds: readonly number[]): Promise<Key> {
    const key = await parseKey(vkey);
    const known = String(key.public);
    if (!kinds.includes(key.kind) || this.keys.has(known)) throw new Malformed("a key is listed twice, or is of the wrong kind");
    this.keys.add(known);
    return key;
  }

  private async witness(name: string, vkey: string): Promise<void> {
    this.define(name);
    this.witnesses.push({ name, key: await this.key(vkey, [COSIGNATURE, ML_DSA_44]) });
  }

  private group(name: string, word: string, members: readonly string[]): void {
    const least = word === "any" ? 1 : word === "all" ? members.length : Number(decimal(word));
    if (least < 1 || least > members.length) throw new Malformed("a group needs at least one and at most all of its members");
    for (const member of members) {
      if (this.names.get(member) !== false) throw new Malformed("a group's member is defined before it, and in one group only");
      this.names.set(member, true);
    }
    this.define(name);
    this.groups.push({ name, least, members });
  }

  private decide(name: string): void {
    if (name !== NO_QUORUM && !this.names.has(name)) throw new Malformed("the quorum is not defined before it");
    this.quorum = name;
  }

  private define(name: string): void {
    if (name === NO_QUORUM || this.names.has(name)) throw new Malformed("a name is defined twice");
    this.names.set(name, false);
  }
}

export async function parsePolicy(source: string): Promise<Policy> {
  if (!source.endsWith("\n") || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(source)) throw new Malformed("a policy is lines of plain text");
  const reader = new Reader();
  for (const line of source.split("\n")) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length > 0 && !words[0]?.startsWith("#")) await reader.line(words);
  }
  const { logs, witnesses, groups, quorum } = reader;
  if (quorum === null) throw new Malformed("a policy says what the quorum is");
  return { logs, witnesses, groups, quorum };
}

/** Whether cosignatures by the witnesses of these names are enough: "Defining the quorum". */
export function quorumMet(policy: Policy, witnesses: Iterable<string>): boolean {
  const met = new Set(witnesses);
  for (const group of policy.groups)
    if (group.members.filter((member) => met.has(member)).length >= group.least) met.add(group.name);
  return policy.quorum === NO_QUORUM || met.has(policy.quorum);
}
