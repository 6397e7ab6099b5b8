import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { copyDataset } from "../../src/node/copy-dataset.ts";
import { localStore } from "../../src/node/local/local-store.ts";
import { checkLocalDataset, openLocalDataset } from "../../src/node/open-local-dataset.ts";
import { nodeRuntime } from "../../src/node/runtime/node-runtime.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";
import { growLog, startDataset } from "../commit/packs/long-log.ts";

it("a log with packs is copied with its packs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-copy-packs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = join(folder, "source.zarr");
  const store = localStore(source);
  await startDataset(store, nodeRuntime());
  await growLog(store, nodeRuntime(), 2000);
  await using dataset = await openLocalDataset(source, { durability: "none" });
  await dataset.record("one").saveJson("last", 1);
  await dataset.close();
  const target = join(folder, "copy.zarr");
  await copyDataset(source, target);
  const logOf = async (root: string): Promise<readonly string[]> =>
    (await localStore(root).list(parseStoreKey("__commits"))).map(({ name }) => name);
  const isRecord = (name: string): boolean => name.endsWith(".json") || name.startsWith("pack-");
  expect((await logOf(target)).filter(isRecord)).toEqual((await logOf(source)).filter(isRecord));
  expect(await logOf(target)).toContain("pack-00000000000000000001");
  expect(await checkLocalDataset(target)).toMatchObject({ version: 2001, problems: [] });
});
