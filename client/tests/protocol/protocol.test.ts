import { describe, expect, it } from "vitest";

import { invitationIn } from "../../src/protocol/boot";
import { readProblem } from "../../src/protocol/problem";
import { parse } from "../../src/protocol/socket";

describe("a problem", () => {
  it("is read whatever is missing", () => {
    expect(readProblem({})).toMatchObject({ code: "unknown", title: "", setter: null, restriction: null });
    expect(readProblem({ code: "refused_by_rule", setter: "someone" }).setter).toBeNull();
  });

  it("carries what a restriction says of itself", () => {
    const { restriction } = readProblem({
      code: "withheld",
      authority: "Court",
      legal_basis: "Act",
      territory: ["FR", 3],
      expires_at: "2026-05-30T09:00:00Z",
      appeal_url: "https://example.org/appeal",
    });
    expect(restriction).toMatchObject({ authority: "Court", legalBasis: "Act", territory: ["FR"], registerUrl: null });
  });

  it("never becomes a link that runs something", () => {
    for (const address of ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example"]) {
      expect(readProblem({ code: "withheld", appeal_url: address }).restriction?.appealUrl).toBeNull();
    }
    expect(readProblem({ code: "withheld", appeal_url: "/appeals/1" }).restriction?.appealUrl).toBe("/appeals/1");
  });
});

it("a message of an unknown type, and what is none, is passed over", () => {
  expect(parse('{"type":"of_the_future"}')).toBeNull();
  expect(parse(new ArrayBuffer(3))).toBeNull();
  expect(parse("not JSON")).toBeNull();
  expect(parse('{"type":"pong"}')).toEqual({ type: "pong" });
});

it("an invitation is read from the fragment, which no server sees", () => {
  expect(invitationIn("#i=abc-DEF_1")).toBe("abc-DEF_1");
  expect(invitationIn("")).toBeNull();
});
