// What kym says of artifacts that another program changed or added, before and after they are adopted.
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Row, rowsOf } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

/** A dataset with the images a, b and c, each with the same three events, and d without. */
const BASE = findSharedData("cases/dataset-common/base.zarr.tgz");
const EVENTS = "analysis/velocity_events/events.parquet";
const PARAMS = "analysis/velocity_events/params.json";

describe.runIf(BASE !== undefined)("an artifact that another program wrote", () => {
  let home = "";
  let cwd = "";
  /** The events with another label, as pandas leaves them. */
  let edited: Uint8Array = new Uint8Array();

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "kym-outside-base-"));
    await promisify(execFile)("tar", ["xzf", BASE ?? "", "-C", home]);
    await kym(["index", "base.zarr"], { cwd: home });
    await cp(join(home, "base.zarr"), join(home, "scratch.zarr"), { recursive: true });
    await using scratch = await openLocalDataset(join(home, "scratch.zarr"));
    const record = scratch.record("a");
    const table = await record.loadParquet("velocity_events/events");
    const rows = [...rowsOf(table)].map((row): Row => ({ ...row, user_type: "false_stall" }));
    const columns = Object.keys(rows[0] ?? {}).map((name) => ({ name, type: typeOf(rows, name) }));
    await record.saveParquet("velocity_events/events", rows, { schema: { columns } });
    edited = await readFile(join(home, "scratch.zarr/images/a", EVENTS));
    return () => rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-outside-"));
    await promisify(execFile)("cp", ["-a", join(home, "base.zarr"), cwd]);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const fileOf = (image: string, key: string): string => join(cwd, "base.zarr/images", image, key);
  const put = async (image: string, key: string, bytes: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(fileOf(image, key)), { recursive: true });
    await writeFile(fileOf(image, key), bytes);
  };
  const sameSize = async (image: string, key: string): Promise<void> => {
    const text = await readFile(fileOf(image, key), "utf8");
    await writeFile(
      fileOf(image, key),
      text.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)),
    );
  };

  type Edited = readonly (readonly [image: string, key: string, change: string])[];
  /** What was done, to which files, what `index` calls it, and whether a look at sizes alone sees it. */
  const EDITS: readonly (readonly [
    name: string,
    edit: () => Promise<void>,
    changes: Edited,
    seen: "seen by ls" | "seen by ls at times",
  ])[] = [
    [
      "a label of one image, and the same file in an image that had none",
      async () => {
        await put("a", EVENTS, edited);
        await put("d", EVENTS, edited);
      },
      [
        ["a", EVENTS, "changed"],
        ["d", EVENTS, "new"],
      ],
      "seen by ls",
    ],
    [
      "one digit of the parameters, so that the size stays",
      () => sameSize("b", "analysis/radon/params.json"),
      [["b", "analysis/radon/params.json", "changed"]],
      "seen by ls at times",
    ],
    [
      "one digit, and then the old time again, as rsync and os.utime leave it",
      async () => {
        const { atime, mtime } = await stat(fileOf("c", PARAMS));
        await sameSize("c", PARAMS);
        await utimes(fileOf("c", PARAMS), atime, mtime);
      },
      [["c", PARAMS, "changed"]],
      "seen by ls at times",
    ],
    [
      "metadata where there were none",
      () => put("d", "analysis/metadata.json", '{"accepted": false}'),
      [["d", "analysis/metadata.json", "new"]],
      "seen by ls",
    ],
    [
      "a deleted file",
      () => rm(fileOf("a", "analysis/radon/velocity.parquet")),
      [["a", "analysis/radon/velocity.parquet", "missing"]],
      "seen by ls",
    ],
    [
      "a file that is cut off",
      async () => put("a", EVENTS, edited.slice(0, 300)),
      [["a", EVENTS, "changed"]],
      "seen by ls",
    ],
    [
      "a CSV that no table is made from",
      () => put("b", "analysis/mine.csv.gz", "x"),
      [["b", "analysis/mine.csv.gz", "new"]],
      "seen by ls",
    ],
  ];

  it.each(EDITS)("is named, and left as it is: %s", async (_name, edit, changes, seen) => {
    await edit();
    const wanted = changes.map(([image, key, change]) => ({
      image_id: image,
      path: `images/${image}/${key}`,
      change,
    }));
    const bytesNow = async (): Promise<readonly unknown[]> =>
      Promise.all(changes.map(([image, key]) => readFile(fileOf(image, key)).catch(() => undefined)));
    const bytes = await bytesNow();
    const listed = await kymJson(["ls", "base.zarr"], { cwd });
    const images = [...new Set(changes.map(([image]) => image))];
    // Whether a time alone shows it depends on how long ago the last commit was.
    const marked = listed.data.filter(isMarked).map(idOf);
    expect(seen === "seen by ls" ? marked : [...new Set([...marked, ...images])]).toEqual(images);
    const { data, warnings } = await kymJson(["index", "base.zarr"], { cwd });
    expect(data.changedOutside).toEqual(wanted);
    expect(warnings.join("\n")).toMatch(/kym (adopt|check) base\.zarr/);
    const explained = await kym(["explain", "base.zarr", changes[0]?.[0] ?? ""], { cwd });
    expect([explained.exitCode, explained.stderr]).toEqual([
      3,
      expect.stringMatching(/kym (adopt|check) base/),
    ]);
    expect(await bytesNow()).toEqual(bytes);
  });

  it("ends index and explain with 3, in each of their forms, and ls and show with 0", async () => {
    await put("a", EVENTS, edited);
    const forms = [["index", "--dry-run"], ["index", "--rebuild"], ["index"], ["explain"]];
    for (const [command = "", ...options] of forms) {
      const { exitCode, stdout, stderr } = await kym([command, "base.zarr", ...options], { cwd });
      expect([exitCode, stdout]).toEqual([3, expect.stringContaining("changed outside 1")]);
      expect(stderr).toContain(`note: a: ${EVENTS} was changed by another program and is not committed`);
      expect(stderr).toContain("kym adopt base.zarr commits what another program changed");
    }
    const shown = await kym(["show", "base.zarr", "a"], { cwd });
    expect([shown.exitCode, shown.stdout]).toEqual([
      0,
      expect.stringContaining(`files     perhaps changed: ${EVENTS}`),
    ]);
    expect(shown.stdout).toContain("kym_velocity_events: perhaps changed.");
    const listed = await kym(["ls", "base.zarr"], { cwd });
    expect([listed.exitCode, listed.stdout.match(/perhaps changed/g)]).toEqual([0, ["perhaps changed"]]);
    expect(await readFile(fileOf("a", EVENTS))).toEqual(edited);
  });

  it.each([
    ["edited", '{"version": "2.0", "experiment_metadata": {"note": "edited"}}'],
    ["cut off", '{"version": '],
    ["removed", undefined],
  ])("does not end ls, show, query and report, if it is the metadata: %s", async (_name, text) => {
    const file = fileOf("a", "analysis/metadata.json");
    await kym(["edit", "base.zarr", "a", "--condition", "AngII", "--note", "ours"], { cwd });
    await (text === undefined ? rm(file) : writeFile(file, text));
    const listed = await kymJson(["ls", "base.zarr"], { cwd });
    expect([listed.ok, listed.data.filter(isMarked).map(idOf)]).toEqual([true, ["a"]]);
    // What the image's zarr.json repeats is known, and nothing else is.
    expect(listed.data[0]).toMatchObject({ image_id: "a", condition: "AngII", note: null });
    const shown = await kym(["show", "base.zarr", "a"], { cwd });
    expect([shown.exitCode, shown.stdout]).toEqual([
      0,
      expect.stringMatching(/perhaps changed: analysis\/metadata\.json[\s\S]*ROIs are not known/),
    ]);
    const asked = await kym(["query", "base.zarr", "select image_id from images"], { cwd });
    expect([asked.exitCode, asked.stderr]).toEqual([
      0,
      expect.stringContaining("analysis/metadata.json was changed or removed by another program"),
    ]);
    expect((await kym(["report", "base.zarr", "-o", "report.html"], { cwd })).exitCode).toBe(0);
    expect(await readFile(file, "utf8").catch(() => undefined)).toBe(text);
  });

  it("is marked although its size stayed, once index has remembered what it saw", async () => {
    await kym(["edit", "base.zarr", "b", "--condition", "AngII"], { cwd });
    expect((await kym(["index", "base.zarr"], { cwd })).exitCode).toBe(0);
    await sameSize("b", "analysis/radon/params.json");
    const { data } = await kymJson(["ls", "base.zarr"], { cwd });
    expect(data.filter(isMarked).map(idOf)).toEqual(["b"]);
    expect((await kym(["index", "base.zarr"], { cwd })).exitCode).toBe(3);
  });

  it("is taken in by index --adopt, and its rows are those of the file", async () => {
    await put("a", EVENTS, edited);
    await put("d", EVENTS, edited);
    const { exitCode, stdout } = await kym(["index", "base.zarr", "--adopt"], { cwd });
    expect([exitCode, stdout.split("\n").slice(0, 3)]).toEqual([
      0,
      [
        `adopted changed: images/a/${EVENTS}`,
        `adopted new: images/d/${EVENTS}`,
        "kym_velocity_events: updated 2 · fresh 2 · not analysed 0",
      ],
    ]);
    await using dataset = await openLocalDataset(join(cwd, "base.zarr"), { mode: "r" });
    const rows = [...rowsOf(await dataset.loadTable("kym_velocity_events"))];
    expect(
      rows.filter(({ user_type: type }) => type === "false_stall").map(({ image_id: id }) => id),
    ).toEqual(["a", "a", "a", "d", "d", "d"]);
    const { data } = await kymJson(["ls", "base.zarr"], { cwd });
    expect(data.filter(isMarked)).toEqual([]);
    expect((await kym(["index", "base.zarr"], { cwd })).exitCode).toBe(0);
  });

  it("is not suspected because of its time: what has the committed bytes is fresh", async () => {
    const past = new Date("2020-01-01T00:00:00Z");
    await utimes(fileOf("a", EVENTS), past, past);
    await copyFile(fileOf("b", EVENTS), join(cwd, "aside"));
    await copyFile(join(cwd, "aside"), fileOf("b", EVENTS));
    const { exitCode, stdout } = await kym(["index", "base.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("fresh 3 · not analysed 1")]);
    expect((await kym(["explain", "base.zarr", "a"], { cwd })).exitCode).toBe(0);
  });

  it("does not call a copy changed, whatever times its files got", async () => {
    await cp(join(cwd, "base.zarr"), join(cwd, "copy.zarr"), { recursive: true });
    for (const args of [["index"], ["explain"], ["ls"]]) {
      const { exitCode, stdout } = await kym([...args, "copy.zarr"], { cwd });
      expect([args, exitCode, stdout.includes("perhaps")]).toEqual([args, 0, false]);
    }
  });

  it("has no name, and no order, for a blind scorer", async () => {
    await put("a", EVENTS, edited);
    await put("d", EVENTS, edited);
    for (const command of ["ls", "index", "explain"]) {
      const { stderr } = await kym([command, "base.zarr", "--blind"], { cwd });
      const notes = stderr.split("\n").filter((line) => line.includes(": a file"));
      expect(notes).toEqual([...notes].sort());
      expect(notes).toHaveLength(2);
      expect(stderr).not.toContain("velocity_events");
    }
  });
});

function isMarked({ perhaps_changed: isMarkedNow }: { readonly perhaps_changed: boolean }): boolean {
  return isMarkedNow;
}

function idOf({ image_id: id }: { readonly image_id: string }): string {
  return id;
}

function typeOf(rows: readonly Row[], name: string): "utf8" | "int64" | "float64" | "bool" {
  const value = rows.map((row) => row[name]).find((each) => each !== null && each !== undefined);
  switch (typeof value) {
    case "bigint":
      return "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    default:
      return "utf8";
  }
}
