import { problemOf, readProblem, type Problem } from "./problem";

/** What the door said to `POST /m/<slug>/join`. */
export type DoorAnswer =
  | { readonly kind: "grant"; readonly outcome: "admitted" | "lobby"; readonly grant: string; readonly socket: string }
  /** What was to be taken back: a token of it. */
  | { readonly kind: "resume"; readonly token: string; readonly socket: string }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "unreachable" };

export interface Request {
  readonly slug: string;
  readonly name: string;
  readonly invitation: string | null;
  readonly csrf: string;
  /** The presence of one's own to go on with here, which another tab has taken over. */
  readonly takeBack: string | null;
}

/** Ask at the door. Never rejects: a network failure is the answer `unreachable`. */
export async function ask(request: Request): Promise<DoorAnswer> {
  try {
    const response = await fetch(`/m/${encodeURIComponent(request.slug)}/join`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": request.csrf },
      body: JSON.stringify({ name: request.name, invitation: request.invitation, take_back: request.takeBack }),
    });
    return await read(response);
  } catch {
    return { kind: "unreachable" };
  }
}

async function read(response: Response): Promise<DoorAnswer> {
  const retryAfter = seconds(response.headers.get("Retry-After"));
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const socket = String(body?.["socket"] ?? "/ws");
  if (response.ok && body && typeof body["resume"] === "string")
    return { kind: "resume", token: body["resume"], socket };
  if (response.ok && body && typeof body["grant"] === "string") {
    const outcome = body["outcome"] === "lobby" ? "lobby" : "admitted";
    return { kind: "grant", outcome, grant: body["grant"], socket };
  }
  if (body && typeof body["code"] === "string") return { kind: "problem", problem: readProblem(body, retryAfter) };
  return { kind: "problem", problem: problemOf(response.status >= 500 ? "unavailable" : "unknown", retryAfter) };
}

function seconds(header: string | null): number | null {
  const value = Number(header);
  return header !== null && Number.isFinite(value) && value >= 0 ? value : null;
}
