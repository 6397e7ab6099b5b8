// Checks what happens to a dataset whose Zarr nodes a Zarr program writes.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { hasPython, runPython } from "../python-environment.ts";

const IMAGE = { dtype: "uint16", shape: [2, 3], data: Uint16Array.of(1, 2, 3, 4, 5, 65535) } as const;
const MASK = { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) } as const;

async function contentsOf(dataset: ZarrDataset): Promise<unknown> {
  const record = dataset.record("one");
  return {
    ids: await dataset.listImageIds(),
    attributes: await record.attributes(),
    pixels: [...(await record.loadArray({ dtype: "uint16" })).data],
    mask: [...(await record.loadArrayArtifact("deep/mask")).data],
    images: (await dataset.rebuildManifest()).images,
  };
}

describe.skipIf(!(await hasPython()))("a Zarr program writes to our nodes", () => {
  let cwd = "";
  let path = "";
  let before: unknown;

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-python-nodes-"));
    path = join(cwd, "study.zarr");
    await using dataset = await openLocalDataset(path);
    const attributes = { title: "µ-scan", step: 1e-7, big: 2n ** 60n };
    const record = await dataset.addImage(IMAGE, { id: "one", axes: ["t", "x"], attributes });
    await record.saveArrayArtifact("deep/mask", MASK, { attributes: { gain: 0.5 } });
    await record.saveJson("qc", { passed: true });
    await dataset.updateManifest();
    before = await contentsOf(dataset);
  }, 300_000);
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it.each([
    ["zarr-python consolidates the metadata", "consolidate", [], ["zarr.json"]],
    [
      "zarr-python sets attributes of every node",
      "attributes",
      [
        "images/one/analysis_arrays/deep/mask/data/zarr.json",
        "images/one/analysis_arrays/deep/zarr.json",
        "images/one/data/zarr.json",
        "images/one/zarr.json",
        "images/zarr.json",
        "zarr.json",
      ],
      [],
    ],
    ["xarray adds a variable to an image", "xarray", [], ["images/one/zarr.json"]],
    [
      "zarr-python consolidates an image, the images and the root, with an attribute",
      "consolidate all",
      [],
      ["images/one/zarr.json", "images/zarr.json", "zarr.json"],
    ],
    ["zarr-python resizes the pixels", "resize", [], ["images/one/data/zarr.json"]],
    [
      "xarray adds variables with attributes of their own, and drops ours",
      "xarray of its own",
      [],
      ["images/one/zarr.json", "zarr.json"],
    ],
  ])(
    "%s: all is read, images can be added and seen, check names the files, adopt takes the attributes",
    async (_name, way, adopted, restored) => {
      const said = JSON.parse(await runPython(new URL("write_nodes.py", import.meta.url), [path, way]));
      await using dataset = await openLocalDataset(path);
      expect(await contentsOf(dataset)).toEqual(before);
      const rewritten = async (): Promise<readonly string[]> =>
        (await dataset.check()).problems.flatMap(({ kind, path: file }) =>
          kind === "rewritten" ? [file] : [],
        );
      expect(await rewritten()).toEqual([...adopted, ...restored].sort());
      await dataset.addImage(IMAGE, { id: "two" });
      expect([...(await dataset.record("two").loadArray()).data]).toEqual([...IMAGE.data]);
      if (way.startsWith("consolidate")) {
        const seen = await runPython(new URL("write_nodes.py", import.meta.url), [path, "look"]);
        expect(JSON.parse(seen)).toEqual(["one", "two"]);
      }
      // Groups above the new image that were consolidated are back already.
      const left = await rewritten();
      const { stdout } = await kym(["adopt", "study.zarr"], { cwd });
      expect(stdout.split("\n").filter((line) => line.startsWith("adopted"))).toEqual(
        adopted.map((file) => `adopted changed: ${file}`),
      );
      expect(stdout.split("\n").filter((line) => line.startsWith("put back"))).toHaveLength(
        left.length - adopted.length,
      );
      await using after = await openLocalDataset(path);
      expect((await after.check()).problems.filter(({ kind }) => kind !== "unknown")).toEqual([]);
      const { summary, created_utc, axes, title, step, big, ...added } = await after
        .record("one")
        .attributes();
      expect({ title, step, big }).toEqual({ title: "µ-scan", step: 1e-7, big: 2n ** 60n });
      expect(added).toEqual(
        way === "attributes" ? { note: { text: "µm, by hand", when: [1e-7, 2n ** 60n] } } : {},
      );
      expect([...(await after.record("one").loadArray()).data]).toEqual([...IMAGE.data]);
      expect(said.image.axes).toEqual(way === "xarray of its own" ? undefined : axes);
      await after.record("one").updateAttributes({ mine: 1 });
      expect(await after.record("one").attributes()).toMatchObject({ ...added, mine: 1 });
    },
  );
});
