// Reading 200 images of zstd whole, with their hashes checked, beside tensorstore and zarr-python.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { SideSamples } from "../goals/goal.ts";
import { runSides, type Side, side } from "../goals/run-sides.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 200, short: 40 };
const AT_ONCE = 4;
const ONE = "ours, one after the other";
const SEVERAL = "ours, several at once";
const PARTS = "hash and zstd of the same files on one thread";
const TENSORSTORE = "tensorstore, one thread";
const TENSORSTORE_2 = "tensorstore, 2 threads";
const ZARR = "zarr-python, one thread";
const WORDS = `The 200 images took, in CPU and used again memory: reading the files 22 ms, hashing them 82 ms, zstd by Node 200 ms;
  zstd alone took 142 ms into memory that is there and 233 ms into new memory (numcodecs). tensorstore hashes nothing, and
  took 194 to 216 ms in all. A result belongs to its caller, so its memory is new.`;

export const arraysRoom: Room = {
  name: "arrays",
  title: "Reading 200 images of zstd whole, warm, hashes checked",
  rounds: 7,
  goals: () => [
    {
      id: "arrays.one",
      what: "reading, one after the other",
      subject: ONE,
      peer: TENSORSTORE,
      bound: { kind: "as fast", atLeast: 0.8 },
      limit: PARTS,
      words: WORDS,
    },
    {
      id: "arrays.zarr-python",
      what: "reading, one after the other",
      subject: ONE,
      peer: ZARR,
      bound: { kind: "as fast", atLeast: 0.85 },
      limit: PARTS,
      words: WORDS,
    },
    {
      id: "arrays.several",
      what: "reading, several at once",
      subject: SEVERAL,
      peer: TENSORSTORE_2,
      bound: { kind: "as fast", atLeast: 0.7 },
      words: WORDS,
    },
  ],
  measure,
};

async function measure({ memory, rounds, isShort, python, note }: RoomPlace): Promise<SideSamples> {
  const count = isShort ? COUNTS.short : COUNTS.full;
  const study = join(memory, "study");
  const location = join(memory, "study.zarr");
  const sizeBytes = writeTiffFolder(study, count);
  note(`${count} images of ${(sizeBytes / 1e6).toFixed(0)} MB of pixels in all, in memory.`);
  await using dataset = await openLocalDataset(location, { durability: "none" });
  await ingestLegacyFolder(dataset, study, { compression: "zstd" });
  const ids = await dataset.listImageIds();
  const arrays = ids.map((id) => join(location, "images", id, "data"));
  const chunks = arrays.flatMap((array) =>
    readdirSync(array, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "zarr.json")
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const sizes = chunks.map((path) => zstdDecompressSync(readFileSync(path)).length);
  const byPeer = (name: string, library: string, threads: number): readonly Side[] =>
    python === undefined
      ? []
      : [{ name, run: () => python.ask("zarr", { library, threads, paths: arrays }) }];
  const peers = [
    ...byPeer(TENSORSTORE, "tensorstore", 1),
    ...byPeer(TENSORSTORE_2, "tensorstore", 2),
    ...byPeer(ZARR, "zarr-python", 1),
  ];
  await comparePixels(dataset, ids, async () => (await python?.ask("zarr", arrays))?.digest);
  return runSides(rounds, [
    side(ONE, async () => {
      for (const id of ids) {
        await dataset.record(id).loadArray();
      }
    }),
    side(SEVERAL, async () => {
      const queue = ids.values();
      const work = async (): Promise<void> => {
        for (const id of queue) {
          await dataset.record(id).loadArray();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }),
    side(PARTS, async () => {
      for (const [at, path] of chunks.entries()) {
        const bytes = readFileSync(path);
        createHash("sha256").update(bytes).digest();
        zstdDecompressSync(bytes, { chunkSize: (sizes[at] ?? 0) + 1 });
      }
    }),
    ...peers,
  ]);
}

/** @throws {Error} if the peer reads other pixels */
async function comparePixels(
  dataset: ZarrDataset,
  ids: readonly string[],
  theirs: () => Promise<string | undefined>,
): Promise<void> {
  const digest = await theirs();
  const hash = createHash("sha256");
  for (const id of ids) {
    hash.update(ndArrayBytes(await dataset.record(id).loadArray()));
  }
  if (digest !== undefined && digest !== hash.digest("hex")) {
    throw new Error("zarr-python reads other pixels");
  }
}
