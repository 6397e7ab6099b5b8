// Ingest of 200 real TIFFs beside Python's libraries, `cp -r` and the hashes and the copy that it cannot leave out.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, type Side, side } from "../goals/run-sides.ts";
import { storedDigest } from "../inputs/stored-digest.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import { digestOfPlainIngest, ingestPlainly } from "../peers/geotiff-zarrita.ts";
import type { PeerPython } from "../peers/peer-python.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 200, short: 40 };
const COPY = "cp -r";
const ON_DISK = "on a disk";
const PLAIN = "geotiff + zarrita";
const HASHES = "two hashes and a copy";
const WORDS = `tensorstore, zarrs and zarr-python neither hash nor flush. Ours hashes the file and its pixels, and flushes each
  file: these cannot be left out. An ingest of 200 took 5.7 ms of CPU an image on one thread and 7.7 ms on two.`;
const DISK_PEER = python("tensorstore", "none", 2, ON_DISK);

type Compression = "none" | "zstd";

function ours(compression: Compression, what = ""): string {
  return `ours, ${compression}${what && `, ${what}`}`;
}

function python(library: string, compression: Compression, threads: number, where = ""): string {
  const each = threads === 1 ? "one thread" : `${threads} threads`;
  return `tifffile + ${library}, ${compression}, ${each}${where && `, ${where}`}`;
}

export const ingestRoom: Room = {
  name: "ingest",
  title: "Ingest of 200 real TIFFs",
  rounds: 5,
  goals: ({ isShort }) => goalsOf(isShort ? COUNTS.short : COUNTS.full),
  measure,
};

function goalsOf(count: number): readonly Goal[] {
  const none = { what: "ingest, uncompressed", subject: ours("none"), limit: HASHES, words: WORDS };
  const zstd = { what: "ingest, zstd level 1", subject: ours("zstd"), words: WORDS };
  const fast = (atLeast: number) => ({ bound: { kind: "as fast", atLeast } }) as const;
  return [
    { id: "ingest.none.tensorstore", ...none, peer: python("tensorstore", "none", 2), ...fast(0.9) },
    { id: "ingest.none.zarr-python", ...none, peer: python("zarr-python", "none", 1), ...fast(2.5) },
    { id: "ingest.none.zarrs", ...none, peer: python("zarrs", "none", 1), ...fast(2) },
    { id: "ingest.none.cp", ...none, peer: COPY, bound: { kind: "times", atMost: 2.5 } },
    { id: "ingest.none.plain", ...none, peer: PLAIN, ...fast(12) },
    {
      id: "ingest.none.rest",
      what: "all else than two hashes and a copy, an image",
      subject: ours("none"),
      peer: HASHES,
      bound: { kind: "above", atMost: 2, unit: "ms", divideBy: count },
      by: "cpu",
      words: WORDS,
    },
    {
      id: "ingest.none.disk",
      what: "ingest, uncompressed, on a disk, flushed",
      subject: ours("none", ON_DISK),
      peer: DISK_PEER,
      words: WORDS,
      ...fast(0.7),
    },
    { id: "ingest.zstd.tensorstore", ...zstd, peer: python("tensorstore", "zstd", 2), ...fast(1.3) },
    { id: "ingest.zstd.zarr-python", ...zstd, peer: python("zarr-python", "zstd", 1), ...fast(2.2) },
    { id: "ingest.zstd.zarr-python-2", ...zstd, peer: python("zarr-python", "zstd", 2), ...fast(1.5) },
    {
      id: "ingest.one-thread",
      what: "ingest, uncompressed, `-j 1`, beside the default",
      subject: ours("none", "-j 1"),
      peer: ours("none"),
      bound: { kind: "beside" },
    },
  ];
}

