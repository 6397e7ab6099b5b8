import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../../src/index.ts";
import { checkLocalDataset } from "../../../src/node/index.ts";
import { collectLog } from "../../support/test-runtime.ts";
import { likeZarrPython } from "../maintain/outside/like-zarr-python.ts";
import { dieDuringUpgrade } from "./die-during-upgrade.ts";
import {
  BEFORE,
  contentsOf,
  copyVersion2,
  logOf,
  open,
  rootVersion,
  save,
  UPGRADE,
  withJson,
} from "./version-2-copy.ts";

describe("the first write to a dataset of version 2", () => {
  it("makes it one of version 3 in a commit of its own, and says so once", async () => {
    const folder = await copyVersion2();
    const infos: string[] = [];
    const logger = { ...collectLog(), info: (message: string) => infos.push(message) };
    const created = JSON.parse(await readFile(join(folder, "zarr.json"), "utf8")).attributes.created_utc;
    await using dataset = await open(folder, { logger });
    expect(dataset.version).toBe(BEFORE);
    await save(dataset, "one");
    await save(dataset, "two");
    const log = await logOf(folder);
    expect(log.map(({ message }) => message).slice(BEFORE)).toEqual([
      UPGRADE,
      "save one of stack",
      "save two of stack",
    ]);
    expect(log.map(({ format }) => format)).toEqual([...Array(BEFORE).fill(1), 2, 2, 2]);
    expect(log[BEFORE]).toMatchObject({ claim: "link", ops: [{ op: "put", path: "zarr.json" }] });
    expect(log.slice(BEFORE + 1).map(({ claim }) => claim)).toEqual([undefined, undefined]);
    expect(JSON.parse(await readFile(join(folder, "zarr.json"), "utf8")).attributes).toEqual({
      format: "zarr-image-dataset",
      format_version: 3,
      created_utc: created,
    });
    expect(infos.filter((message) => message.includes("format version 3"))).toEqual([
      `${folder} is now a dataset of format version 3: older builds cannot open it any more`,
    ]);
  });

  it("keeps all that it held, and a check has no complaint", async () => {
    const folder = await copyVersion2();
    await using dataset = await open(folder);
    await save(dataset, "one");
    expect(await contentsOf(folder)).toEqual(withJson("one"));
    expect((await checkLocalDataset(folder)).problems).toEqual([]);
  });

  it("keeps the checkpoint of version 2 as it is, for builds that read no other", async () => {
    const folder = await copyVersion2();
    const path = join(folder, "__commits/checkpoint.json.gz");
    const checkpoint = await readFile(path);
    const dataset = await open(folder);
    for (let count = 0; count < 70; count++) {
      await dataset.record("stack").saveJson("count", { count });
    }
    await dataset.close();
    const names = await readdir(join(folder, "__commits"));
    expect(names).toContain("checkpoint");
    expect((await readFile(path)).equals(checkpoint)).toBe(true);
  });

  it("that fails by the caller's mistake leaves version 2 or 3, and nothing else", async () => {
    const folder = await copyVersion2();
    const dataset = await open(folder);
    await expect(
      dataset.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) }, { id: "stack" }),
    ).rejects.toMatchObject({ code: "already_exists" });
    expect(await contentsOf(folder)).toEqual(withJson());
    expect((await checkLocalDataset(folder)).problems).toEqual([]);
  });

  it("is refused in mode r, and the dataset stays at version 2", async () => {
    const folder = await copyVersion2();
    const dataset = await open(folder, { mode: "r" });
    await expect(save(dataset, "one")).rejects.toMatchObject({ code: "read_only" });
    expect(await rootVersion(folder)).toBe(2);
    expect(await logOf(folder)).toHaveLength(BEFORE);
  });
});

describe("a writer that dies during the upgrade", () => {
  it("leaves version 2 or 3, both whole; the next writer goes on, and there is one upgrade", async () => {
    const versions = await dieDuringUpgrade(["locked", "before-link", "linked", "publish-put"]);
    expect([...versions].sort(), "of before and after").toEqual([2, 3]);
  });
});

describe("two writers that both find version 2", () => {
  it("upgrade it once, and both save", async () => {
    const folder = await copyVersion2();
    const [one, two] = [await open(folder), await open(folder)];
    await Promise.all([save(one, "one"), save(two, "two")]);
    expect(await contentsOf(folder)).toEqual(withJson("one", "two"));
    const messages = (await logOf(folder)).map(({ message }) => message).slice(BEFORE);
    expect(messages[0]).toBe(UPGRADE);
    expect(messages.slice(1).sort()).toEqual(["save one of stack", "save two of stack"]);
  });

  it("upgrade it once, whatever step of the upgrade the other one comes between", async () => {
    const between: readonly CommitStep[] = ["staged", "synced", "linked", "publish-put", "published"];
    for (const step of between) {
      const folder = await copyVersion2();
      const two = await open(folder, { lock: { disabled: true } });
      let isDone = false;
      const one = await open(folder, {
        lock: { disabled: true },
        onStep: async (reached) => {
          if (reached === step && !isDone) {
            isDone = true;
            await save(two, "two");
          }
        },
      });
      await save(one, "one");
      expect(isDone, step).toBe(true);
      expect(await contentsOf(folder), step).toEqual(withJson("one", "two"));
      const messages = (await logOf(folder)).map(({ message }) => message).slice(BEFORE);
      expect(
        messages.filter((message) => message === UPGRADE),
        step,
      ).toHaveLength(1);
      expect(messages[0], step).toBe(UPGRADE);
      expect((await checkLocalDataset(folder)).problems, step).toEqual([]);
    }
  });
});

describe("a dataset of version 2 whose root another program edited", () => {
  it("stays at version 2 with a warning, and takes writes, until the edit is adopted", async () => {
    const folder = await copyVersion2();
    const path = join(folder, "zarr.json");
    const consolidated = { "images/gone": {} };
    await writeFile(
      path,
      likeZarrPython(await readFile(path, "utf8"), { consolidated, attributes: { lab: "B12" } }),
    );
    const edited = await readFile(path, "utf8");
    const logger = collectLog();
    await using dataset = await open(folder, { logger });
    await save(dataset, "one");
    expect(logger.warnings).toContainEqual(
      expect.stringMatching(/stays at format version 2 until zarr\.json is adopted/),
    );
    expect(await readFile(path, "utf8")).toBe(edited);
    expect((await logOf(folder)).map(({ format }) => format)).toEqual(Array(BEFORE + 1).fill(1));
    expect(await contentsOf(folder)).toEqual(withJson("one"));

    await dataset.adopt();
    await save(dataset, "two");
    expect(JSON.parse(await readFile(path, "utf8")).attributes).toMatchObject({
      format_version: 3,
      lab: "B12",
    });
    expect((await logOf(folder)).map(({ format }) => format).slice(-2)).toEqual([2, 2]);
    expect(await contentsOf(folder)).toEqual(withJson("one", "two"));
    expect((await checkLocalDataset(folder)).problems).toEqual([]);
  });
});
