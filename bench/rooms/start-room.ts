// The command as it is published, and from a clone, by seconds of processors.

import { existsSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { buildTree, REPOSITORY } from "../against/commit-build.ts";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runProgram, runSides, type Side, side } from "../goals/run-sides.ts";
import { imageIdOf } from "../inputs/index-study.ts";
import { updateIndexes, writeStudy } from "../measures/index-dataset.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 10_000, short: 1000 };
const FEW = 10;
const NODE = "node -e 0";
const BUILT = join(REPOSITORY, "apps/cli/dist/main.js");
const SOURCE = resolve(REPOSITORY, "apps/cli/src/main.ts");

const STATS = "bare stats of its artifacts";
const MODULES =
  "About 100 ms are 125 modules that are loaded; a bundle of the command took `show` of ten images from 170 to 120 ms.";
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
    {
      // It says which images are perhaps changed, for which it looks at each artifact: that comes on top of the goal.
      ...{ id: "start.ls", what: `\`${lsOf(count)}\``, subject: lsOf(count), peer: STATS, by: "cpu" },
      bound: { kind: "above", atMost: 300, unit: "ms" },
      words: `The list alone took 519 ms before it looked at artifacts. ${MODULES}`,
    },
    { ...alone("show", showOf(count), 250), words: MODULES },
    { ...alone("show-few", showOf(FEW), 150), words: MODULES },
    { ...alone("edit", editOf(count), 350), words: MODULES },
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
      side(STATS, async () => statArtifacts(many)),
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

/** What nobody can leave out who tells by sizes and times which artifacts changed. */
function statArtifacts(location: string): void {
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        visit(path);
      } else {
        lstatSync(path, { bigint: true });
      }
    }
  };
  for (const entry of readdirSync(`${location}/images`, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      visit(`${location}/images/${entry.name}/analysis`);
    }
  }
}

async function makeStudy(path: string, count: number): Promise<void> {
  const build = {
    ...{ KymDataset, createNdArray, openLocalDataset, radonIndexer, summarizeMetadata, velocityEventIndexer },
  };
  await writeStudy(build, path, count);
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata, durability: "none" });
  await updateIndexes(build, new KymDataset(dataset));
}
