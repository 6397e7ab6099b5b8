// A short check for CI: loose ratios to peers that are always there.

import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ingestLegacyFolder, nodeTiffCodecs, openFileSource } from "@kym/legacy-io/node";
import { readTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import FileSystemStore from "@zarrita/storage/fs";
import { fromFile } from "geotiff";
import * as zarr from "zarrita";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, side } from "../goals/run-sides.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import { readTiffFile } from "../measures/tiff.ts";
import { ingestPlainly } from "../peers/geotiff-zarrita.ts";
import type { Room, RoomPlace } from "./room.ts";

const TIFFS = 30;
const INGEST = "ours, ingest";
const INGEST_PLAINLY = "geotiff + zarrita";
const COPY = "cp -r";
const READ = "ours, TIFFs read";
const READ_FILES = "readFile";
const READ_GEOTIFF = "geotiff";
const ARRAYS = "ours, arrays read";
const ARRAYS_ZARRITA = "zarrita";

/** By seconds of processors, so that a busy machine fails nothing; each a third or less of what a busy one showed. */
const GOALS: readonly Goal[] = [
  {
    ...{ id: "ci.ingest.cp", what: "ingest, uncompressed", subject: INGEST, peer: COPY, by: "cpu" },
    bound: { kind: "times", atMost: 60 },
  },
  {
    ...{
      id: "ci.ingest.plain",
      what: "ingest, uncompressed",
      subject: INGEST,
      peer: INGEST_PLAINLY,
      by: "cpu",
    },
    bound: { kind: "as fast", atLeast: 0.5 },
  },
  {
    ...{ id: "ci.tiff.readFile", what: "TIFFs read", subject: READ, peer: READ_FILES, by: "cpu" },
    bound: { kind: "times", atMost: 12 },
  },
  {
    ...{ id: "ci.tiff.geotiff", what: "TIFFs read", subject: READ, peer: READ_GEOTIFF, by: "cpu" },
    bound: { kind: "as fast", atLeast: 4 },
  },
  {
    ...{
      id: "ci.arrays.zarrita",
      what: "zstd arrays read, hashes checked",
      subject: ARRAYS,
      peer: ARRAYS_ZARRITA,
      by: "cpu",
    },
    bound: { kind: "as fast", atLeast: 0.35 },
  },
];

export const ciRoom: Room = {
  name: "ci",
  title: "Loose ratios to peers that are always there",
  rounds: 5,
  isOnRequest: true,
  goals: () => GOALS,
  measure,
};

async function measure({ memory, rounds, note }: RoomPlace): Promise<SideSamples> {
  const study = join(memory, "study");
  writeTiffFolder(study, TIFFS);
  const paths = Array.from({ length: TIFFS }, (_, index) =>
    join(study, `scan-${String(index).padStart(5, "0")}.tif`),
  );
  note(`${TIFFS} TIFFs.`);
  const target = join(memory, "out");
  const clear = (): Promise<void> => rm(target, { recursive: true, force: true });
  const stored = join(memory, "stored.zarr");
  await using dataset = await openLocalDataset(stored, { durability: "none" });
  await ingestLegacyFolder(dataset, study, { compression: "zstd" });
  const ids = await dataset.listImageIds();
  return runSides(rounds, [
    side(
      INGEST,
      async () => {
        await using made = await openLocalDataset(target, { durability: "batched" });
        await ingestLegacyFolder(made, study, { compression: "none" });
      },
      clear,
    ),
    side(INGEST_PLAINLY, () => ingestPlainly(study, target), clear),
    { name: COPY, before: clear, run: () => runProgram({ command: ["cp", "-r", study, target] }) },
    side(READ, async () => {
      for (const path of paths) {
        await readTiffFile({ nodeTiffCodecs, openFileSource, readTiff }, path);
      }
    }),
    side(READ_FILES, async () => paths.map((path) => readFileSync(path))),
    side(READ_GEOTIFF, async () => {
      for (const path of paths) {
        const tiff = await fromFile(path);
        await (await tiff.getImage()).readRasters();
        tiff.close();
      }
    }),
    side(ARRAYS, async () => {
      for (const id of ids) {
        await dataset.record(id).loadArray();
      }
    }),
    side(ARRAYS_ZARRITA, async () => {
      const root = zarr.root(new FileSystemStore(stored));
      for (const id of ids) {
        await zarr.get(await zarr.open(root.resolve(`images/${id}/data`), { kind: "array" }));
      }
    }),
  ]);
}
