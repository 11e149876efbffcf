import { describe, expect, it } from "vitest";

import { fromBase64, hex, leafHash, Malformed, nodeHash, sha256, toBase64, utf8, type Bytes } from "../../src/proof/bytes";
import { parseKey, parseNote, signaturesBy, verifySignature } from "../../src/proof/notes";
import { parsePolicy, quorumMet } from "../../src/proof/policy";
import { bundleOf, entryIn, parseProof } from "../../src/proof/proof";
import { titled } from "../../src/proof/texts";
import { climb, verdict, verify, type Step } from "../../src/proof/verify";
import { ENTRY, POLICY, PROOF } from "./vector";

const policy = await parsePolicy(POLICY);

async function steps(file: Bytes = utf8(PROOF), entry: Bytes = utf8(ENTRY), by = policy): Promise<Step[]> {
  const found: Step[] = [];
  for await (const step of verify(file, entry, by)) found.push(step);
  return found;
}

const wrong = (found: readonly Step[]): string[] => found.filter((step) => step.outcome === "wrong").map((step) => step.kind);

const flipped = (data: Bytes, at: number): Bytes => data.map((byte, place) => (place === at ? byte ^ 1 : byte)) as Bytes;

describe("a proof made by another implementation", () => {
  it("is verified, each step shown", async () => {
    const found = await steps();
    expect(verdict(found)).toBe("verified");
    expect(found.map((step) => `${step.kind} ${step.outcome}`)).toEqual([
      "file right",
      "leaf right",
      ...Array<string>(4).fill("node right"),
      "root right",
      "log right",
      "witness right",
      "witness right",
      "witness absent",
      "quorum right",
    ]);
    expect(found.find((step) => step.kind === "witness")).toMatchObject({ name: "w1", at: 1_800_000_000n });
  });

  it("shows where a flipped byte breaks it, whichever byte it is", async () => {
    const file = utf8(PROOF);
    for (let at = 0; at < file.length; at += 1) {
      const found = await steps(flipped(file, at));
      expect(verdict(found), `byte ${at}`).toBe("refused");
    }
  });

  it("does not hold for another entry", async () => {
    const found = await steps(utf8(PROOF), utf8('{"entry":6}'));
    expect([verdict(found), wrong(found)]).toEqual(["refused", ["root"]]);
  });

  it("does not hold for another place", async () => {
    expect(wrong(await steps(utf8(PROOF.replace("index 5", "index 4"))))).toEqual(["root"]);
    expect(wrong(await steps(utf8(PROOF.replace("index 5", "index 11"))))).toEqual(["root"]);
  });

  it("does not hold with a hash too many or too few", async () => {
    const lines = PROOF.split("\n");
    const fewer = await steps(utf8([...lines.slice(0, 2), ...lines.slice(3)].join("\n")));
    const more = await steps(utf8([...lines.slice(0, 3), ...lines.slice(2)].join("\n")));
    expect(fewer.find((step) => step.kind === "root")).toMatchObject({ outcome: "wrong", reason: "short" });
    expect(more.find((step) => step.kind === "root")).toMatchObject({ outcome: "wrong", reason: "long" });
  });

  it("does not hold without the log's signature, with a forged one, or with another log's key", async () => {
    const unsigned = PROOF.replace(/\u2014 meet\.example\.org.*\n/, "");
    expect(wrong(await steps(utf8(unsigned)))).toEqual(["log"]);
    const other = await parsePolicy(POLICY.replace(/^log .*$/m, "log PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
    expect((await steps(undefined, undefined, other)).find((step) => step.kind === "log")).toMatchObject({ reason: "other-log" });
  });

  it("does not hold with one witness of two", async () => {
    const found = await steps(utf8(PROOF.replace(/\u2014 w2\.example.*\n/, "")));
    expect([verdict(found), wrong(found)]).toEqual(["refused", ["quorum"]]);
  });

  it("says so where the policy asks for no witnesses", async () => {
    const found = await steps(undefined, undefined, await parsePolicy(POLICY.replace("quorum two", "quorum none")));
    expect([verdict(found), found.at(-1)?.outcome]).toEqual(["verified", "absent"]);
  });

  it("refuses a cosignature of a listed witness that does not verify, though others are enough", async () => {
    const lenient = await parsePolicy(POLICY.replace("group two 2", "group two 1"));
    const line = PROOF.split("\n").find((each) => each.startsWith("\u2014 w2")) ?? "";
    const found = await steps(utf8(PROOF.replace(line, line.replace("AAAABrSdI8", "AAAABrSdI9"))), undefined, lenient);
    expect([verdict(found), wrong(found)]).toEqual(["refused", ["witness"]]);
  });
});

describe("the time of a cosignature", () => {
  const told = (at: bigint): string => titled({ kind: "witness", outcome: "right", name: "w1", at }).title;

  it("is told as a date", () => {
    expect(told(1_800_000_000n)).toMatch(/^Witness w1 cosigned on Jan 15, 2027, .* UTC$/);
  });

  it.each([8_640_000_000_001n, 2n ** 62n, 2n ** 64n - 1n])("is told as a number where it is none (%s)", (at) => {
    expect(told(at)).toBe(`Witness w1 cosigned at second ${at}, which is no date`);
  });
});

describe("files that are no proofs", () => {
  it.each(["", "\n\n", "index 5\n\n", PROOF.replace("@v1", "@v2"), PROOF.replace("index 5", "index 05"), PROOF.replace("ezKQ", "ezK"), "c2sp.org/tlog-proof@v1\nextra \nindex 5\n\nx"])(
    "are told as such (%#)",
    async (file) => {
      const found = await steps(utf8(file));
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ kind: "file", outcome: "wrong" });
      expect(verdict(found)).toBe("refused");
    },
  );

  it("may have extra data that nobody signed", async () => {
    expect(verdict(await steps(utf8(PROOF.replace("index", "extra AAAA\nindex"))))).toBe("verified");
  });
});

