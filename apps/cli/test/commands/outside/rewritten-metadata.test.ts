// What kym does about a dataset whose Zarr metadata another program wrote.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const BASE = findSharedData("cases/dataset-common/base.zarr.tgz");
const CASE = findSharedData("cases/dataset-02-consolidate-metadata-closes-dataset");
const PYTHON = { zarr_format: 3, node_type: "group" };
const BLOCK = { kind: "inline", must_understand: false, metadata: {} };

describe.runIf(BASE !== undefined && CASE !== undefined)("metadata that another program wrote", () => {
  let cwd = "";
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-rewritten-"));
    await promisify(execFile)("tar", ["xzf", BASE ?? "", "-C", cwd]);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const at = (path: string): string => join(cwd, "base.zarr", path);
  const write = (path: string, node: object): Promise<void> =>
    writeFile(at(path), JSON.stringify(node, null, 2));
  const read = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
    JSON.parse(await readFile(at(path), "utf8"));
  const rewrite = async (path: string, members: object): Promise<void> =>
    write(path, { ...(await read(path)), ...members });
  /** What is kept of other programs' files. */
  const kept = async (): Promise<readonly string[]> => {
    const names = await readdir(at("__staging"), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile() && entry.parentPath.includes("obstacle-"));
    return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")));
  };

  /** The case of the root consolidated or with an attribute, and what else Zarr programs do. */
  const WAYS: readonly (readonly [
    name: string,
    path: string,
    write: () => Promise<void>,
    message: string,
    remedy: string,
  ])[] = [
    [
      "zarr.consolidate_metadata",
      "zarr.json",
      () => copyFile(join(CASE ?? "", "zarr.json"), at("zarr.json")),
      "consolidated metadata added",
      "repair",
    ],
    [
      "an attribute of the root",
      "zarr.json",
      () => copyFile(join(CASE ?? "", "zarr-attrs.json"), at("zarr.json")),
      "the attribute lab added",
      "adopt",
    ],
    [
      "to_zarr(root, mode='a') of xarray, which drops all attributes",
      "zarr.json",
      () => write("zarr.json", { ...PYTHON, attributes: { by: "me" }, consolidated_metadata: BLOCK }),
      "format, format_version, created_utc, by, consolidated metadata",
      "repair",
    ],
    [
      "to_zarr of xarray into an image, with its attributes",
      "images/a/zarr.json",
      () => rewrite("images/a/zarr.json", { consolidated_metadata: BLOCK }),
      "consolidated metadata added",
      "repair",
    ],
    [
      "to_zarr of xarray into an image, with attributes of its own",
      "images/a/zarr.json",
      () =>
        write("images/a/zarr.json", { ...PYTHON, attributes: { by: "me" }, consolidated_metadata: BLOCK }),
      "axes, created_utc, summary, by, consolidated metadata",
      "repair",
    ],
    [
      "the group of all images consolidated",
      "images/zarr.json",
      () => rewrite("images/zarr.json", { consolidated_metadata: BLOCK }),
      "consolidated metadata added",
      "repair",
    ],
    [
      "pixels resized by zarr-python",
      "images/a/data/zarr.json",
      () => rewrite("images/a/data/zarr.json", { shape: [4000, 8] }),
      "shape",
      "repair",
    ],
  ];

  it.each(WAYS)(
    "stops nothing, and check calls it rewritten: %s",
    async (_name, path, wrote, message, remedy) => {
      const { data: before } = await kymJson(["show", "base.zarr", "a"], { cwd });
      await wrote();
      const text = await readFile(at(path), "utf8");
      const checked = await kymJson(["check", "base.zarr"], { cwd });
      expect(checked.data.problems).toMatchObject([{ kind: "rewritten", path, remedy }]);
      const { exitCode, stdout } = await kym(["check", "base.zarr"], { cwd });
      expect([exitCode, stdout]).toEqual([4, expect.stringContaining(message)]);
      expect(stdout).toContain(remedy === "adopt" ? "kym adopt" : "kym check --repair");
      const { data: shown } = await kymJson(["show", "base.zarr", "a"], { cwd });
      expect([shown.shape, shown.axes, shown.artifacts]).toEqual([
        before.shape,
        before.axes,
        before.artifacts,
      ]);
      expect((await kym(["ls", "base.zarr"], { cwd })).exitCode).toBe(0);
      const adopted = await kymJson(["adopt", "base.zarr"], { cwd });
      expect([adopted.data.refused, (await kym(["check", "base.zarr"], { cwd })).exitCode]).toEqual([[], 0]);
      const now = await readFile(at(path), "utf8");
      expect(now).not.toContain("consolidated");
      // Nothing of the other program's file is lost: it is in place, or kept.
      expect([now, ...(await kept())]).toContain(text);
      expect(now.includes('"lab"')).toBe(remedy === "adopt");
    },
  );

  it("is put back by the first commit that adds an image, so that other programs see the image", async () => {
    await copyFile(join(CASE ?? "", "zarr.json"), at("zarr.json"));
    await rewrite("images/zarr.json", { consolidated_metadata: BLOCK });
    const texts = [await readFile(at("zarr.json"), "utf8"), await readFile(at("images/zarr.json"), "utf8")];
    for (const args of [
      ["query", "base.zarr", "select count(*) from kym_radon"],
      ["export", "base.zarr", "out"],
    ]) {
      expect([args, (await kym(args, { cwd })).exitCode]).toEqual([args, 0]);
    }
    const warnings: string[] = [];
    const warn = (message: unknown): void => void warnings.push(String(message));
    const logger = { debug: () => undefined, info: () => undefined, warn, error: warn };
    await using dataset = await openLocalDataset(at(""), { logger });
    await dataset.addImage(createNdArray("uint8", [2, 2], Uint8Array.of(1, 2, 3, 4)), { id: "e" });
    expect(await read("zarr.json")).not.toHaveProperty("consolidated_metadata");
    expect(await read("images/zarr.json")).not.toHaveProperty("consolidated_metadata");
    expect((await kept()).toSorted()).toEqual(texts.toSorted());
    expect(warnings.filter((text) => text.includes("kept as __staging/obstacle-"))).toHaveLength(2);
    expect((await kym(["check", "base.zarr"], { cwd })).exitCode).toBe(0);
  });

  it("is left alone where the committed file cannot be made again", async () => {
    await rm(at("__commits/checkpoint.json.gz"));
    await write("images/a/zarr.json", { ...PYTHON, attributes: { by: "me" } });
    const text = await readFile(at("images/a/zarr.json"), "utf8");
    const { data } = await kymJson(["check", "base.zarr", "--repair"], { cwd });
    expect(data.problems).toMatchObject([
      { kind: "rewritten", remedy: "restore", path: "images/a/zarr.json" },
    ]);
    expect((await kym(["adopt", "base.zarr"], { cwd })).exitCode).toBe(3);
    expect(await readFile(at("images/a/zarr.json"), "utf8")).toBe(text);
    expect(await kept()).toEqual([]);
  });
});
