/** The page /log/verify: takes an entry and its proof, has them verified, shows each step. */
import "./styles/proof.css";

import { approved } from "./proof/approvals";
import { bundleAt, byNumber, get, Told, type Case } from "./proof/asking";
import { Malformed, text, toBase64, type Bytes } from "./proof/bytes";
import { parsePolicy, type Policy } from "./proof/policy";
import { FIRST_LINE } from "./proof/proof";
import { aboutMeeting, toldIn } from "./proof/target";
import { ALONE, EXPLANATIONS, NO_CRYPTO, OTHER_MEETING, OUTCOMES, TEXTS, titled, UNAPPROVED, UNREAD, VERDICTS } from "./proof/texts";
import { verdict, verify, type Step, type Verdict } from "./proof/verify";

const APPROVALS: ReadonlySet<string> = new Set(["roll", "approval", "two"]);
const MOST_PROOF = 2_000_000;
const MOST_ENTRY = 65_535;

/** What the address brought: a number, and behind the `#`, which is taken out of it, what somebody was told. */
const brought = { number: new URLSearchParams(location.search).get("entry"), told: toldIn(location.hash) };
if (location.hash) history.replaceState(null, "", location.pathname + location.search);

const one = <E extends Element>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(selector);
  return found;
};

async function byFiles(form: HTMLFormElement): Promise<Case> {
  const data = new FormData(form);
  const [proof, entry] = [data.get("proof"), data.get("entry_file")];
  if (!(proof instanceof File) || !(entry instanceof File) || proof.size === 0) throw new Told(TEXTS.noFiles);
  if (proof.size > MOST_PROOF) throw new Told(TEXTS.proofTooLarge);
  if (entry.size > MOST_ENTRY) throw new Told(TEXTS.entryTooLarge);
  return { proof: await bytesOf(proof), entry: await bytesOf(entry) };
}

const bytesOf = async (file: Blob): Promise<Bytes> => new Uint8Array(await file.arrayBuffer());

/** Files that are dropped find their field by what is in them. */
async function take(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    const begins = new TextDecoder().decode(await file.slice(0, FIRST_LINE.length).arrayBuffer());
    const holder = new DataTransfer();
    holder.items.add(file);
    one<HTMLInputElement>(begins === FIRST_LINE ? "#proof-file" : "#entry-file").files = holder.files;
  }
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, content = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}

/** The hashes of a step, by what they are. */
function hashes(step: Step): readonly (readonly [string, Bytes])[] {
  if (step.kind === "leaf") return [["hash", step.hash]];
  if (step.kind === "node") return [["neighbour", step.sibling], ["together", step.hash]];
  if (step.kind !== "root") return [];
  const signed = ["signed", step.expected] as const;
  return step.computed && step.outcome === "wrong" ? [["found", step.computed], signed] : [signed];
}

function item(step: Step): HTMLLIElement {
  const { title, detail } = titled(step);
  const made = element("li", `step ${step.outcome}`);
  const head = element("p", "step-title", title);
  head.append(element("span", "step-outcome", OUTCOMES[step.outcome]));
  made.append(head);
  if (detail) made.append(element("p", "fine", detail));
  const list = element("dl", "step-hashes");
  for (const [name, hash] of hashes(step)) list.append(element("dt", "", name), element("dd", "", toBase64(hash)));
  if (list.childElementCount > 0) made.append(list);
  return made;
}

/** The entry as people read it: JSON on several lines, other text as it is, other bytes as Base64. */
function readable(entry: Bytes): string {
  try {
    const plain = text(entry);
    try {
      return JSON.stringify(JSON.parse(plain), null, 2);
    } catch {
      return plain;
    }
  } catch {
    return toBase64(entry);
  }
}

async function policyOf(source: string): Promise<Policy> {
  try {
    return await parsePolicy(source.endsWith("\n") ? source : `${source}\n`);
  } catch (error) {
    if (error instanceof Malformed) throw new Told(`${TEXTS.badPolicy}: ${error.message}.`);
    throw error;
  }
}

