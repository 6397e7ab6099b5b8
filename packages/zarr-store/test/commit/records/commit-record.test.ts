import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CommitOp,
  type CommitRecord,
  decodeCommitRecord,
  encodeCommitRecord,
} from "../../../src/commit/records/commit-record.ts";
import { joinKey } from "../../../src/store/store-key.ts";
import { sha256 } from "../../support/test-runtime.ts";
import { codesOfChanges, SAMPLE } from "./changed-record.ts";

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const path = fc
  .array(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/), { minLength: 1, maxLength: 5 })
  .map((segments) => joinKey(...segments));
const put: fc.Arbitrary<CommitOp> = fc.record(
  {
    op: fc.constant("put" as const),
    path,
    sha256: hash,
    sizeBytes: fc.nat(),
    prev: fc.option(hash, { nil: null }),
    imageIds: fc.array(fc.string({ unit: "binary" })),
  },
  { requiredKeys: ["op", "path", "sha256", "sizeBytes", "prev"] },
);
const deletion: fc.Arbitrary<CommitOp> = fc.record({ op: fc.constant("delete" as const), path, prev: hash });
const record: fc.Arbitrary<Omit<CommitRecord, "sha256">> = fc.record(
  {
    format: fc.constantFrom(1 as const, 2 as const),
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    txid: fc.stringMatching(/^[0-9]{1,4}-[0-9a-f-]{1,36}$/),
    base: fc.nat(),
    parentSha256: fc.oneof(fc.constant(""), hash),
    writer: fc.record(
      {
        host: fc.string({ unit: "binary" }),
        pid: fc.nat(),
        started: fc.string({ unit: "binary" }),
        person: fc.string({ unit: "binary" }),
      },
      { requiredKeys: ["host", "pid", "started"] },
    ),
    committedUtc: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    message: fc.string({ unit: "binary" }),
    ops: fc.array(fc.oneof(put, deletion), { maxLength: 6 }),
    abort: fc.array(fc.stringMatching(/^[0-9]{1,4}-[0-9a-f-]{1,36}$/), { maxLength: 3 }),
    claim: fc.constantFrom("link" as const, "folder" as const),
    details: fc.dictionary(
      fc.stringMatching(/^[a-z_]{1,8}$/),
      fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.array(fc.string())),
    ),
  },
  {
    requiredKeys: [
      "format",
      "version",
      "txid",
      "base",
      "parentSha256",
      "writer",
      "committedUtc",
      "message",
      "ops",
      "abort",
    ],
  },
);

/** A record whose wire form was changed by hand, with a hash that fits the change. */
async function forged(change: (wire: Record<string, unknown>) => void): Promise<Uint8Array> {
  const { bytes } = await encodeCommitRecord(SAMPLE, sha256);
  const { sha256: _, ...wire }: Record<string, unknown> = JSON.parse(new TextDecoder().decode(bytes));
  change(wire);
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return encode(`${JSON.stringify({ ...wire, sha256: sha256(encode(JSON.stringify(wire))) }, null, 1)}\n`);
}

describe("a commit record", () => {
  it("comes back as it was written", async () => {
    await fc.assert(
      fc.asyncProperty(record, async (before) => {
        const { record: written, bytes } = await encodeCommitRecord(before, sha256);
        expect(written).toEqual({ ...before, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
        expect(await decodeCommitRecord(bytes, before.version, sha256)).toEqual(written);
      }),
      { numRuns: 300 },
    );
  });

  it("is text that a person can read, and ends with a line break", async () => {
    const { bytes } = await encodeCommitRecord(SAMPLE, sha256);
    const text = new TextDecoder().decode(bytes);
    expect(text.endsWith("}\n")).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      format: 1,
      v: 7,
      txid: "6-3f2c",
      ops: [{ size: 0 }, { op: "delete" }],
    });
  });

  it("is refused with any one byte changed", async () => {
    expect(await codesOfChanges(SAMPLE, 17)).toEqual(["integrity", "not_supported"]);
  });

  it("is refused when it is cut short, or has something after it, or before it", async () => {
    const { bytes } = await encodeCommitRecord(SAMPLE, sha256);
    const around = [...Array(bytes.length).keys()].map((length) => bytes.slice(0, length));
    const whole = new TextDecoder().decode(bytes);
    for (const text of [`${whole}\n`, ` ${whole}`, `\ufeff${whole}`, JSON.stringify(JSON.parse(whole))]) {
      around.push(new TextEncoder().encode(text));
    }
    for (const other of around) {
      await expect(decodeCommitRecord(other, 7, sha256)).rejects.toMatchObject({ code: "integrity" });
    }
  });

  it("is refused under another version's name", async () => {
    const { bytes } = await encodeCommitRecord(SAMPLE, sha256);
    await expect(decodeCommitRecord(bytes, 8, sha256)).rejects.toMatchObject({ code: "integrity" });
  });

  it("of a later format is not supported", async () => {
    const bytes = await forged((wire) => {
      wire["format"] = 3;
    });
    await expect(decodeCommitRecord(bytes, 7, sha256)).rejects.toMatchObject({
      code: "not_supported",
      details: { found: 3 },
    });
  });

  const op = (changes: object): object => ({
    op: "put",
    path: "tables/t",
    sha256: "b".repeat(64),
    size: 1,
    prev: null,
    ...changes,
  });
  it.each<readonly [string, string, unknown, string]>([
    ["a path that leaves the root", "ops", [op({ path: "../x" })], "invalid_name"],
    ["a path in the log", "ops", [op({ path: "__commits/00000000000000000001.json" })], "integrity"],
    ["a path in staging", "ops", [op({ path: "__staging/lock" })], "integrity"],
    ["a hash that is none", "ops", [op({ sha256: "b" })], "integrity"],
    ["a size below zero", "ops", [op({ size: -1 })], "integrity"],
    ["a size that no array has", "ops", [op({ size: 2 ** 60 })], "integrity"],
    ["an op of another kind", "ops", [op({ op: "move" })], "integrity"],
    ["a deletion of nothing", "ops", [op({ op: "delete" })], "integrity"],
    ["ops that are no list", "ops", {}, "integrity"],
    ["a transaction named like the lock", "txid", "lock", "integrity"],
    ["a transaction named like a refuge", "txid", "aside-1", "integrity"],
    ["a transaction that is a path", "txid", "a/b", "integrity"],
    ["a transaction that leaves staging", "txid", "..", "integrity"],
    ["an aborted transaction that leaves staging", "abort", ["../images"], "integrity"],
    ["no writer", "writer", null, "integrity"],
    ["a message that is no text", "message", 7, "integrity"],
  ])("with %s is refused, though its hash fits", async (_what, field, value, code) => {
    const bytes = await forged((wire) => {
      wire[field] = value;
    });
    await expect(decodeCommitRecord(bytes, 7, sha256)).rejects.toMatchObject({ code });
  });

  it("forged without a change is a record, so that the refusals above are for their reasons", async () => {
    const { record: written } = await encodeCommitRecord(SAMPLE, sha256);
    expect(await decodeCommitRecord(await forged(() => undefined), 7, sha256)).toEqual(written);
  });
});
