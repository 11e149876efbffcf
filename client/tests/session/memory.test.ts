import { beforeEach, describe, expect, it, vi } from "vitest";

import { forgetVisit, keepVisit, switchVisit, visitOf } from "../../src/session/memory";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

describe("a visit", () => {
  const visit = { token: "token", name: "Noor", microphone: true, camera: true };

  it("remembers what was turned off since", () => {
    keepVisit("abcd", visit);
    switchVisit("abcd", { microphone: false, camera: true });
    expect(visitOf("abcd")).toEqual({ ...visit, microphone: false });
  });

  it("does not come back by a switch once it is over", () => {
    keepVisit("abcd", visit);
    forgetVisit("abcd");
    switchVisit("abcd", { microphone: false, camera: false });
    expect(visitOf("abcd")).toBeNull();
  });
});
