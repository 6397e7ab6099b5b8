import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { kymProcess } from "../../support/kym-process.ts";
import { treeHash } from "../../support/tree-hash.ts";

const IMAGE = ["study.zarr", "image-one"];

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-roi-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  const data = Uint8Array.from({ length: 24 }, (_, index) => index);
  await dataset.addImage({ dtype: "uint8", shape: [6, 4], data }, { id: "image-one", axes: ["t", "x"] });
});
afterEach(() => rm(cwd, { recursive: true }));

it("adds a clamped ROI, edits, lists and deletes it; a moved one has the next revision", async () => {
  const at = ["study.zarr", "image-one"];
  const add = ["roi", "add", ...at, "--lines", "1:99", "--px", "0:2", "--name", "vessel"];
  const before = await treeHash(cwd);
  expect((await kymJson([...add, "-n"], { cwd })).data).toMatchObject({ dryRun: true, roi: { roi_id: 1 } });
  expect(await treeHash(cwd)).toBe(before);
  expect((await kymJson(add, { cwd })).data.roi).toMatchObject({
    roi_id: 1,
    revision: 0,
    bounds: { dim0Start: 1, dim0Stop: 6, dim1Start: 0, dim1Stop: 2 },
    stats: { imgMin: 4, imgMax: 21 },
  });
  const renamed = await kymJson(["roi", "edit", ...at, "1", "--name", "other"], { cwd });
  expect(renamed.data.roi).toMatchObject({ revision: 0, name: "other" });
  const moved = await kymJson(["roi", "edit", ...at, "1", "--px", "1:3"], { cwd });
  expect(moved.data.roi).toMatchObject({ revision: 1, bounds: { dim0Start: 1, dim1Start: 1, dim1Stop: 3 } });
  const { stdout } = await kym(["roi", "list", ...at], { cwd });
  expect(stdout).toBe("1 rect lines 1–6, px 1–3 revision 1  other\n");
  await kym(["roi", "delete", ...at, "1", "--yes"], { cwd });
  expect((await kym(["roi", "list", ...at], { cwd })).stdout).toBe("no ROIs\n");
  expect((await kymJson(["roi", "add", ...at], { cwd })).data.roi.roi_id).toBe(2);
});

it("takes the sides of a rect in seconds and µm where the scale is known, rounded to whole lines and pixels", async () => {
  const at = ["study.zarr", "image-one"];
  const add = ["roi", "add", ...at, "--seconds", "0.25:1.1", "--um", "1:1.6"];
  const unknown = await kym(add, { cwd });
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    "kym: the scale of this image is not known, so --seconds says no place\n     use --lines\n",
  ]);
  {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { summarize: summarizeMetadata });
    const header = { shape: [6, 4], voxels: [0.25, 0.5], voxels_units: ["s", "um"] };
    await dataset.record("image-one").saveJson("metadata", { header });
  }
  const { data } = await kymJson(add, { cwd });
  expect(data.roi.bounds).toEqual({ dim0Start: 1, dim0Stop: 4, dim1Start: 2, dim1Stop: 3 });
  const moved = await kymJson(["roi", "edit", ...at, "1", "--um", "0:1"], { cwd });
  expect(moved.data.roi.bounds).toEqual({ dim0Start: 1, dim0Stop: 4, dim1Start: 0, dim1Stop: 2 });
  const both = await kym(["roi", "edit", ...at, "1", "--um", "0:1", "--px", "0:1"], { cwd });
  expect([both.exitCode, both.stderr]).toEqual([
    2,
    expect.stringContaining("--px and --um say the same side"),
  ]);
  const odd = await kym(["roi", "edit", ...at, "1", "--um", "wide"], { cwd });
  expect([odd.exitCode, odd.stderr]).toEqual([
    2,
    expect.stringContaining('--um must be START:STOP, not "wide"'),
  ]);
});