function show(steps: readonly Step[], entry: Bytes): void {
  const found = verdict(steps);
  const result = one<HTMLElement>("[data-result]");
  result.dataset["verdict"] = found;
  one("#verdict").textContent = VERDICTS[found];
  const alone = found === "verified" && !steps.some((step) => step.kind === "witness" && step.outcome === "right");
  one("[data-explanation]").textContent = alone ? ALONE : explained(steps, found);
  one("[data-entry]").textContent = readable(entry);
  one("[data-steps]").replaceChildren(...steps.map(item));
  result.hidden = false;
  result.focus();
}

/** An entry that is about another meeting than somebody was told may be in the log all the same. */
function explained(steps: readonly Step[], found: Verdict): string {
  const others = steps.filter((step) => step.kind !== "target");
  if (found === "refused" && verdict(others) === "verified") return OTHER_MEETING;
  const proven = verdict(others.filter((step) => !APPROVALS.has(step.kind))) === "verified";
  if (proven && found === "refused") return UNAPPROVED;
  return proven && found === "unable" ? UNREAD : EXPLANATIONS[found];
}

async function check(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  const number = String(data.get("number") ?? "").trim();
  const policy = await policyOf(String(data.get("policy") ?? ""));
  const { proof, entry } = await (data.get("from") === "files" ? byFiles(form) : byNumber(form.dataset["log"] ?? "", number));
  const told = data.get("from") === "number" && number === brought.number ? brought.told : null;
  const steps: Step[] = told ? [await aboutMeeting(entry, told)] : [];
  for await (const step of verify(proof, entry, policy)) steps.push(step);
  if (data.get("from") === "number" && verdict(steps) === "verified")
    for await (const step of approved(proof, entry, policy, bundleAt(form.dataset["log"] ?? ""))) steps.push(step);
  show(steps, entry);
}

async function submit(form: HTMLFormElement): Promise<void> {
  const button = one<HTMLButtonElement>("[data-check]");
  const error = one<HTMLElement>("[data-error]");
  if (button.disabled) return;
  button.disabled = true;
  error.textContent = "";
  one<HTMLElement>("[data-result]").hidden = true;
  one("[data-status]").textContent = TEXTS.checking;
  try {
    await check(form);
  } catch (reason) {
    if (!(reason instanceof Told) && !(reason instanceof Malformed)) throw reason;
    error.textContent = reason.message;
  } finally {
    one("[data-status]").textContent = "";
    button.disabled = false;
  }
}

function dropping(form: HTMLFormElement): void {
  const zone = one<HTMLElement>("[data-drop]");
  for (const kind of ["dragover", "drop", "dragleave"])
    form.addEventListener(kind, (event) => {
      zone.classList.toggle("over", kind === "dragover");
      if (kind !== "dragleave") event.preventDefault();
    });
  form.addEventListener("drop", (event) => {
    const files = (event as DragEvent).dataTransfer?.files ?? [];
    one<HTMLInputElement>("[name=from][value=files]").click();
    void take(files);
  });
}

async function begin(): Promise<void> {
  const form = one<HTMLFormElement>("[data-proof-form]");
  if ((globalThis.crypto as Crypto | undefined)?.subtle === undefined) {
    one("[data-error]").textContent = NO_CRYPTO;
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form);
  });
  dropping(form);
  const policy = await get(`${form.dataset["log"] ?? ""}policy`).catch(() => null);
  if (policy) one<HTMLTextAreaElement>("[name=policy]").value = text(policy);
  else one("[data-error]").textContent = TEXTS.policyMissing;
  one<HTMLButtonElement>("[data-check]").disabled = false;
  if (brought.number === null) return;
  one<HTMLInputElement>("[name=number]").value = brought.number;
  await submit(form);
}

void begin();
