import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Head } from "../../../src/commit/log/head.ts";
import type { CommitOp } from "../../../src/commit/records/commit-record.ts";
import { decideCommit } from "../../../src/commit/write/decide-commit.ts";
import { bytes, key } from "../../support/simulated-writers.ts";
import { sha256 } from "../../support/test-runtime.ts";

const hashOf = (value: string): string => sha256(bytes(value));

function headOf(objects: Readonly<Record<string, string>>): Head {
  const head = new Head();
  head.apply({
    format: 1,
    version: 1,
    txid: "0-1",
    base: 0,
    parentSha256: "",
    writer: { host: "here", pid: 1, started: "" },
    committedUtc: "",
    message: "",
    ops: Object.entries(objects).map(([path, value]) => put(path, value, null)),
    abort: [],
    sha256: hashOf("record"),
  });
  return head;
}

function put(path: string, value: string, prev: string | null): CommitOp {
  return {
    op: "put",
    path: key(path),
    sha256: hashOf(value),
    sizeBytes: value.length,
    prev: prev === null ? null : hashOf(prev),
  };
}

function remove(path: string, prev: string): CommitOp {
  return { op: "delete", path: key(path), prev: hashOf(prev) };
}

const RECORD = { "images/x/zarr.json": "x", "images/x/analysis/a.json": "a" };

