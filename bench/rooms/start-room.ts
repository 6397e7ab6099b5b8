// The command as it is published, and from a clone, by seconds of processors.

import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { buildTree, REPOSITORY } from "../against/commit-build.ts";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, type Side } from "../goals/run-sides.ts";
import { imageIdOf } from "../inputs/index-study.ts";
import { updateIndexes, writeStudy } from "../measures/index-dataset.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 10_000, short: 1000 };
const FEW = 10;
const NODE = "node -e 0";
const BUILT = join(REPOSITORY, "apps/cli/dist/main.js");
const SOURCE = resolve(REPOSITORY, "apps/cli/src/main.ts");

const HELP = "kym --help";
const CLONE = "kym ls of ten images, from a clone";
const lsOf = (count: number): string => `kym ls of ${count} images`;
const showOf = (count: number): string => `kym show, of ${count} images`;
const editOf = (count: number): string => `kym edit of one of ${count}`;

export const startRoom: Room = {
  name: "start",
  title: "The command as it is published, by seconds of processors",
  rounds: 9,
  goals: ({ isShort }) => goalsOf(isShort ? COUNTS.short : COUNTS.full),
  measure,
};

function goalsOf(count: number): readonly Goal[] {
  const alone = (id: string, name: string, atMost: number): Goal => ({
    ...{ id: `start.${id}`, what: `\`${name}\``, subject: name, by: "cpu" },
    bound: { kind: "alone", atMost, unit: "ms" },
  });
  return [
    {
      ...{ id: "start.help", what: `\`${HELP}\``, subject: HELP, peer: NODE, by: "cpu" },
      bound: { kind: "above", atMost: 15, unit: "ms" },
    },
    alone("ls", lsOf(count), 300),
    alone("show", showOf(count), 250),
    alone("show-few", showOf(FEW), 150),
    alone("edit", editOf(count), 350),
    {
      ...{
        id: "start.clone",
        what: `\`${CLONE}\`, compiled code kept`,
        subject: CLONE,
        peer: NODE,
        by: "cpu",
      },
      bound: { kind: "above", atMost: 400, unit: "ms" },
    },
  ];
}

async function measure({ memory, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const count = isShort ? COUNTS.short : COUNTS.full;
  if (process.env["KYM_BENCH_BUILT"] === undefined || !existsSync(BUILT)) {
    buildTree(REPOSITORY, "this tree");
  }
  note("Compiled code is kept between the starts, as the command does by itself.");
  const [many, few] = [join(memory, "many.zarr"), join(memory, "few.zarr")];
  await makeStudy(many, count);
  await makeStudy(few, FEW);
  const cache = join(memory, "cache");
  mkdirSync(cache);
  const env = { ...process.env, XDG_CACHE_HOME: cache, HOME: memory };
  const fromClone = { ...env, NODE_COMPILE_CACHE: join(cache, "compiled") };
  const program = (name: string, args: readonly string[], environment: NodeJS.ProcessEnv = env): Side => ({
    name,
    run: () => runProgram({ command: [process.execPath, ...args], env: environment }),
  });
  const source = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", SOURCE];
  let edits = 0;
  return runSides(
    rounds,
    [
      program(NODE, ["-e", "0"]),
      program(HELP, [BUILT, "--help"]),
      program(lsOf(count), [BUILT, "ls", many]),
      program(showOf(count), [BUILT, "show", many, imageIdOf(1)]),
      program(showOf(FEW), [BUILT, "show", few, imageIdOf(1)]),
      {
        name: editOf(count),
        run: () => {
          edits++;
          const args = [BUILT, "edit", many, imageIdOf(2), "--note", `note ${edits}`];
          return runProgram({ command: [process.execPath, ...args], env });
        },
      },
      program(CLONE, [...source, "ls", few], fromClone),
    ],
    { warmUps: 2 },
  );
}

async function makeStudy(path: string, count: number): Promise<void> {
  const build = {
    ...{ KymDataset, createNdArray, openLocalDataset, radonIndexer, summarizeMetadata, velocityEventIndexer },
  };
  await writeStudy(build, path, count);
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata, durability: "none" });
  await updateIndexes(build, new KymDataset(dataset));
}
