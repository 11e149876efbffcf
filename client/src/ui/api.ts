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

/** What hosts and co-hosts with an account do over the JSON API. Rejects with `ApiFailed`. */
export interface RoomApi {
  setRule(rule: RuleSummary): Promise<void>;
  clearRule(): Promise<void>;
  tryRule(rule: RuleSummary): Promise<DryRun>;
  setWaitingRoom(on: boolean): Promise<void>;
}

export function roomApi(slug: string, csrf: string): RoomApi {
  const address = `/api/meetings/${encodeURIComponent(slug)}`;
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf };
    const request = { method, headers, credentials: "same-origin" as const };
    return answer(await fetch(address + path, body ? { ...request, body: JSON.stringify(body) } : request));
  };
  return {
    setRule: async (rule) => void (await call("PUT", "/rule", rule)),
    clearRule: async () => void (await call("DELETE", "/rule")),
    tryRule: async (rule) => (await call("POST", "/rule/dry-run", rule)) as DryRun,
    setWaitingRoom: async (on) => void (await call("PATCH", "", { waiting_room: on })),
  };
}

async function answer(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => null)) as { code?: unknown } | null;
  if (response.ok) return body;
  throw new ApiFailed(typeof body?.code === "string" ? body.code : "unknown");
}
