import { mkdir, rename, rm, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset, parseStoreKey, readOnlyStore, type ZarrDataset } from "../../../../src/index.ts";
import { isListableStore } from "../../../../src/store/read-only-store.ts";
import { listStatsBelow, statsBelow } from "../../../../src/store/stats-below.ts";
import type { Medium } from "../../../support/simulated-writers.ts";
import { inMaintained, type Maintained } from "../maintained-dataset.ts";

const QC = "images/one/analysis/qc.json";
const NEW = "images/one/analysis/mine/fit.json";

async function changesOf(dataset: ZarrDataset, by: "hashes" | "stats"): Promise<readonly string[]> {
  const { changes } = await dataset.upkeep.lookOutside({ by });
  return changes.map(({ path, change }) => `${change} ${path}`);
}

describe("a look at the artifacts of images", () => {
  const media: readonly Medium[] = ["memory", "local"];

  it.each(media)("finds what was changed, added and removed, and nothing else (%s)", async (medium) => {
    await inMaintained(medium, async (at) => {
      const reader = await at.open(2, { mode: "r" });
      expect(await changesOf(reader, "hashes")).toEqual([]);
      expect(await changesOf(reader, "stats")).toEqual([]);
      await at.put(QC, '{"passed": "not any more"}');
      await at.put(NEW, "{}");
      await at.put("images/one/analysis/.DS_Store", "x");
      await at.put("images/one/attachments/later.txt", "x");
      await at.remove("images/one/analysis/metadata.json");
      const found = [`missing images/one/analysis/metadata.json`, `new ${NEW}`, `changed ${QC}`];
      expect(await changesOf(reader, "hashes")).toEqual(found);
      expect(await changesOf(reader, "stats")).toEqual(found.map((line) => line.replace(/^\w+/, "perhaps")));
      await at.dataset.adopt();
      expect((await at.dataset.upkeep.lookOutside({ imageIds: ["one"] })).changes).toHaveLength(1);
    });
  });

  it.each(media)("does not take a commit that is still staged for a change (%s)", async (medium) => {
    await inMaintained(medium, async (at) => {
      const writer = await at.open(2, {
        onStep: (step) => {
          if (step === "committed") {
            at.kill(2);
            throw new Error("killed");
          }
        },
      });
      await writer.record("one").saveJson("qc", { passed: false, by: "a writer that died" });
      const reader = await at.open(3, { mode: "r" });
      expect(await changesOf(reader, "hashes")).toEqual([]);
      expect(await changesOf(reader, "stats")).toEqual([]);
    });
  });

  it("does not call a file new that a commit deleted, and that is back", async () => {
    await inMaintained("memory", async (at) => {
      const bytes = (await at.text(QC)) ?? "";
      await at.dataset.record("one").json.delete("qc");
      await at.put(QC, bytes);
      expect(await changesOf(at.dataset, "hashes")).toEqual([]);
    });
  });

  it("sees the same files, whether the store lists them at once or one by one", async () => {
    await inMaintained("local", async (at) => {
      await symlink(join(at.store.location, "tables"), join(at.store.location, "images/one/analysis/link"));
      const store = readOnlyStore(at.store);
      const folder = parseStoreKey("images/one");
      expect(isListableStore(at.store) && (await statsBelow(at.store, folder))).toEqual(
        await listStatsBelow(store, folder),
      );
    });
  });

  it("visits the same files as it lists", async () => {
    await inMaintained("local", async (at) => {
      const folder = parseStoreKey("images/one/analysis");
      const listed = await listStatsBelow(at.store, folder);
      const visited = new Map<string, unknown>();
      expect(at.store.visitBelow?.(folder, (key, file) => visited.set(key, file))).toBe(true);
      expect(visited).toEqual(
        new Map(
          [...listed].map(([key, { kind, sizeBytes, mtimeNs }]) => [key, { kind, sizeBytes, mtimeNs }]),
        ),
      );
      expect(at.store.visitBelow?.(parseStoreKey("images/none/analysis"), () => undefined)).toBe(false);
    });
  });

  const folder = "images/one/analysis";
  const edits: readonly [string, (at: Maintained, root: string) => Promise<unknown>][] = [
    ["nothing", async () => undefined],
    ["a size", (at) => at.put(QC, "{}")],
    ["a time", (_, root) => utimes(join(root, QC), 4e9, 4e9)],
    ["a new artifact", (at) => at.put(NEW, "{}")],
    ["what is no artifact", (at) => at.put(`${folder}/mine/.DS_Store`, "x")],
    ["a missing file", (at) => at.remove(QC)],
    ["a missing folder", (_, root) => rm(join(root, folder), { recursive: true })],
    [
      "a link in place of a file",
      async (_, root) => {
        await rename(join(root, QC), join(root, "qc.json"));
        await symlink(join(root, "qc.json"), join(root, QC));
      },
    ],
    [
      "a link in place of the folder",
      async (_, root) => {
        await rename(join(root, folder), join(root, "moved"));
        await symlink(join(root, "moved"), join(root, folder));
      },
    ],
    [
      "a folder in place of a file",
      async (_, root) => {
        await rm(join(root, QC));
        await mkdir(join(root, QC));
      },
    ],
  ];

  it.each(edits)("says the same at once, from a checkpoint, as file by file: %s", async (_, edit) => {
    await inMaintained("local", async (at) => {
      await at.dataset.updateManifest();
      await edit(at, at.store.location);
      const [quick, slow] = await Promise.all(
        [at.store, readOnlyStore(at.store)].map(async (store) =>
          changesOf(await openDataset(store, { mode: "r" }), "stats"),
        ),
      );
      expect(quick).toEqual(slow);
    });
  });

  it("does not follow a link out of the dataset", async () => {
    await inMaintained("local", async (at) => {
      await symlink("/tmp", join(at.store.location, "images/two"));
      await expect(statsBelow(at.store, parseStoreKey("images/two"))).rejects.toMatchObject({
        code: "invalid_name",
      });
    });
  });
});
