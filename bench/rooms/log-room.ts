// Many commits of one small save each, every one in a session of its own, on a disk.

import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { Sample, SideSamples } from "../goals/goal.ts";
import { runSides, side } from "../goals/run-sides.ts";
import { makeStudy } from "../measures/commit.ts";
import { countIo } from "../rounds/process-io.ts";
import type { Room, RoomPlace } from "./room.ts";

const SIZES = { full: { commits: 10_000, images: 1000 }, short: { commits: 400, images: 100 } };
const EARLY = 100;
/** How many commits around the 100th, and before the last, are looked at. */
const WINDOW = 21;
const EARLY_TIME = "the 100th commit";
const LAST_TIME = "the last commit";
const EARLY_BYTES = "bytes of the 100th commit";
const LAST_BYTES = "bytes of the last commit";
const OPEN_MANY = "opening after all commits";
const OPEN_ONE = "opening the same content of one commit";

export const logRoom: Room = {
  name: "log",
  title: "10 000 commits of one small save, each in a session of its own, on a disk, 1 000 images",
  rounds: 15,
  goals: () => [
    {
      id: "log.time",
      what: "the last commit, in time",
      ...{ subject: LAST_TIME, peer: EARLY_TIME },
      bound: { kind: "times", atMost: 1.3 },
    },
    {
      id: "log.bytes",
      what: "the last commit, in bytes read and written",
      ...{ subject: LAST_BYTES, peer: EARLY_BYTES },
      bound: { kind: "times", atMost: 1.3 },
    },
    {
      id: "log.open",
      what: "opening after all commits",
      ...{ subject: OPEN_MANY, peer: OPEN_ONE },
      bound: { kind: "times", atMost: 1.5 },
    },
  ],
  measure,
};

async function measure({ disk, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const { commits, images } = isShort ? SIZES.short : SIZES.full;
  const path = join(disk, "study.zarr");
  await makeStudy({ createNdArray, openLocalDataset }, path, images);
  note(`${commits} commits to ${images} images.`);
  const early: Taken[] = [];
  const last: Taken[] = [];
  for (let commit = 1; commit <= commits; commit++) {
    const window =
      commit >= EARLY && commit < EARLY + WINDOW ? early : commit > commits - WINDOW ? last : undefined;
    const taken = await saveOne(path, commit % images, commit);
    window?.push(taken);
  }
  const once = join(disk, "once.zarr");
  await makeStudy({ createNdArray, openLocalDataset }, once, images);
  const open = async (location: string): Promise<void> => {
    await using dataset = await openLocalDataset(location, { mode: "r" });
    if (dataset.version === 0) {
      throw new Error(`${location} has no commit`);
    }
  };
  const opened = await runSides(rounds, [
    side(OPEN_MANY, () => open(path)),
    side(OPEN_ONE, () => open(once)),
  ]);
  const bytesOf = (all: readonly Taken[]): readonly Sample[] =>
    all.flatMap(({ bytes }) => (bytes === undefined ? [] : [{ value: bytes }]));
  return new Map<string, readonly Sample[]>([
    ...opened,
    [EARLY_TIME, early.map(({ sample }) => sample)],
    [LAST_TIME, last.map(({ sample }) => sample)],
    [EARLY_BYTES, bytesOf(early)],
    [LAST_BYTES, bytesOf(last)],
  ]);
}

interface Taken {
  readonly sample: Sample;
  readonly bytes: number | undefined;
}

async function saveOne(path: string, image: number, value: number): Promise<Taken> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const io = await countIo(async () => {
    await using dataset = await openLocalDataset(path);
    await dataset.record(`image-${String(image).padStart(5, "0")}`).saveJson("velocity/params", { value });
  });
  const { user, system } = process.cpuUsage(before);
  return {
    sample: { value: performance.now() - begun, cpuMs: (user + system) / 1000 },
    bytes: io === undefined ? undefined : io.readBytes + io.writtenBytes,
  };
}