it("adds lines and polygons by their points, clipped, and moves them", async () => {
  const at = ["study.zarr", "image-one"];
  const add = ["roi", "add", ...at, "--type", "polygon", "--points", "0,0 0,3.5 3.5,0", "--name", "corner"];
  const corners = [
    { dim0: 0, dim1: 0 },
    { dim0: 0, dim1: 3.5 },
    { dim0: 3.5, dim1: 0 },
  ];
  expect((await kymJson(add, { cwd })).data.roi).toMatchObject({
    type: "polygon",
    points: corners,
    stats: { imgMin: 0, imgMax: 8 },
  });
  await kym(["roi", "add", ...at, "--type", "line", "--points", "0.5,-4  0.5,90"], { cwd });
  const { stdout } = await kym(["roi", "list", ...at], { cwd });
  expect(stdout.split("\n")).toEqual(["1 polygon 0,0 0,3.5 3.5,0  corner", "2 line 0.5,0 0.5,4", ""]);
  const moved = await kymJson(["roi", "edit", ...at, "2", "--points", "1.5,0 1.5,4"], { cwd });
  expect(moved.data.roi).toMatchObject({ revision: 1, stats: { imgMin: 4, imgMax: 7 } });
  expect((await kym(["show", ...at], { cwd })).stdout).toContain("2 line 1.5,0 1.5,4\n");
});

it("asks before it deletes a ROI; where nobody can be asked, it deletes nothing and ends with 5", async () => {
  const remove = ["roi", "delete", ...IMAGE, "1"];
  await kym(["roi", "add", ...IMAGE, "--px", "0:2", "--name", "vessel"], { cwd });
  const tree = await treeHash(cwd);
  const refused = await kym(remove, { cwd, stdin: "y\n" });
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toContain("Delete ROI 1 rect lines 0–6, px 0–2  vessel?");
  expect(refused.stderr).toContain("kym roi delete study.zarr image-one 1 --yes\n");
  expect(JSON.parse((await kym([...remove, "--json"], { cwd })).stdout)).toMatchObject({
    ...{ ok: false, error: "cannot_ask" },
  });
  const atTerminal = { cwd, columns: 80, stdinIsTty: true };
  expect((await kym(remove, { ...atTerminal, stdin: "n\n" })).stdout).toBe("nothing was deleted\n");
  expect(await treeHash(cwd)).toBe(tree);
  const { stdout, stderr } = await kym(remove, { ...atTerminal, stdin: "y\n" });
  expect(stderr).toContain("Delete ROI 1 rect lines 0–6, px 0–2  vessel? [y/N] ");
  expect(stdout).toBe("deleted 1 rect lines 0–6, px 0–2  vessel\n");
});

it("refuses what it does not know, with the code for it", async () => {
  const code = async (...args: string[]): Promise<number | null> =>
    (await kym(["roi", ...args], { cwd })).exitCode;
  expect(await code("paint", "study.zarr", "image-one")).toBe(2);
  expect(await code("add", "study.zarr", "image-one", "--px", "wide")).toBe(2);
  expect(await code("edit", "study.zarr", "image-one")).toBe(2);
  const add = ["add", "study.zarr", "image-one"];
  expect(await code(...add, "--type", "line", "--points", "0,0 1,1", "--px", "0:1")).toBe(2);
  expect(await code(...add, "--type", "polygon", "--points", "0,0 1,1 2,2")).toBe(2);
  expect(await code("list", "study.zarr", "nobody")).toBe(6);
  expect(await code("delete", "study.zarr", "image-one", "9")).toBe(6);
});

it("keeps every ROI that processes add at the same time, and gives no id twice", async () => {
  const names = ["a", "b", "c", "d"];
  const added = await Promise.all(
    names.map((name) => kymProcess(["roi", "add", ...IMAGE, "--name", name, "--json"], { cwd })),
  );
  const told = added
    .map(({ stdout }) => JSON.parse(stdout).data.roi)
    .map((roi: { roi_id: number; name: string }) => [roi.roi_id, roi.name]);
  const { data } = await kymJson(["roi", "list", ...IMAGE], { cwd });
  const listed = data.map((roi: { roi_id: number; name: string }) => [roi.roi_id, roi.name]);
  expect(listed).toEqual(told.sort());
  expect(listed).toHaveLength(names.length);
});
