/** A process beside those that commit: it reads all there is, or collects their garbage, until it is told to end. */
import { writeSync } from "node:fs";
import { CommitEngine } from "../../../src/commit/commit-engine.ts";
import { collectGarbage } from "../../../src/commit/maintain/gc.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import { SILENT_LOGGER } from "../../../src/runtime/logger.ts";
import type { BystanderReport, BystanderTask } from "./run-bystander.ts";

const { root, role }: BystanderTask = JSON.parse(process.argv[2] ?? "");
const report = { reads: 0, fromStaging: 0, fromAside: 0, roundsMax: 0, fences: 0, errors: new Set<string>() };

let isTold = false;

/** A writer that staged nothing for so long is taken for dead: often one that was stopped, at times one that waits its turn. */
const OLDER_THAN_MS = 150;
const COLLECT_EVERY_MS = 50;

/** A reader comes anew after so many rounds; in between it knows the head of its beginning until it meets a newer one. */
const ROUNDS_OF_READER = 10;
const OBJECTS_OF_ROUND = 40;
const PAUSE_MS = 20;

async function openEngine(): Promise<CommitEngine> {
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: SILENT_LOGGER });
  await engine.open();
  return engine;
}

async function readRounds(): Promise<void> {
  const { log, reader } = await openEngine();
  for (let round = 0; round < ROUNDS_OF_READER && !isTold; round++) {
    const paths = [...log.head.groups()].flatMap((group) => [...log.head.objectsOf(group).keys()]);
    const first = Math.floor(Math.random() * Math.max(0, paths.length - OBJECTS_OF_ROUND));
    for (const path of paths.slice(first, first + OBJECTS_OF_ROUND)) {
      report.reads += (await reader.read(path)) === undefined ? 0 : 1;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  report.fromStaging += reader.counts.fromStaging;
  report.fromAside += reader.counts.fromAside;
  report.roundsMax = Math.max(report.roundsMax, reader.counts.roundsMax);
}

async function collect(engine: CommitEngine): Promise<void> {
  const { proposed } = await collectGarbage(engine, { dryRun: false, olderThanMs: OLDER_THAN_MS });
  report.fences += proposed.length > 0 ? 1 : 0;
  await new Promise((resolve) => setTimeout(resolve, COLLECT_EVERY_MS));
}

const collector = await openEngine();
process.on("SIGTERM", () => {
  isTold = true;
});
while (!isTold) {
  try {
    await (role === "read" ? readRounds() : collect(collector));
  } catch (error) {
    report.errors.add(String(error));
  }
}
const done: BystanderReport = { ...report, errors: [...report.errors] };
writeSync(1, JSON.stringify(done));
