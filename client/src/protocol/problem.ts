/**
 * Why somebody is out: an RFC 9457 object, the same from the door (403, 409, 410, 429, 451, 503) as in the
 * `removed` message. It never names the country somebody was seen in.
 */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  /** Who set the rule: of `refused_by_rule`. */
  readonly setter: "host" | "server" | null;
  /** Seconds until another try makes sense: of `rate_limited`, `unavailable`, `full`. */
  readonly retryAfter: number | null;
  /** When it ends by itself, if it does: of `blocked`. */
  readonly expiresAt: string | null;
  /** What each restriction says of itself: of `withheld`. */
  readonly restrictions: readonly RestrictionFacts[];
  /** Where to object, and where all of it is public: of `withheld`. */
  readonly appealUrl: string | null;
  readonly registerUrl: string | null;
  /** For an appeal: what was decided, signed. Opaque. */
  readonly receipt: string | null;
}

/** RFC 7725: who demanded it, under which law, where and until when it holds, and where to check that. */
export interface RestrictionFacts {
  readonly id: string;
  readonly authority: { readonly name: string; readonly state: string; readonly kind: string };
  readonly legalBasis: string;
  readonly reasons: readonly string[];
  readonly territory: readonly string[];
  readonly effectiveFrom: string | null;
  readonly expiresAt: string | null;
  readonly documentUrl: string | null;
  /** The entry's place in the public log. */
  readonly log: { readonly origin: string; readonly index: number } | null;
  readonly proofUrl: string | null;
  readonly verifyUrl: string | null;
}

type Raw = Readonly<Record<string, unknown>>;

/** Read a problem object, forgiving: whatever is missing, the code and a status remain. */
export function readProblem(raw: Raw, retryAfter: number | null = null): Problem {
  const code = text(raw["code"]) ?? "unknown";
  const setter = raw["setter"];
  return {
    code,
    title: text(raw["title"]) ?? "",
    detail: text(raw["detail"]) ?? "",
    status: typeof raw["status"] === "number" ? raw["status"] : 0,
    setter: setter === "host" || setter === "server" ? setter : null,
    retryAfter: typeof raw["retry_after"] === "number" ? raw["retry_after"] : retryAfter,
    expiresAt: code === "blocked" ? text(raw["expires_at"]) : null,
    restrictions: code === "withheld" ? objects(raw["restrictions"]).map(restrictionFacts) : [],
    appealUrl: code === "withheld" ? webAddress(raw["appeal_url"]) : null,
    registerUrl: code === "withheld" ? webAddress(raw["register_url"]) : null,
    receipt: text(raw["receipt"]),
  };
}

/** A problem of our own making, when the server could not give one. */
export function problemOf(code: string, retryAfter: number | null = null): Problem {
  return readProblem({ code }, retryAfter);
}

function restrictionFacts(raw: Raw): RestrictionFacts {
  const by = object(raw["authority"]);
  const log = object(raw["log"]);
  const origin = text(log["origin"]);
  const index = log["index"];
  return {
    id: text(raw["restriction"]) ?? "",
    authority: { name: text(by["name"]) ?? "", state: text(by["state"]) ?? "", kind: text(by["kind"]) ?? "" },
    legalBasis: text(raw["legal_basis"]) ?? "",
    reasons: texts(raw["reasons"]),
    territory: texts(raw["territory"]),
    effectiveFrom: text(raw["effective_from"]),
    expiresAt: text(raw["expires_at"]),
    documentUrl: webAddress(raw["document_url"]),
    log: origin && typeof index === "number" ? { origin, index } : null,
    proofUrl: webAddress(log["proof_url"]),
    verifyUrl: webAddress(log["verify_url"]),
  };
}

function object(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function objects(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Only paths of ours and https addresses become links. */
function webAddress(value: unknown): string | null {
  const address = text(value);
  return address && /^(https?:\/\/|\/(?!\/))/.test(address) ? address : null;
}
