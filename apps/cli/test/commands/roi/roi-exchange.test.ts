import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImageJRois, writeImageJRoi } from "@kym/roi/imagej";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { treeHash } from "../../support/tree-hash.ts";

const AT = ["study.zarr", "image-one"];

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-roi-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  const data = Uint8Array.from({ length: 24 }, (_, index) => index);
  await dataset.addImage({ dtype: "uint8", shape: [6, 4], data }, { id: "image-one", axes: ["t", "x"] });
});
afterEach(() => rm(cwd, { recursive: true }));

async function addSome(): Promise<void> {
  await kym(["roi", "add", ...AT, "--lines", "1:5", "--px", "0:2", "--name", "vessel"], { cwd });
  await kym(["roi", "add", ...AT, "--type", "line", "--points", "0.5,0.5 4.5,3.5", "--note", "steep"], {
    cwd,
  });
}

it.each(["rois.zip", "rois.geojson"])("exports all ROIs to %s and imports them again", async (file) => {
  await addSome();
  const { stdout } = await kym(["roi", "export", ...AT, file], { cwd });
  expect(stdout).toBe(
    "exported 1 rect lines 1–5, px 0–2  vessel\n" + "exported 2 line 0.5,0.5 4.5,3.5  steep\n",
  );
  const { data } = await kymJson(["roi", "import", ...AT, file], { cwd });
  expect(data).toMatchObject({ action: "import", failed: [], ignored: [], skipped: [] });
  expect(data.rois).toMatchObject([
    { roi_id: 3, type: "rect", name: "vessel", stats: { imgMin: 4, imgMax: 17 } },
    {
      roi_id: 4,
      type: "line",
      points: [
        { dim0: 0.5, dim1: 0.5 },
        { dim0: 4.5, dim1: 3.5 },
      ],
    },
  ]);
});

it("imports what it can of a file, says by name what it cannot, and ends with 3", async () => {
  const position = (x: number) => ({ x, y: 0, width: 2, height: 2 });
  const none = writeImageJRoi({ type: "rect", bounds: position(0) }).with(6, 6);
  await writeFile(join(cwd, "none.roi"), none);
  const lone = await kym(["roi", "import", ...AT, "none.roi"], { cwd });
  expect([lone.exitCode, lone.stderr]).toEqual([
    6,
    expect.stringContaining("none.roi: ImageJ selections of type none"),
  ]);
  await writeFile(
    join(cwd, "shapes.json"),
    JSON.stringify([
      { type: "Feature", geometry: { type: "GeometryCollection", geometries: [] }, properties: {} },
      {
        type: "Feature",
        geometry: {
          type: "LineString",
          coordinates: [
            [1, 2],
            [3, 4],
          ],
        },
        bbox: [1, 2, 3, 4],
      },
      {
        type: "Feature",
        geometry: {
          type: "LineString",
          coordinates: [
            [91, 92],
            [93, 94],
          ],
        },
      },
    ]),
  );
  const { exitCode, stdout, stderr } = await kym(
    ["roi", "import", ...AT, "shapes.json", "--pixel-center", "0"],
    { cwd },
  );
  expect([exitCode, stdout]).toEqual([3, "imported 1 line 2.5,1.5 4.5,3.5\n"]);
  expect(stderr).toContain('not imported: $[0]: $[0].geometry.type: a geometry of type "GeometryCollection"');
  expect(stderr).toContain("not imported: $[2]: points: expected a length inside the image");
  expect(stderr).toContain("not kept of $[1]: bbox [1,2,3,4]");
});

it("exports one ROI as .roi, says what has no place in it, and writes over no file unasked", async () => {
  await addSome();
  const one = ["roi", "export", ...AT, "one.roi"];
  expect((await kym(one, { cwd })).exitCode).toBe(2);
  expect((await kym([...one, "--only", "1", "-n"], { cwd })).stdout).toMatch(/^would have exported 1 rect/);
  expect((await kym([...one, "--only", "1"], { cwd })).exitCode).toBe(0);
  const { rois } = await readImageJRois(await readFile(join(cwd, "one.roi")));
  expect(rois).toMatchObject([{ draft: { name: "vessel", channel: 1, z: 0 } }]);
  expect((await kym([...one, "--only", "2"], { cwd })).exitCode).toBe(5);
  expect((await kym([...one, "--only", "2", "--force"], { cwd })).exitCode).toBe(0);
  expect((await readImageJRois(await readFile(join(cwd, "one.roi")))).rois[0]?.draft.type).toBe("line");
});

