import type { CommitRecord } from "@kym/zarr-store";
import { describe, expect, it } from "vitest";
import type { Change } from "../../src/changes/change.ts";
import { type LoggedCommit, logLines } from "../../src/changes/log-lines.ts";

function commit(
  version: number,
  message: string,
  changes: readonly Change[],
  { pid = 1, undoes }: { readonly pid?: number; readonly undoes?: number } = {},
): LoggedCommit {
  const record: CommitRecord = {
    format: 2,
    version,
    txid: `${version}-x`,
    base: version - 1,
    parentSha256: "",
    writer: { host: "lab", pid, started: "then", person: "ada" },
    committedUtc: `2026-11-28T09:00:${String(version).padStart(2, "0")}.000Z`,
    message,
    ops: [],
    abort: [],
    sha256: "",
  };
  return { record, changes, undoes };
}

const image = (id: string): Change => ({ image_id: id, kind: "image", name: id, change: "added" });
const table = (name: string, images: number): Change => ({
  ...{ image_id: null, kind: "pooled_table", name, change: "changed", images },
});
const lines = (...commits: readonly LoggedCommit[]): readonly string[] =>
  logLines(commits, (id) => id).map(({ first, last, words }) => `${first}-${last} ${words}`);

describe("lines of a log", () => {
  it("ten batches of one ingest are one line, with the tables that it indexed", () => {
    const batches = Array.from({ length: 10 }, (_, index) =>
      commit(index + 1, "ingest of 64 TIFFs", [image(`a${index}`), image(`b${index}`)]),
    );
    expect(lines(...batches)).toEqual(["1-10 20 images added"]);
    const indexed = [
      commit(11, "index kym_radon", [table("kym_radon", 12)]),
      commit(12, "index kym_radon", [table("kym_radon", 8)]),
    ];
    expect(lines(...batches, ...indexed)).toEqual([
      "1-12 20 images added; table kym_radon (20 images) changed",
    ]);
    expect(logLines(batches, (id) => id)).toMatchObject([
      { committedUtc: "2026-11-28T09:00:10.000Z", person: "ada" },
    ]);
  });

  it("a process that goes on after a long pause begins another line", () => {
    const [first, later] = [commit(1, "ingest", [image("a")]), commit(2, "ingest", [image("b")])];
    const paused = { ...later, record: { ...later.record, committedUtc: "2026-11-28T10:00:00.000Z" } };
    expect(lines(first, paused)).toEqual(["1-1 a added", "2-2 b added"]);
  });

  it("another process, a commit in between and an edit begin a line of their own", () => {
    expect(
      lines(
        commit(1, "ingest of 1 TIFF", [image("a")]),
        commit(2, "ingest of 1 TIFF", [image("b")], { pid: 2 }),
        commit(4, "ingest of 1 TIFF", [image("c")], { pid: 2 }),
        commit(5, "edit ROIs of c", [{ image_id: "c", kind: "roi", name: "1", change: "added" }], { pid: 2 }),
        commit(6, "edit ROIs of c", [{ image_id: "c", kind: "roi", name: "2", change: "added" }], { pid: 2 }),
      ),
    ).toEqual(["1-1 a added", "2-2 b added", "4-4 c added", "5-5 ROI 1 added to c", "6-6 ROI 2 added to c"]);
  });

  it("an undo names the version, a refresh itself, and a commit without changes its message", () => {
    const roi: Change = { image_id: "c", kind: "roi", name: "1", change: "added" };
    expect(
      lines(
        commit(1, "undo version 4: edit ROIs of c", [roi], { undoes: 4 }),
        commit(2, "refresh 2 images", [roi]),
        commit(3, "garbage collection", []),
      ),
    ).toEqual([
      "1-1 version 4 undone: ROI 1 added to c",
      "2-2 refresh: ROI 1 added to c",
      "3-3 garbage collection",
    ]);
  });

  it("a line has a few phrases, and counts the others", () => {
    const fields = ["a", "b", "c", "d", "e"].map(
      (name): Change => ({ image_id: "i", kind: "field", name, change: "changed", before: 1, after: 2 }),
    );
    expect(lines(commit(1, "edit", fields))).toEqual([
      "1-1 a of i: 1 → 2; b of i: 1 → 2; c of i: 1 → 2; and 2 more changes",
    ]);
  });
});
