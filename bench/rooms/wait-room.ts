// How long people wait for the first line of a long job, and for its end after Ctrl-C.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { REPOSITORY } from "../against/commit-build.ts";
import type { Sample, SideSamples } from "../goals/goal.ts";
import { writeTiffFolder } from "../inputs/tiff-folder.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 1500, short: 400 };
const FIRST = "first line of an ingest";
const END = "end of an ingest after Ctrl-C";
const RUNNING_MS = 200;
const SOURCE = join(REPOSITORY, "apps/cli/src/main.ts");

export const waitRoom: Room = {
  name: "wait",
  title: "What people wait for",
  rounds: 5,
  goals: () => [
    {
      id: "wait.first",
      what: FIRST,
      subject: FIRST,
      bound: { kind: "alone", atMost: 500, unit: "ms" },
    },
    { id: "wait.end", what: END, subject: END, bound: { kind: "alone", atMost: 1000, unit: "ms" } },
  ],
  measure,
};

async function measure({ memory, rounds, isShort, note }: RoomPlace): Promise<SideSamples> {
  const count = isShort ? COUNTS.short : COUNTS.full;
  const study = join(memory, "study");
  const target = join(memory, "study.zarr");
  writeTiffFolder(study, count);
  note(
    `\`kym ingest\` of ${count} TIFFs from a clone, compiled code kept; Ctrl-C ${RUNNING_MS} ms after the first line.`,
  );
  const env = { ...process.env, NODE_COMPILE_CACHE: join(memory, "compiled"), HOME: memory };
  const first: Sample[] = [];
  const end: Sample[] = [];
  for (let round = -1; round < rounds; round++) {
    await rm(target, { recursive: true, force: true });
    const taken = await ingestAndStop([study, target], env);
    if (round >= 0) {
      first.push({ value: taken.firstMs });
      end.push(...(taken.endMs === undefined ? [] : [{ value: taken.endMs }]));
    }
  }
  return new Map([
    [FIRST, first],
    [END, end],
  ]);
}

/** `endMs` is undefined if the ingest was done before it was stopped. */
async function ingestAndStop(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly firstMs: number; readonly endMs: number | undefined }> {
  const begun = performance.now();
  const node = ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", SOURCE];
  const child = spawn(process.execPath, [...node, "ingest", ...args], { env });
  const said = Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
  const closed = once(child, "close");
  await said;
  const firstMs = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, RUNNING_MS));
  const isRunning = child.exitCode === null;
  const stopped = performance.now();
  child.kill("SIGINT");
  await closed;
  if (!isRunning && child.exitCode !== 0) {
    throw new Error(`the ingest ended by itself with ${child.exitCode}`);
  }
  return { firstMs, endMs: isRunning ? performance.now() - stopped : undefined };
}
