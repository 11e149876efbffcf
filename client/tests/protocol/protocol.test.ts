import { describe, expect, it } from "vitest";

import { invitationIn } from "../../src/protocol/boot";
import { readProblem } from "../../src/protocol/problem";
import { parse } from "../../src/protocol/socket";

describe("a problem", () => {
  it("is read whatever is missing", () => {
    expect(readProblem({})).toMatchObject({ code: "unknown", title: "", setter: null, restrictions: [] });
    expect(readProblem({ code: "refused_by_rule", setter: "someone" }).setter).toBeNull();
  });

  it("carries what a restriction says of itself", () => {
    const { restrictions, appealUrl } = readProblem({
      code: "withheld",
      restrictions: [
        {
          restriction: "0f",
          authority: { name: "Court", state: "FR", kind: "court" },
          legal_basis: "Act",
          territory: ["FR", 3],
          expires_at: "2026-05-30T09:00:00Z",
          log: { origin: "meet.example.org/log", index: 17, proof_url: "/log/proof/17" },
        },
        "none",
      ],
      appeal_url: "https://example.org/appeal",
    });
    expect(appealUrl).toBe("https://example.org/appeal");
    expect(restrictions).toHaveLength(2);
    expect(restrictions[0]).toMatchObject({
      authority: { name: "Court", state: "FR", kind: "court" },
      legalBasis: "Act",
      territory: ["FR"],
      documentUrl: null,
      reasons: [],
      log: { origin: "meet.example.org/log", index: 17 },
      proofUrl: "/log/proof/17",
    });
  });

  it("never becomes a link that runs something", () => {
    for (const address of ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example"]) {
      expect(readProblem({ code: "withheld", appeal_url: address }).appealUrl).toBeNull();
    }
    expect(readProblem({ code: "withheld", appeal_url: "/appeals/1" }).appealUrl).toBe("/appeals/1");
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
