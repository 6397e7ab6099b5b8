// Kills an ingest whose threads stage images before the n-th call that changes the dataset, by whichever thread.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray, isZarrStoreError } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect } from "vitest";
import type { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";

const INGEST = fileURLToPath(
  new URL("../../packages/legacy-io/test/node/ingest/killed/ingest-worker.ts", import.meta.url),
);
const IMAGES = 4;
const THREADS = 2;

/** How many calls an undisturbed ingest makes, how many processes were killed, and how often none or all of it was left. */
export interface ThreadTally {
  readonly calls: number;
  readonly killed: number;
  readonly none: number;
  readonly all: number;
}

/**
 * Ingests a folder in one commit again and again, each time killed at a later call. What is left then is all of the images or none;
 * the next ingest ends with all of them and without duplicates; `check` finds nothing; no staging of an ingest is left.
 */
export async function killThreads({
  shim,
  every,
}: {
  readonly shim: KillShim;
  readonly every: number;
}): Promise<ThreadTally> {
  const work = await mkdtemp(join(tmpdir(), "kym-threads-"));
  try {
    const lab = join(work, "lab");
    await mkdir(lab);
    for (let index = 0; index < IMAGES; index++) {
      const data = Uint16Array.from({ length: 64 * 8 }, (_, at) => at * (index + 1));
      await writeFile(
        join(lab, `scan-${index}.tif`),
        writeImageJTiff(createNdArray("uint16", [64, 8], data)),
      );
    }
    const countTo = join(work, "count");
    const whole = join(work, "whole.zarr");
    expect(await ingest(lab, whole, shim, { countTo })).toEqual([0, null]);
    const wanted = await hashesOf(whole);
    expect(wanted).toHaveLength(IMAGES);
    const tally = { calls: Number(await readFile(countTo, "utf8")), killed: 0, none: 0, all: 0 };
    for (let killAt = every; killAt <= tally.calls; killAt += every) {
      const path = join(work, `killed-${killAt}.zarr`);
      const [, signal] = await ingest(lab, path, shim, { killAt });
      const found = await hashesOf(path);
      expect([[], wanted], `killed at call ${killAt} of ${tally.calls}`).toContainEqual(found);
      tally.killed += signal === "SIGKILL" ? 1 : 0;
      tally[found.length === 0 ? "none" : "all"]++;
      expect(await ingest(lab, path, shim, {}), `after call ${killAt}`).toEqual([0, null]);
      expect(await hashesOf(path), `after call ${killAt}`).toEqual(wanted);
      await using dataset = await openLocalDataset(path);
      expect((await dataset.check()).problems).toEqual([]);
      // The next commit finishes one whose writer died, and a collection removes what was never committed.
      const [id = ""] = await dataset.listImageIds();
      await dataset.record(id).updateAttributes({ seen_after_call: killAt });
      await dataset.gc();
      // What closing writes, such as a checkpoint, names no owner, and is removed once it is old.
      const left = (await readdir(join(path, "__staging"))).filter((name) => !name.startsWith("checkpoint-"));
      expect(left, `staging after call ${killAt}`).toEqual([]);
      await rm(path, { recursive: true });
    }
    const { calls, killed, none, all } = tally;
    console.log(
      `ingest with ${THREADS} threads: ${calls} calls, ${killed} processes killed; ${none} left nothing, ${all} all`,
    );
    return tally;
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The hashes of the objects of pixels of every image, sorted; empty if there is no dataset. */
async function hashesOf(path: string): Promise<readonly string[]> {
  try {
    await using dataset = await openLocalDataset(path, { mode: "r" });
    const images = [...(await dataset.imageObjectHashes()).values()];
    return images.map((hashes) => `${hashes.get("data/c/0/0")} ${hashes.get("data/zarr.json")}`).sort();
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

async function ingest(
  lab: string,
  path: string,
  shim: KillShim,
  options: { readonly killAt?: number; readonly countTo?: string },
): Promise<unknown[]> {
  const env = shim.environment({ folder: path, hasLinks: true, ...options });
  const child = spawn(process.execPath, ["--conditions=@kym/source", INGEST, lab, path, `${THREADS}`], {
    env,
    stdio: "ignore",
  });
  return once(child, "close");
}
