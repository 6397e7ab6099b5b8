// The greatest memory of an ingest of large TIFFs, above that of a tiny one.

import { mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { REPOSITORY } from "../against/commit-build.ts";
import type { Goal, Sample, SideSamples } from "../goals/goal.ts";
import { runSides, type Side } from "../goals/run-sides.ts";
import { madeScan } from "../inputs/made-scan.ts";
import { BYTES_A_ROW, greatestBytes, type MemoryTask, rowsOf } from "../measures/memory.ts";
import type { Room, RoomPlace } from "./room.ts";

const SIZES = { full: { one: 1024, each: 50 }, short: { one: 96, each: 5 } };
const FILES = 20;
const ROWS_A_STRIP = 800;
const COMPRESSIONS = ["none", "deflate", "LZW"] as const;
const TINY = "a tiny TIFF";
const THREE = `${FILES} TIFFs, none, three workers`;
const WORDS = `A bare worker takes 12 MB, with our modules 19 MB. About 25 MB more are what glibc keeps of memory that was given back:
  with \`MALLOC_MMAP_THRESHOLD_=131072\` 284 MB became 261. Blocks of 1 MiB in place of 4 for hashing files changed nothing.`;
const NODE_FLAGS = ["--conditions=@kym/source"];

type Compression = (typeof COMPRESSIONS)[number];

const one = (compression: Compression): string => `one large TIFF, ${compression}`;
const several = (compression: Compression): string => `${FILES} TIFFs, ${compression}`;

export const memoryRoom: Room = {
  name: "memory",
  title: "Greatest memory of an ingest above a tiny one",
  rounds: 3,
  goals: ({ isShort }) => {
    const { one: oneMb, each } = isShort ? SIZES.short : SIZES.full;
    return [
      ...COMPRESSIONS.map((name) =>
        goal(`memory.one.${name}`, `one TIFF of ${oneMb} MiB, ${name}`, one(name)),
      ),
      ...COMPRESSIONS.map((name) =>
        goal(`memory.several.${name}`, `${FILES} TIFFs of ${each} MiB, ${name}`, several(name)),
      ),
      {
        ...goal("memory.worker", "a third worker", THREE),
        peer: several("none"),
        bound: { kind: "above", atMost: 24, unit: "MB" },
        words: WORDS,
      },
    ];
  },
  measure,
};

function goal(id: string, what: string, subject: string): Goal {
  const bound = { kind: "above", atMost: 64, unit: "MB" } as const;
  return { id, what, subject, peer: TINY, bound, words: WORDS };
}

async function measure({ memory, rounds, isShort, python, note }: RoomPlace): Promise<SideSamples> {
  const { one: oneMb, each } = isShort ? SIZES.short : SIZES.full;
  if (python === undefined) {
    note("Compressed TIFFs are left out: tifffile writes them.");
  }
  const out = join(memory, "out.zarr");
  const folderOf = async (
    name: string,
    megabytes: number,
    count: number,
    kind: Compression,
  ): Promise<string> => {
    const folder = join(memory, name);
    mkdirSync(folder);
    for (let index = 0; index < count; index++) {
      const path = join(folder, `scan-${index}.tif`);
      const scan = madeScan(createNdArray, [rowsOf(megabytes), BYTES_A_ROW / 2], index);
      writeFileSync(path, writeImageJTiff(scan));
      if (kind !== "none") {
        await python?.ask("tifffile", ["compress", path, path, kind, String(ROWS_A_STRIP)]);
      }
    }
    return folder;
  };
  const sideOf = (name: string, folder: string, task: MemoryTask = "ingest"): Side => ({
    name,
    before: () => rm(out, { recursive: true, force: true }),
    run: async (): Promise<Sample> => {
      const place = { root: REPOSITORY, target: out, argument: folder, nodeFlags: NODE_FLAGS };
      return { value: greatestBytes({ ...place, task }) / 1e6 };
    },
  });
  // One kind after the other: together they would not fit into memory.
  const tiny = sideOf(TINY, await folderOf("tiny", 8, 1, "none"));
  const samples = new Map(await runSides(rounds, [tiny], { warmUps: 0 }));
  for (const kind of python === undefined ? (["none"] as const) : COMPRESSIONS) {
    for (const [name, megabytes, count] of [
      [one(kind), oneMb, 1],
      [several(kind), each, FILES],
    ] as const) {
      const folder = await folderOf("large", megabytes, count, kind);
      const sides = [sideOf(name, folder)];
      if (name === several("none")) {
        sides.push(sideOf(THREE, folder, "ingest by three"));
      }
      for (const [key, value] of await runSides(rounds, sides, { warmUps: 0 })) {
        samples.set(key, value);
      }
      await rm(folder, { recursive: true });
    }
  }
  return samples;
}
