/** What the proof page says. */
import { hex } from "./bytes";
import { NO_QUORUM } from "./policy";
import type { Outcome, Step, Verdict } from "./verify";

export const TEXTS = {
  policyMissing: "The server's policy could not be read. Paste the one you have.",
  noNumber: "Give the number of an entry.",
  noFiles: "Choose a proof and an entry.",
  proofTooLarge: "That file is too large for a proof.",
  entryTooLarge: "That file is too large for an entry.",
  notPublished: "The log has no published entry of that number.",
  otherEntry: "Not verified: the server answered with the proof of another entry than you asked for.",
  unreachable: "The log could not be read. Try again.",
  badPolicy: "The policy cannot be used",
  checking: "Checking…",
} as const;

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  verified: "Verified",
  refused: "Not verified",
  unable: "Your browser cannot check everything",
};

/** A proof that holds, where no witness vouches that everybody sees the same log. */
export const ALONE =
  "This entry stands in the log that this server signed. No witness cosigned it: whether everybody is shown the same log, only comparing with others can tell.";

/** A proof that holds, of an entry about another meeting. */
export const OTHER_MEETING =
  "This entry stands in the log, but it is not about the meeting that you were told. Whoever cited it at that meeting's door had no right to.";

/** An entry that stands in the log, and that two people did not approve. */
export const UNAPPROVED =
  "This entry stands in the log, and lacks the approvals that would give it effect: nobody follows it. The first step that fails is marked below.";

export const UNREAD =
  "This entry stands in the log, in this place. Who approved it cannot be checked here; the command bailiwick log verify does.";

export const EXPLANATIONS: Readonly<Record<Verdict, string>> = {
  verified: "This entry stands in the log, in this place, and cannot be taken back without everybody seeing it.",
  refused: "The proof does not hold for this entry. The first step that fails is marked below.",
  unable:
    "What it could check holds. This browser has no Ed25519 signatures; a newer one has them, and so has the command bailiwick log verify.",
};

export const NO_CRYPTO = "This browser cannot check anything here: open this page over https:// in a current browser.";

export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  right: "holds",
  wrong: "does not hold",
  absent: "not there",
  unable: "cannot be checked in this browser",
};

type Title = { readonly title: string; readonly detail?: string };

const ROOT_REASONS = {
  long: "There are more hashes in the proof than the tree has levels.",
  short: "There are too few hashes in the proof for a tree of this size.",
  outside: "The log has no entry of this number.",
  other: "Entry and hashes do not lead to the root that was signed. One of them was changed, or belongs to another place.",
} as const;

const LOG_REASONS = {
  "other-log": "The policy has no key for this log.",
  unsigned: "The log did not sign this checkpoint.",
  forged: "The log's signature does not fit this checkpoint: it was changed after it was signed.",
} as const;

/** A witness signs any 64 bits as its time; most of them are no date. */
function time(at: bigint): string {
  const date = new Date(Number(at) * 1000);
  if (Number.isNaN(date.getTime())) return `cosigned at second ${at}, which is no date`;
  return `cosigned on ${new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }).format(date)} UTC`;
}

/** A step as a person reads it. */
export function titled(step: Step): Title {
  switch (step.kind) {
    case "target":
      return target(step);
    case "file":
      if (step.index === undefined) return { title: "The file is no proof", detail: `The file cannot be read: ${step.reason ?? ""}.` };
      return { title: `The proof is for entry ${step.index.toLocaleString("en")} of ${(step.size ?? 0n).toLocaleString("en")}` };
    case "leaf":
      return { title: `The entry's ${step.length.toLocaleString("en")} bytes give a hash` };
    case "node":
      return { title: `Level ${step.level}: joined with its neighbour on the ${step.side}` };
    case "root":
      if (step.reason) return { title: "The root is another", detail: ROOT_REASONS[step.reason] };
      return { title: "The last hash is the root in the checkpoint" };
    case "log":
      return step.reason
        ? { title: `The signature of ${step.origin}`, detail: LOG_REASONS[step.reason] }
        : { title: `${step.origin} signed the checkpoint` };
    case "witness":
      return witness(step);
    case "quorum":
      if (step.quorum === NO_QUORUM) return { title: "The policy asks for no witnesses", detail: "Nobody but the server vouches that everybody sees this log." };
      return { title: step.outcome === "right" ? "Enough witnesses cosigned" : "Too few witnesses cosigned" };
    case "roll":
      return roll(step);
    case "approval":
      return approval(step);
    case "two":
      return { title: step.outcome === "right" ? "Two different keys approved it" : "It was not approved by two different keys" };
  }
}

function roll(step: Extract<Step, { kind: "roll" }>): Title {
  const count = step.count.toLocaleString("en");
  if (step.reason === "long") return { title: "Who approved it", detail: `The log has ${count} entries: too many for a page. The command bailiwick log verify checks it.` };
  if (step.reason === "other") return { title: "Whose keys count", detail: "The log's entries do not lead to the root that was signed, so they tell nothing." };
  return { title: `All ${count} entries of the log were read: they say whose keys count here` };
}

const APPROVAL_REASONS = {
  nobody: "The log does not name this key, before this entry, among those that may sign.",
  "not-signed": "It is not this key's signature over this entry, by somebody who was there and was verified.",
  malformed: "It is not written as an approval is.",
  right: "",
} as const;

function approval(step: Extract<Step, { kind: "approval" }>): Title {
  const named = step.added === undefined ? "" : ` It may sign by entry ${step.added.toLocaleString("en")}.`;
  const title = step.outcome === "right" ? "A passkey signed this entry" : "The signature of a passkey";
  return { title, detail: `Key ${step.key}.${named}${step.reason ? ` ${APPROVAL_REASONS[step.reason]}` : ""}` };
}

function target(step: Extract<Step, { kind: "target" }>): Title {
  const number = hex(step.meeting);
  if (step.outcome === "wrong") return { title: "The entry is about another meeting", detail: `Its commitment does not stand for meeting ${number} with this salt.` };
  return {
    title: "The entry is about the meeting that you were told",
    detail: `Its commitment stands for meeting ${number}. The same number is in the meeting's calendar invitations.`,
  };
}

function witness(step: Extract<Step, { kind: "witness" }>): Title {
  if (step.at !== undefined) return { title: `Witness ${step.name} ${time(step.at)}` };
  if (step.reason) return { title: `Witness ${step.name}`, detail: "It has a key of a kind that is not checked here." };
  if (step.outcome === "absent") return { title: `Witness ${step.name} did not cosign this checkpoint` };
  return { title: `The cosignature of witness ${step.name}` };
}
