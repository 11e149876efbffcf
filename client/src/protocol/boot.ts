import type { RuleSummary } from "./messages";

/** What the server wrote into the room's page (`<script type="application/json" id="boot">`). */
export interface Boot {
  readonly slug: string;
  readonly title: string;
  readonly siteName: string;
  readonly status: "open" | "ended" | "not_started";
  readonly startsAt: string | null;
  readonly rule: RuleSummary | null;
  readonly serverRule: boolean;
  readonly waitingRoom: boolean;
  readonly account: { readonly name: string } | null;
  readonly runs: boolean;
  readonly csrf: string;
  readonly language: string;
  readonly dir: "ltr" | "rtl";
}

const EMPTY: Boot = {
  slug: "",
  title: "",
  siteName: "Bailiwick",
  status: "open",
  startsAt: null,
  rule: null,
  serverRule: false,
  waitingRoom: false,
  account: null,
  runs: false,
  csrf: "",
  language: "en",
  dir: "ltr",
};

/** Read the boot data of `page`. Throws when there is none: the page is not a room. */
export function readBoot(page: Document): Boot {
  const text = page.getElementById("boot")?.textContent;
  if (!text) throw new Error("the page has no boot data");
  return { ...EMPTY, ...(JSON.parse(text) as Partial<Boot>) };
}

/** The token of a personal invitation link, `/m/<slug>#i=<token>`: a fragment never reaches a server's log. */
export function invitationIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("i");
}
