import { afterEach, describe, expect, it, vi } from "vitest";

import { byNumber, get, Told } from "../../src/proof/asking";
import { utf8, type Bytes } from "../../src/proof/bytes";
import { TEXTS } from "../../src/proof/texts";
import { ENTRY, PROOF } from "./vector";

/** What the server answers, by address; anything else is not there. */
function serve(files: Readonly<Record<string, Bytes | Response>>): void {
  vi.stubGlobal("fetch", (address: string) => {
    const found = files[address];
    return Promise.resolve(found instanceof Response ? found : new Response(found ?? null, { status: found ? 200 : 404 }));
  });
}

/** The log's first entries, each after its length. */
const bundle = (...entries: readonly string[]): Bytes => Uint8Array.from(entries.flatMap((entry) => [0, entry.length, ...utf8(entry)]));

const FILES = { "/log/proof/5": utf8(PROOF), "/log/tile/entries/000.p/11": bundle("0", "1", "2", "3", "4", ENTRY) };

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an entry asked for by its number", () => {
  it("comes with its proof, out of the bundle that the proof leads to", async () => {
    serve(FILES);
    expect(await byNumber("/log/", "5")).toEqual({ proof: utf8(PROOF), entry: utf8(ENTRY) });
  });

  it("comes from the full bundle once there is one", async () => {
    serve({ "/log/proof/5": utf8(PROOF), "/log/tile/entries/000": FILES["/log/tile/entries/000.p/11"] });
    expect((await byNumber("/log/", "5")).entry).toEqual(utf8(ENTRY));
  });

  it("is not another one, however sound the proof of that is", async () => {
    serve({ ...FILES, "/log/proof/7": utf8(PROOF) });
    await expect(byNumber("/log/", "7")).rejects.toThrow(new Told(TEXTS.otherEntry));
  });

  it.each(["", "-1", "05", "1e3", "0x5", "9".repeat(19)])("is a number (%j is none)", async (number) => {
    serve(FILES);
    await expect(byNumber("/log/", number)).rejects.toThrow(new Told(TEXTS.noNumber));
  });

  it("may not be published", async () => {
    serve(FILES);
    await expect(byNumber("/log/", "6")).rejects.toThrow(new Told(TEXTS.notPublished));
  });
});

describe("a server that does not answer", () => {
  const broken = (): Response => new Response(new ReadableStream({ start: (to) => to.error(new TypeError("broke off")) }));

  it.each([
    ["is down", () => Promise.reject(new TypeError("refused"))],
    ["fails", () => Promise.resolve(new Response(null, { status: 503 }))],
    ["breaks off", () => Promise.resolve(broken())],
  ])("is told to the person where it %s", async (_how, answer) => {
    vi.stubGlobal("fetch", answer);
    await expect(get("/log/policy")).rejects.toThrow(new Told(TEXTS.unreachable));
  });
});
