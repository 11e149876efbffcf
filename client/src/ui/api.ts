import type { RuleSummary } from "../protocol/messages";

/** How many of those present a rule would keep or remove, in bands (DESIGN.md: no oracle). */
export interface DryRun {
  readonly stay: string;
  readonly go: string;
  readonly undetermined: string;
}

/** The API refused; `code` as in docs/reference/errors.md, `offline` without an answer. */
export class ApiFailed extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** The host's access rule, over the JSON API. */
export interface RoomApi {
  rule(): Promise<RuleSummary | null>;
  setRule(rule: RuleSummary): Promise<void>;
  clearRule(): Promise<void>;
  tryRule(rule: RuleSummary): Promise<DryRun>;
}

export function roomApi(slug: string, csrf: string): RoomApi {
  const address = `/api/meetings/${encodeURIComponent(slug)}/rule`;
  const call = async (method: string, path = "", body?: unknown): Promise<unknown> => {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf };
    const request = { method, headers, credentials: "same-origin" as const };
    return answer(await fetch(address + path, body ? { ...request, body: JSON.stringify(body) } : request));
  };
  return {
    rule: async () => asRule(await call("GET")),
    setRule: async (rule) => void (await call("PUT", "", rule)),
    clearRule: async () => void (await call("DELETE")),
    tryRule: async (rule) => (await call("POST", "/dry-run", rule)) as DryRun,
  };
}

async function answer(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => null)) as { code?: unknown } | null;
  if (response.ok) return body;
  throw new ApiFailed(typeof body?.code === "string" ? body.code : "unknown");
}

function asRule(value: unknown): RuleSummary | null {
  return typeof value === "object" && value !== null && "mode" in value ? (value as RuleSummary) : null;
}