it("writes nothing on a dry run", async () => {
  await addSome();
  await kym(["roi", "export", ...AT, "rois.zip"], { cwd });
  const before = await treeHash(cwd);
  const { data } = await kymJson(["roi", "import", ...AT, "rois.zip", "-n"], { cwd });
  expect([data.dryRun, data.rois.length]).toEqual([true, 2]);
  await kym(["roi", "export", ...AT, "more.zip", "-n"], { cwd });
  expect(await treeHash(cwd)).toBe(before);
});

it("refuses what it does not know, with the code for it", async () => {
  await writeFile(join(cwd, "bad.geojson"), "{");
  await writeFile(join(cwd, "bad.zip"), "PK");
  const code = async (...args: string[]): Promise<number | null> =>
    (await kym(["roi", ...args], { cwd })).exitCode;
  expect(await code("import", ...AT)).toBe(2);
  expect(await code("import", ...AT, "rois.txt")).toBe(2);
  expect(await code("import", ...AT, "none.zip")).toBe(6);
  expect(await code("import", ...AT, "bad.geojson")).toBe(6);
  expect(await code("import", ...AT, "bad.zip")).toBe(6);
  expect(await code("import", ...AT, "bad.geojson", "--pixel-center", "1")).toBe(2);
  expect(await code("export", ...AT, "rois.zip", "--only", "9")).toBe(6);
  expect(await code("export", ...AT, "none/rois.zip")).toBe(6);
});

it("takes in an oval, says what it became, and gives ImageJ its own bytes back until it is moved", async () => {
  const bytes = writeImageJRoi({ type: "rect", name: "o", bounds: { x: 0, y: 0, width: 4, height: 5 } });
  const oval = bytes.with(6, 2).with(64 + 30, 9);
  await writeFile(join(cwd, "oval.roi"), oval);
  const { exitCode, stdout, stderr } = await kym(["roi", "import", ...AT, "oval.roi"], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe("imported 1 polygon 0,3 1,3 1,4 4,4 and 8 more  o · ImageJ oval, here a polygon\n");
  await kym(["roi", "export", ...AT, "same.roi"], { cwd });
  expect(new Uint8Array(await readFile(join(cwd, "same.roi")))).toEqual(new Uint8Array(oval));
  await kym(["roi", "edit", ...AT, "1", "--points", "0,0 3,0 3,3"], { cwd });
  await kym(["roi", "export", ...AT, "moved.roi"], { cwd });
  const { rois } = await readImageJRois(await readFile(join(cwd, "moved.roi")));
  expect(rois).toMatchObject([{ draft: { type: "polygon", points: [{}, {}, {}] }, ignored: [] }]);
});

it("adds points, and exchanges them with GeoJSON, whose features all have the same properties", async () => {
  const added = await kym(["roi", "add", ...AT, "--type", "point", "--points", "1,2 3.5,0.5"], { cwd });
  expect(added.stdout).toBe("added 1 point 1,2 3.5,0.5\n");
  await addSome();
  await kym(["roi", "export", ...AT, "rois.geojson"], { cwd });
  const { features } = JSON.parse(await readFile(join(cwd, "rois.geojson"), "utf8"));
  expect(features.map((each: { properties: object }) => Object.keys(each.properties))).toEqual(
    Array.from({ length: 3 }, () => ["objectType", "name", "note", "roi_type"]),
  );
  const { data } = await kymJson(["roi", "import", ...AT, "rois.geojson"], { cwd });
  expect(data.rois[0]).toMatchObject({
    type: "point",
    points: [
      { dim0: 1, dim1: 2 },
      { dim0: 3.5, dim1: 0.5 },
    ],
  });
});

it("reads what QuPath writes, with measurements that are NaN and ids of any length", async () => {
  const geometry = '{"type":"Point","coordinates":[1.5,2.5]}';
  const feature = `{"type":"Feature","id":12345678901234567890,"geometry":${geometry},"properties":{"measurements":{"Area":NaN}}}`;
  await writeFile(join(cwd, "qupath.geojson"), `[${feature}]`);
  const { exitCode, stdout } = await kym(["roi", "import", ...AT, "qupath.geojson"], { cwd });
  expect([exitCode, stdout]).toEqual([0, "imported 1 point 2.5,1.5\n"]);
  await kym(["roi", "export", ...AT, "again.geojson"], { cwd });
  expect(JSON.parse(await readFile(join(cwd, "again.geojson"), "utf8")).features[0]).toMatchObject({
    id: "12345678901234567890",
    properties: { measurements: { Area: null } },
  });
});
