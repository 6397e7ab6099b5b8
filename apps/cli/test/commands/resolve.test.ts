// A condition that was mistyped in a sidecar, and what is settled by `kym resolve`: on real line scans.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editMetadata, summarizeMetadata } from "@kym/kym-schema";
import { jsonText } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { kym, kymJson, type Run } from "../support/kym.ts";
import { treeHash } from "../support/tree-hash.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const NAME = "20250722_A89_0002";
const IMAGE = `28d AngII/20250722/${NAME}.tif`;
const SIDECAR = `28d AngII/20250722/${NAME}.json`;

describe.skipIf(KYMOGRAPHS === undefined)("kym resolve on real kymographs", () => {
  let work = "";
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym resolve [µ]-"));
    await copy(KYMOGRAPHS ?? "", join(work, "lab"));
    await run(0, "ingest", "lab", "study.zarr");
    await run(0, "index", "study.zarr");
    await copy(join(work, "study.zarr"), join(work, "indexed.zarr"));
  });
  beforeEach(async () => {
    for (const name of ["lab", "study.zarr", "study.ingest-report.json"]) {
      await rm(join(work, name), { recursive: true, force: true });
    }
    await copy(KYMOGRAPHS ?? "", join(work, "lab"));
    await copy(join(work, "indexed.zarr"), join(work, "study.zarr"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));
  const copy = (from: string, to: string): Promise<void> =>
    cp(from, to, { recursive: true, preserveTimestamps: true });
  const run = async (exitCode: number, ...args: readonly string[]): Promise<Run> => {
    const done = await kym(args, { cwd: work });
    expect(done.exitCode, `${done.stdout}${done.stderr}`).toBe(exitCode);
    return done;
  };
  const screen = async (columns: number, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await kym(args, { cwd: work, columns, env: { NO_COLOR: "1" } });
    return stdout + stderr;
  };
  /** The lab writes its sidecar anew. */
  const sidecar = async (experiment: object, more: object = {}): Promise<void> => {
    const path = join(work, "lab", SIDECAR);
    const before = JSON.parse(await readFile(path, "utf8"));
    const after = {
      ...before,
      ...more,
      experiment_metadata: { ...before.experiment_metadata, ...experiment },
    };
    await writeFile(path, JSON.stringify(after, undefined, 2));
  };
  /** A program edits the dataset. */
  const edit = async (change: Parameters<typeof editMetadata>[1]): Promise<void> => {
    await using dataset = await openLocalDataset(join(work, "study.zarr"), { summarize: summarizeMetadata });
    const rows = await dataset.loadSourcesIndex();
    const id = rows.find((row) => row.source_rel_path === IMAGE)?.image_id ?? "";
    const { text } = await dataset.record(id).loadJsonText("metadata");
    await dataset.record(id).saveJson("metadata", jsonText(editMetadata(text, change)));
  };
  const listed = async () =>
    (
      await kymJson(["ls", "study.zarr", "--columns", "file_name,condition,note,n_rois"], { cwd: work })
    ).data.find((row: { file_name: string }) => row.file_name === NAME);

  it("a condition that was mistyped in a sidecar is corrected by a refresh after a ROI was added", async () => {
    await sidecar({ condition: "AgnII" });
    await run(0, "refresh", "study.zarr", "lab");
    await run(0, "roi", "add", "study.zarr", NAME, "--lines", "0:3000", "--px", "2:9", "--name", "vessel");
    await sidecar({ condition: "AngII" });
    const { stdout } = await run(0, "refresh", "study.zarr", "lab");
    expect(stdout).toContain("0 new, 1 updated, 3 unchanged\nloaded 4 of 4");
    expect(stdout).not.toContain("conflict");
    expect(await listed()).toMatchObject({ condition: "AngII", n_rois: 3 });
    expect((await run(0, "resolve", "study.zarr")).stdout).toBe("no conflict is open\n");
    expect((await run(0, "refresh", "study.zarr", "lab")).stdout).toContain("0 new, 4 unchanged");
    await run(0, "check", "study.zarr");
  });

  it("a refresh that leaves a conflict open ends with 3, and so does the next one until it is settled", async () => {
    await edit({ experiment: { condition: "mine", note: "mine" } });
    await sidecar({ condition: "theirs", note: "theirs" });
    const before = await treeHash(join(work, "study.zarr"));
    const planned = await kymJson(["refresh", "study.zarr", "lab", "--dry-run"], { cwd: work });
    expect(planned.data.conflicts[0].reason).toContain("edited in the dataset since: condition, note");
    expect(await treeHash(join(work, "study.zarr")), "a dry run writes nothing").toBe(before);
    const { stdout } = await run(3, "refresh", "study.zarr", "lab");
    expect(stdout).toContain("\n1 image has open conflicts: kym resolve study.zarr lists them\n");
    expect((await run(3, "refresh", "study.zarr", "lab")).stdout).toContain("1 image has open conflicts");
    expect(await listed()).toMatchObject({ condition: "mine", note: "mine" });

    expect(
      await screen(80, "resolve", "study.zarr"),
    ).toBe(`image              field      mine    theirs    base
${NAME}  condition  "mine"  "theirs"  ""
${NAME}  note       "mine"  "theirs"  ""

next: kym resolve study.zarr ${NAME} --mine|--theirs
`);
    const settled = await screen(80, "resolve", "study.zarr", NAME, "--field", "condition=theirs");
    expect(settled).toBe(`${NAME}: took theirs of condition "theirs"
1 conflict of ${NAME} still open: note

next: kym resolve study.zarr ${NAME}
`);
    await run(3, "refresh", "study.zarr", "lab");
    await run(0, "resolve", "study.zarr", NAME, "--mine");
    expect(await listed()).toMatchObject({ condition: "theirs", note: "mine" });
    await run(0, "refresh", "study.zarr", "lab");
    expect((await run(0, "resolve", "study.zarr")).stdout).toBe("no conflict is open\n");
    await run(0, "check", "study.zarr");
    const { stdout: log } = await run(0, "log", "study.zarr");
    expect(log).toContain(`refresh: attachment ${NAME}.json of ${NAME} added; conflicts of ${NAME} opened\n`);
    expect(log).toContain(`resolve: condition of ${NAME}: mine → theirs; conflicts of ${NAME} changed\n`);
    expect(log).toContain(
      `resolve: all conflicts of ${NAME} settled; attachment ${NAME}.json of ${NAME} deleted\n`,
    );
  });

  it("what went stale and the next line are printed, and --json gives both", async () => {
    await edit({ accepted: false, experiment: { condition: "mine" } });
    await sidecar({ condition: "theirs" });
    await run(3, "refresh", "study.zarr", "lab");
    await run(0, "index", "study.zarr");
    const plan = await screen(80, "resolve", "study.zarr", NAME, "--theirs", "--dry-run");
    expect(plan).toBe(`${NAME}: would take theirs of condition "theirs"\n`);
    await copy(join(work, "study.zarr"), join(work, "open.zarr"));
    expect(await screen(80, "resolve", "study.zarr", NAME, "--theirs")).toBe(
      `${NAME}: took theirs of condition "theirs"
kym_radon: the rows of 1 image are stale now

next: kym index study.zarr
`,
    );
    const { data } = await kymJson(["resolve", "open.zarr", NAME, "--theirs"], { cwd: work });
    await rm(join(work, "open.zarr"), { recursive: true });
    expect(data).toMatchObject({
      settled: [{ field: "experiment_metadata.condition", mine: "mine", theirs: "theirs", side: "theirs" }],
      open: [],
      went_stale: [{ table: "kym_radon", image_ids: [data.image_id] }],
      next: "kym index open.zarr",
    });
  });

  it("a ROI of one id with two geometries is in conflict, and keeps its id whichever side is taken", async () => {
    await run(0, "roi", "edit", "study.zarr", NAME, "1", "--px", "3:9");
    const path = join(work, "lab", SIDECAR);
    const before = JSON.parse(await readFile(path, "utf8"));
    const [first, ...rest] = before.rois;
    const bound = Object.keys(first).includes("dim1_start") ? first : first.data;
    bound.dim1_start = 5;
    await writeFile(path, JSON.stringify({ ...before, rois: [first, ...rest] }));
    await run(3, "refresh", "study.zarr", "lab");
    const { data } = await kymJson(["resolve", "study.zarr"], { cwd: work });
    expect(data[0].conflicts).toMatchObject([{ field: "roi:1", mine: { roi_id: 1 }, theirs: { roi_id: 1 } }]);
    await run(0, "resolve", "study.zarr", NAME, "--field", "ROI 1=theirs");
    const { stdout } = await run(0, "roi", "list", "study.zarr", NAME);
    expect(stdout).toMatch(/^1 +rect .*px 5–/m);
  });

  it("a mistake is named, and writes nothing", async () => {
    await edit({ experiment: { condition: "mine" } });
    await sidecar({ condition: "theirs" });
    await run(3, "refresh", "study.zarr", "lab");
    const before = await treeHash(join(work, "study.zarr"));
    const said = async (exitCode: number, ...args: readonly string[]): Promise<string> =>
      (await run(exitCode, "resolve", "study.zarr", ...args)).stderr;
    expect(await said(2, "--mine")).toContain("name the image");
    expect(await said(2, NAME, "--mine", "--theirs")).toContain("contradict each other");
    expect(await said(2, NAME, "--field", "condition")).toContain("expected NAME=mine or NAME=theirs");
    expect(await said(6, NAME, "--field", "conditon=mine")).toContain("did you mean condition?");
    expect(await said(6, "Capillary1_0001", "--mine")).toContain("has no open conflict");
    expect(await said(6, "nobody", "--mine")).toContain("there is no image");
    expect(await treeHash(join(work, "study.zarr"))).toBe(before);
  });
});
