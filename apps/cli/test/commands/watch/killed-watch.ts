// Watches a folder into which several processes write at random, while the watch is killed again and again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { kymJson } from "../../support/kym.ts";
import { hashesInDataset, hashesInFolder } from "./source-hashes.ts";
import { startWatch } from "./watch-process.ts";

/**
 * Runs the writers with these seeds, and kills the watch until they are done. Then a last watch runs until nothing changes,
 * and each TIFF must be in the dataset as it is in the folder, once.
 */
export async function watchBesideRandomWriters(seeds: readonly number[], steps: number): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "kym-killed-watch-"));
  try {
    const folder = join(work, "lab");
    await mkdir(folder);
    let areWriting = true;
    const writers = Promise.all(
      seeds.map(async (seed) => {
        const script = join(import.meta.dirname, "random-writer.ts");
        const child = spawn(process.execPath, [script, `${seed}`, `${steps}`, folder], { stdio: "inherit" });
        expect(await once(child, "close")).toEqual([0, null]);
      }),
    ).finally(() => {
      areWriting = false;
    });
    for (let kills = 0; areWriting || kills === 0; kills++) {
      const watch = startWatch(work, ["lab", "study.zarr"]);
      await watch.until((lines) => lines.length > 0);
      await sleep(500 + ((kills * 733) % 2500));
      watch.kill("SIGKILL");
      expect(await watch.ended).toEqual([null, "SIGKILL"]);
    }
    await writers;
    const last = startWatch(work, ["lab", "study.zarr", "--until-idle", "4"]);
    expect(await last.ended, last.stderr()).toEqual([0, null]);
    const [inDataset, inFolder] = [await hashesInDataset(work), await hashesInFolder(folder)];
    const paths = inDataset.map(([path]) => path);
    expect(paths).toEqual([...new Set(paths)]);
    expect(inDataset.filter(([path]) => inFolder.some(([name]) => name === path))).toEqual(inFolder);
    const { data } = await kymJson(["check", "study.zarr"], { cwd: work });
    expect(data.problems).toEqual([]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