async function measure(place: RoomPlace): Promise<SideSamples> {
  const { memory, disk, rounds, isShort } = place;
  const count = isShort ? COUNTS.short : COUNTS.full;
  const study = join(memory, "study");
  const sizeBytes = writeTiffFolder(study, count);
  place.note(`${count} TIFFs of ${(sizeBytes / 1e6).toFixed(0)} MB in all, in memory.`);
  const target = join(memory, "out");
  const onDisk = join(disk, "out");
  const clear = async (): Promise<void> => {
    await rm(target, { recursive: true, force: true });
    await rm(onDisk, { recursive: true, force: true });
  };
  const own = (name: string, compression: Compression, to: string, jobs?: number): Side =>
    side(name, () => ingest(study, { to, compression, jobs, count }), clear);
  const sides: Side[] = [
    own(ours("none"), "none", target),
    own(ours("none", "-j 1"), "none", target, 1),
    own(ours("zstd"), "zstd", target),
    { name: COPY, before: clear, run: () => runProgram({ command: ["cp", "-r", study, target] }) },
    side(HASHES, async () => hashAndCopy(study, target), clear),
    ...(place.python === undefined ? [] : peersOf(place.python, { study, target, clear })),
    side(PLAIN, () => ingestPlainly(study, target), clear),
  ];
  await comparePixels(place.python, sides, target);
  const samples = await runSides(rounds, sides);
  const diskSides: readonly Side[] = [
    own(ours("none", ON_DISK), "none", onDisk),
    ...(place.python === undefined
      ? []
      : [
          {
            name: DISK_PEER,
            before: clear,
            run: () => ingestByPeer(place.python as PeerPython, [study, onDisk, 2, "none", "tensorstore"]),
          },
        ]),
  ];
  return new Map([...samples, ...(await runSides(rounds, diskSides))]);
}

type PeerRequest = readonly [
  study: string,
  target: string,
  threads: number,
  compression: Compression,
  library: string,
];

function ingestByPeer(peer: PeerPython, request: PeerRequest): ReturnType<PeerPython["ask"]> {
  return peer.ask("ingest", ["ingest", ...request]);
}

function peersOf(
  peer: PeerPython,
  {
    study,
    target,
    clear,
  }: { readonly study: string; readonly target: string; readonly clear: () => Promise<void> },
): readonly Side[] {
  const kinds = [
    ["tensorstore", "none", 1],
    ["tensorstore", "none", 2],
    ["tensorstore", "zstd", 1],
    ["tensorstore", "zstd", 2],
    ["zarr-python", "none", 1],
    ["zarr-python", "zstd", 1],
    ["zarr-python", "zstd", 2],
    ["zarrs", "none", 1],
    ["zarrs", "zstd", 1],
  ] as const;
  return kinds.map(([library, compression, threads]) => ({
    name: python(library, compression, threads),
    before: clear,
    run: () => ingestByPeer(peer, [study, target, threads, compression, library]),
  }));
}

async function ingest(
  study: string,
  {
    to,
    compression,
    jobs,
    count,
  }: {
    readonly to: string;
    readonly compression: Compression;
    readonly jobs: number | undefined;
    readonly count: number;
  },
): Promise<void> {
  await using dataset = await openLocalDataset(to, { durability: "batched" });
  const { ingested } = await ingestLegacyFolder(dataset, study, {
    compression,
    ...(jobs !== undefined && { jobs }),
  });
  if (ingested.length !== count) {
    throw new Error(`${ingested.length} of ${count} images were ingested`);
  }
}

/** What any ingest that keeps hashes of files and of pixels does at least. */
function hashAndCopy(study: string, target: string): void {
  mkdirSync(target);
  for (const name of readdirSync(study)) {
    const bytes = readFileSync(join(study, name));
    createHash("sha256").update(bytes).digest();
    createHash("sha256").update(bytes).digest();
    copyFileSync(join(study, name), join(target, name));
  }
}

/** @throws {Error} if two sides store other pixels */
async function comparePixels(
  peer: PeerPython | undefined,
  sides: readonly Side[],
  target: string,
): Promise<void> {
  let truth: string | undefined;
  for (const { name, before, run } of sides.filter(({ name }) => name !== COPY && name !== HASHES)) {
    await before?.();
    await run();
    const digest = name.startsWith("ours")
      ? await storedDigest(target)
      : name === PLAIN
        ? await digestOfPlainIngest(target)
        : (await peer?.ask("ingest", ["digest", target]))?.digest;
    truth ??= digest;
    if (digest === undefined || digest !== truth) {
      throw new Error(`${name} stored other pixels than ours`);
    }
  }
}