describe("policies", () => {
  it.each([
    POLICY.replace("quorum two\n", ""),
    `${POLICY}quorum two\n`,
    POLICY.replace("two 2", "two 4"),
    POLICY.replace("two 2", "two 0"),
    POLICY.replace("group two 2 w1", "group two 2 w9"),
    POLICY.replace("quorum two", "quorum three"),
    POLICY.replace("witness w2", "witness w1"),
    POLICY.replace("+d8640d52+", "+d8640d53+"),
    "nonsense\n",
  ])("that say something else are refused (%#)", async (source) => {
    await expect(parsePolicy(source)).rejects.toThrow(Malformed);
  });

  it("count groups within groups", async () => {
    const nested = await parsePolicy(POLICY.replace("group two 2 w1 w2 w3", "group pair all w1 w2\ngroup two any pair w3"));
    expect([["w1"], ["w3"], ["w1", "w2"]].map((names) => quorumMet(nested, names))).toEqual([false, true, true]);
    expect(quorumMet(await parsePolicy(POLICY.replace("quorum two", "quorum none")), [])).toBe(true);
  });
});

describe("public vectors", () => {
  it("reproduce RFC 6962's hashes", async () => {
    expect(hex(await sha256(new Uint8Array()))).toMatch(/^e3b0c442/);
    const leaves = await Promise.all(["", "00", "10", "2021"].map((bytes) => leafHash(fromHex(bytes))));
    const [one, two, three, four] = leaves as [Bytes, Bytes, Bytes, Bytes];
    const left = await nodeHash(one, two);
    expect([one, left, await nodeHash(left, three), await nodeHash(left, await nodeHash(three, four))].map(hex).map((root) => root.slice(0, 8))).toEqual([
      "6e340b9c",
      "fac54203",
      "aeb6bcfe",
      "d37ee418",
    ]);
  });

  it("verify the signed note of Go's own tests", async () => {
    const key = await parseKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const said = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const line = "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const note = parseNote(utf8(`${said}\n${line}`));
    const [signature] = signaturesBy(note, key);
    expect(signature && (await verifySignature(note, key, signature))).toBe(true);
    const other = parseNote(utf8(`${said.replace("then", "than")}\n${line}`));
    expect(signature && (await verifySignature(other, key, signature))).toBe(false);
  });

  interface Case {
    leafIdx: number;
    treeSize: number;
    root: string;
    leafHash: string;
    proof: string[] | null;
    wantErr: boolean;
  }
  const cases = Object.entries(
    import.meta.glob<Case>("../../../../shared/data/vectors/merkle/inclusion/**/*.json", { import: "default", eager: true }),
  );

  it.skipIf(cases.length === 0)("agree on every inclusion proof of transparency-dev/merkle", async () => {
    for (const [name, found] of cases) expect(await holds(found), name).toBe(!found.wantErr);
    expect(cases.length).toBeGreaterThan(90);
  });

  async function holds(found: Case): Promise<boolean> {
    const values = [found.root, found.leafHash, ...(found.proof ?? [])].map(fromBase64);
    const [root, leaf, ...hashes] = values as [Bytes, Bytes, ...Bytes[]];
    if (found.leafIdx < 0 || found.treeSize < 0 || values.some((value) => value.length !== 32)) return false;
    let last: Step | undefined;
    const head = { size: BigInt(found.treeSize), root };
    for await (const step of climb({ index: BigInt(found.leafIdx), hashes }, head, leaf)) last = step;
    return last?.outcome === "right";
  }
});

const fromHex = (digits: string): Bytes => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));

describe("bytes", () => {
  it.each(["A", "AA", "AA=", "AAA", "A A=", "AB==", "AA==\n", "AA-_"])("refuse %j as Base64", (encoded) => {
    expect(() => fromBase64(encoded)).toThrow(Malformed);
  });

  it("come back from Base64", () => {
    expect(toBase64(fromBase64("AAEC/w=="))).toBe("AAEC/w==");
  });
});

describe("where an entry lies", () => {
  it.each([
    [5n, 11n, "tile/entries/000.p/11", 5],
    [255n, 256n, "tile/entries/000", 255],
    [256n, 300n, "tile/entries/001.p/44", 0],
    [1234067n * 256n, 1n << 40n, "tile/entries/x001/x234/067", 0],
  ])("entry %s of %s is in %s", (index, size, path, place) => {
    expect(bundleOf(index, size)).toEqual({ path, place });
  });

  it("is found in its bundle", () => {
    const bundle = Uint8Array.of(0, 1, 7, 0, 0, 0, 2, 8, 9);
    expect([0, 1, 2].map((place) => [...entryIn(bundle, place)])).toEqual([[7], [], [8, 9]]);
    expect(() => entryIn(bundle, 3)).toThrow(Malformed);
    expect(() => entryIn(bundle.slice(0, 8), 2)).toThrow(Malformed);
  });

  it("is told by the proof", () => {
    expect(parseProof(utf8(PROOF)).index).toBe(5n);
  });
});