describe("what becomes of ops on a head that has grown", () => {
  const cases: readonly {
    readonly name: string;
    readonly head: Readonly<Record<string, string>>;
    readonly ops: readonly CommitOp[];
    readonly read?: readonly string[];
    readonly decision: "commit" | "conflict" | "refuse";
    /** Kept, or to blame. */
    readonly paths: readonly string[];
  }[] = [
    {
      name: "a part of a table that another commit made one file",
      head: { "tables/t.parquet": "t" },
      ops: [put("tables/t/part-00000001.parquet", "p", null)],
      decision: "conflict",
      paths: ["tables/t.parquet", "tables/t/part-00000001.parquet"],
    },
    {
      name: "the file of a table of which another commit made a part",
      head: { "tables/t/part-00000001.parquet": "p" },
      ops: [put("tables/t.parquet", "t", null)],
      decision: "conflict",
      paths: ["tables/t.parquet", "tables/t/part-00000001.parquet"],
    },
    {
      name: "the file of a table whose parts are deleted with it",
      head: { "tables/t/part-00000001.parquet": "p" },
      ops: [remove("tables/t/part-00000001.parquet", "p"), put("tables/t.parquet", "t", null)],
      decision: "commit",
      paths: ["tables/t/part-00000001.parquet", "tables/t.parquet"],
    },
    {
      name: "the file and a part of one table, both new",
      head: {},
      ops: [put("tables/t.parquet", "t", null), put("tables/t/part-00000001.parquet", "p", null)],
      decision: "refuse",
      paths: ["tables/t.parquet", "tables/t/part-00000001.parquet"],
    },
    {
      name: "an array whose group another commit deleted",
      head: RECORD,
      ops: [put("images/x/analysis_arrays/m/data/zarr.json", "m", null)],
      decision: "conflict",
      paths: ["images/x/analysis_arrays/m/data/zarr.json"],
    },
    {
      name: "an array with the groups above it",
      head: RECORD,
      ops: [
        put("images/x/analysis_arrays/m/data/zarr.json", "m", null),
        put("images/x/analysis_arrays/m/zarr.json", "g", null),
        put("images/x/analysis_arrays/zarr.json", "g", null),
      ],
      decision: "commit",
      paths: [
        "images/x/analysis_arrays/m/data/zarr.json",
        "images/x/analysis_arrays/m/zarr.json",
        "images/x/analysis_arrays/zarr.json",
      ],
    },
    {
      name: "the deletion of a group in which another commit made an array",
      head: { ...RECORD, "images/x/g/zarr.json": "g", "images/x/g/m/zarr.json": "m" },
      ops: [remove("images/x/g/zarr.json", "g")],
      decision: "conflict",
      paths: ["images/x/g/m/zarr.json"],
    },
    { name: "a new object", head: {}, ops: [put("t", "1", null)], decision: "commit", paths: ["t"] },
    {
      name: "an image whose id differs in case only",
      head: RECORD,
      ops: [put("images/X/zarr.json", "X", null)],
      decision: "refuse",
      paths: ["images/X/zarr.json"],
    },
    {
      name: "two new images whose ids differ in case only",
      head: {},
      ops: [put("images/y/zarr.json", "y", null), put("images/Y/zarr.json", "Y", null)],
      decision: "refuse",
      paths: ["images/Y/zarr.json"],
    },
    {
      name: "an artifact whose name differs in case only",
      head: RECORD,
      ops: [put("images/x/analysis/A.json", "A", null)],
      decision: "refuse",
      paths: ["images/x/analysis/A.json"],
    },
    {
      name: "a table whose name differs in case only from one that goes",
      head: { "tables/T": "0" },
      ops: [remove("tables/T", "0"), put("tables/t", "1", null)],
      decision: "commit",
      paths: ["tables/T", "tables/t"],
    },
    {
      name: "an image in the place of one whose id differs in case only",
      head: RECORD,
      ops: [
        remove("images/x/zarr.json", "x"),
        remove("images/x/analysis/a.json", "a"),
        put("images/X/zarr.json", "X", null),
      ],
      decision: "commit",
      paths: ["images/x/zarr.json", "images/x/analysis/a.json", "images/X/zarr.json"],
    },
    {
      name: "an object as it was read",
      head: { t: "0" },
      ops: [put("t", "1", "0")],
      decision: "commit",
      paths: ["t"],
    },
    {
      name: "an object that was changed",
      head: { t: "2" },
      ops: [put("t", "1", "0")],
      decision: "conflict",
      paths: ["t"],
    },
    {
      name: "an object that came in",
      head: { t: "2" },
      ops: [put("t", "1", null)],
      decision: "conflict",
      paths: ["t"],
    },
    {
      name: "an object that was deleted",
      head: {},
      ops: [put("t", "1", "0")],
      decision: "conflict",
      paths: ["t"],
    },
    {
      name: "the bytes that are there already",
      head: { t: "1" },
      ops: [put("t", "1", "0")],
      decision: "commit",
      paths: [],
    },
    {
      name: "the bytes that are there already, made from what was read",
      head: { t: "1" },
      ops: [put("t", "1", "0")],
      read: ["t"],
      decision: "conflict",
      paths: ["t"],
    },
    {
      name: "the deletion of what is gone",
      head: {},
      ops: [remove("t", "0")],
      decision: "commit",
      paths: [],
    },
    {
      name: "the deletion of what was changed",
      head: { t: "1" },
      ops: [remove("t", "0")],
      decision: "conflict",
      paths: ["t"],
    },
    {
      name: "an object of a record",
      head: RECORD,
      ops: [put("images/x/analysis/b.json", "b", null)],
      decision: "commit",
      paths: ["images/x/analysis/b.json"],
    },
    {
      name: "an object of a record that is gone",
      head: {},
      ops: [put("images/x/analysis/b.json", "b", null)],
      decision: "conflict",
      paths: ["images/x/analysis/b.json"],
    },
    {
      name: "an object of a new record",
      head: {},
      ops: [put("images/y/zarr.json", "y", null), put("images/y/a", "a", null)],
      decision: "commit",
      paths: ["images/y/zarr.json", "images/y/a"],
    },
    {
      name: "the deletion of a record, whole",
      head: RECORD,
      ops: [remove("images/x/zarr.json", "x"), remove("images/x/analysis/a.json", "a")],
      decision: "commit",
      paths: ["images/x/zarr.json", "images/x/analysis/a.json"],
    },
    {
      name: "the deletion of a record with an object that came in",
      head: RECORD,
      ops: [remove("images/x/zarr.json", "x")],
      decision: "conflict",
      paths: ["images/x/analysis/a.json"],
    },
    {
      name: "a put into a record that the same ops delete",
      head: { "images/x/zarr.json": "x" },
      ops: [remove("images/x/zarr.json", "x"), put("images/x/b", "b", null)],
      decision: "conflict",
      paths: ["images/x/b"],
    },
    {
      name: "an object below a live one",
      head: { "tables/a": "a" },
      ops: [put("tables/a/b", "b", null)],
      decision: "refuse",
      paths: ["tables/a"],
    },
    {
      name: "an object above a live one",
      head: { "tables/a/b/c": "c" },
      ops: [put("tables/a", "a", null)],
      decision: "refuse",
      paths: ["tables/a"],
    },
    {
      name: "an object above a record",
      head: RECORD,
      ops: [put("images/x", "x", null)],
      decision: "refuse",
      paths: ["images/x"],
    },
    {
      name: "two new ones, one below the other",
      head: {},
      ops: [put("a", "a", null), put("a/b", "b", null)],
      decision: "refuse",
      paths: ["a"],
    },
    {
      name: "an object below one that the same ops delete",
      head: { "tables/a": "a" },
      ops: [remove("tables/a", "a"), put("tables/a/b", "b", null)],
      decision: "commit",
      paths: ["tables/a", "tables/a/b"],
    },
  ];

  it.each(cases)("$name: $decision", ({ head, ops, read = [], decision, paths }) => {
    const found = decideCommit(headOf(head), ops, new Set(read.map(key)));
    expect(found.decision).toBe(decision);
    expect(found.decision === "commit" ? found.ops.map(({ path }) => path) : found.paths).toEqual(paths);
    if (found.decision === "commit") {
      expect([...found.ops.map(({ path }) => path), ...found.superfluous].sort()).toEqual(
        ops.map(({ path }) => path).sort(),
      );
    }
  });

  it("commits ops on the head that they were made from, whatever they are, and each of them", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const value = fc.constantFrom("0", "1", "2");
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        fc.dictionary(name, fc.option(value, { nil: null })),
        (objects, changes) => {
          const ops = Object.entries(changes).flatMap(([path, next]): CommitOp[] => {
            const before = objects[path] ?? null;
            return next === null
              ? before === null
                ? []
                : [remove(path, before)]
              : [put(path, next, before)];
          });
          const decision = decideCommit(headOf(objects), ops, new Set(ops.map(({ path }) => path)));
          expect(decision.decision).toBe("commit");
          const changing = ops.filter((op) => op.op === "delete" || op.sha256 !== op.prev);
          expect(decision).toMatchObject({ ops: changing });
        },
      ),
    );
  });

  it("never keeps an op whose path the head has with other bytes than it replaces", () => {
    const name = fc.constantFrom("a", "b", "c", "images/x/zarr.json", "images/x/a");
    const value = fc.constantFrom("0", "1", "2");
    const anyOp = fc.oneof(
      fc
        .tuple(name, value, fc.option(value, { nil: null }))
        .map(([path, next, prev]) => put(path, next, prev)),
      fc.tuple(name, value).map(([path, prev]) => remove(path, prev)),
    );
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        fc.uniqueArray(anyOp, { selector: (op) => op.path }),
        (objects, ops) => {
          const head = headOf(objects);
          const decision = decideCommit(head, ops);
          for (const op of decision.decision === "commit" ? decision.ops : []) {
            expect(head.object(op.path)?.sha256 ?? null).toBe(op.prev);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
