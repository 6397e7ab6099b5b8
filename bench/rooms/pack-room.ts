// A packed file of 2 500 images in 1 GiB beside `cp -r` of the dataset, on a disk.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset, packDataset } from "@kym/zarr-store/node";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, side } from "../goals/run-sides.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 2500, short: 250 };
const IMAGES_AT_ONCE = 100;
/** 429 476 bytes each: 2 500 of them are 1 GiB. */
const SHAPE = [5651, 38] as const;
const PACK = "ours, packed";
const COPY = "cp -r --reflink=never";

export const packRoom: Room = {
  name: "pack",
  title: "One file of 2 500 images in 1 GiB",
  rounds: 5,
  goals: () => GOALS,
  measure,
};

const GOALS: readonly Goal[] = [
  {
    id: "pack.cp",
    what: "`kym pack`, each object compared with its hash",
    subject: PACK,
    peer: COPY,
    bound: { kind: "times", atMost: 1.5 },
  },
];

async function measure({ disk, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const count = isShort ? COUNTS.short : COUNTS.full;
  const study = join(disk, "study.zarr");
  const [packed, target] = [join(disk, "study.zarr.zip"), join(disk, "out")];
  await makeStudy(study, count);
  note(
    `${count} images of ${SHAPE.join(" × ")} pixels of 16 bits, uncompressed, on a disk; ours is flushed, the copy is not.`,
  );
  const clear = (path: string) => (): Promise<void> => rm(path, { recursive: true, force: true });
  return runSides(rounds, [
    side(PACK, () => packDataset(study, packed), clear(packed)),
    {
      name: COPY,
      before: clear(target),
      run: () => runProgram({ command: ["cp", "-r", "--reflink=never", study, target] }),
    },
  ]);
}

async function makeStudy(location: string, count: number): Promise<void> {
  await using dataset = await openLocalDataset(location, { durability: "none" });
  const [lines, pixels] = SHAPE;
  for (let first = 0; first < count; first += IMAGES_AT_ONCE) {
    await dataset.transaction(async (contents) => {
      for (let index = first; index < Math.min(count, first + IMAGES_AT_ONCE); index++) {
        const data = Uint16Array.from(
          { length: lines * pixels },
          (_, at) => (at * 40_503 + index * 7919) >>> 4,
        );
        const image = createNdArray("uint16", [...SHAPE], data);
        await contents.addImage(image, { id: `scan-${index}`, axes: ["t", "x"], compression: "none" });
      }
    });
  }
}
