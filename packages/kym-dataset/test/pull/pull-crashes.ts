// A pull, or what settles its conflicts, whose store dies at some call, and the next try.
import { isDeepStrictEqual } from "node:util";
import { createNdArray, type KeyValueStore } from "@kym/zarr-store";
import { interceptStore } from "@kym/zarr-store/testing";
import { expect } from "vitest";
import { settleImageConflict } from "../../src/copies/index.ts";
import { AcqImage } from "../../src/index.ts";
import { addScan, type Copy, copyOf, drawFrom, makeStudy, openCopy, pull, stateOf } from "./two-copies.ts";

const CHANGES = new Set(["put", "putNew", "move", "remove", "sync", "mkdir"]);

/**
 * Pulls with a store that dies before its n-th change, for every n that leaves a remainder of 0 by `step`. The dataset
 * must then be as it was, or as it is after the pull, and the next pull must end with what a pull without a crash gives.
 */
export async function checkPullCrashes(step: number): Promise<number> {
  const [anna, bela] = await editedCopies();
  return checkCrashes(anna, (copy) => pull(copy, bela), { step, isRepeatable: true });
}

/** The same of settling what a pull kept, for either side: an image that was deleted here, and one that was left out. */
export async function checkSettleCrashes(step: number): Promise<number> {
  const [anna, bela] = await editedCopies();
  await pull(anna, bela);
  let crashes = 0;
  for (const imageId of ["scan-3", "one-file-by-bela"]) {
    for (const side of ["ours", "theirs"] as const) {
      const settle = ({ dataset }: Copy) => settleImageConflict(dataset, imageId, { side });
      crashes += await checkCrashes(anna, settle, { step, isRepeatable: false });
    }
  }
  return crashes;
}

async function editedCopies(): Promise<readonly [anna: Copy, bela: Copy]> {
  const made = await makeStudy(3, 5);
  const [anna, bela] = [await copyOf(made, "anna"), await copyOf(made, "bela")];
  await editBoth(anna, bela);
  return [anna, bela];
}

async function checkCrashes(
  start: Copy,
  act: (copy: Copy) => Promise<unknown>,
  { step, isRepeatable }: { readonly step: number; readonly isRepeatable: boolean },
): Promise<number> {
  const whole = await copyOf(start, "anna");
  const before = await stateOf(start);
  await act(whole);
  const after = await stateOf(whole);
  let crashes = 0;
  for (let at = 0; ; at += step) {
    const copy = await copyOf(start, "anna");
    const { store, died } = dyingStore(copy.store, at);
    const opened = await openCopy(store, "anna");
    const outcome = await Promise.race([act(opened).then(() => "done"), died]);
    const again = await openCopy(copy.store, "anna");
    const left = await stateOf(again);
    expect([before, after], `after a crash at change ${at}`).toContainEqual(left);
    await ((isRepeatable || isDeepStrictEqual(left, before)) && act(again));
    expect(await stateOf(again), `after another try that follows a crash at change ${at}`).toEqual(after);
    expect((await again.dataset.check()).problems).toEqual([]);
    if (outcome === "done") {
      return crashes;
    }
    crashes += 1;
  }
}

/** A store whose process dies before a change: no call of it ever ends again. */
function dyingStore(
  inner: KeyValueStore,
  at: number,
): { readonly store: KeyValueStore; readonly died: Promise<"died"> } {
  const died = Promise.withResolvers<"died">();
  const never = new Promise<never>(() => undefined);
  let changes = 0;
  const store = interceptStore(inner, async (call, run) => {
    changes += CHANGES.has(call.method) ? 1 : 0;
    if (changes > at) {
      died.resolve("died");
      return never;
    }
    return run();
  });
  return { store, died: died.promise };
}

async function editBoth(anna: Copy, bela: Copy): Promise<void> {
  const imageOf = ({ dataset }: Copy, id: string): AcqImage => {
    const record = dataset.record(id);
    return AcqImage.from({
      sourceKey: id,
      pixelStore: record.asPixelStore(),
      artifactStore: record.asArtifactStore(),
    });
  };
  await imageOf(anna, "scan-0").editMetadata({ experiment: { condition: "Control" } });
  await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII", note: "thin" } });
  await imageOf(bela, "scan-1").editMetadata({ header: { voxels: [0.001, 0.25] } });
  await bela.dataset.deleteImage("scan-2");
  await addScan(bela.dataset, "new-scan", drawFrom(5));
  await anna.dataset.deleteImage("scan-3");
  await imageOf(bela, "scan-3").editMetadata({ experiment: { note: "deleted in the other copy" } });
  await bela.dataset.deleteImage("scan-4");
  await imageOf(anna, "scan-4").editMetadata({ experiment: { note: "deleted in the other copy" } });
  const pixels = createNdArray("uint8", [2, 2], new Uint8Array(4));
  for (const [{ dataset }, id] of [
    [anna, "one-file-by-anna"],
    [bela, "one-file-by-bela"],
  ] as const) {
    await dataset.addImage(pixels, { id });
    await dataset.appendSources([
      {
        ...{ image_id: id, source_primary_path: "/day/x.tif", source_rel_path: "day/x.tif" },
        ...{
          source_mtime_ns: 1n,
          source_size_bytes: 1n,
          ingested_epoch_ns: 1n,
          source_sha256: "ab".repeat(32),
        },
      },
    ]);
  }
  for (const [{ dataset }, value] of [
    [anna, 1],
    [bela, 2],
  ] as const) {
    const array = createNdArray("uint8", [1], new Uint8Array([value]));
    await dataset.record("scan-1").saveArrayArtifact("mask", array);
    const schema = { columns: [{ name: "n", type: "int64" as const }] };
    await dataset.saveTable("days", [{ n: BigInt(value) }], { schema });
  }
}
