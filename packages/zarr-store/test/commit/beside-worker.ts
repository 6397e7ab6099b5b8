/** A process beside those that commit: it reads all there is, or collects their garbage, until it is told to end. */
import { writeSync } from "node:fs";
import { CommitEngine } from "../../src/commit/commit-engine.ts";
import { collectGarbage } from "../../src/commit/gc.ts";
import { SILENT_LOGGER } from "../../src/logger.ts";
import { localStore } from "../../src/node/local-store.ts";
import { nodeRuntime } from "../../src/node/node-runtime.ts";
import type { BesideReport, BesideTask } from "./run-beside.ts";

const { root, role }: BesideTask = JSON.parse(process.argv[2] ?? "");
const report = { reads: 0, fromStaging: 0, fromAside: 0, roundsMax: 0, fences: 0, errors: new Set<string>() };

/** A writer that was stopped for so long is taken for dead. */
const OLDER_THAN_MS = 30;

async function openEngine(): Promise<CommitEngine> {
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: SILENT_LOGGER });
  await engine.open();
  return engine;
}

/** In a session that knows the head of its beginning, as readers do. */
async function readAll(): Promise<void> {
  const { log, reader } = await openEngine();
  for (const group of [...log.head.groups()]) {
    for (const path of [...log.head.objectsOf(group).keys()]) {
      report.reads += (await reader.read(path)) === undefined ? 0 : 1;
    }
  }
  report.fromStaging += reader.counts.fromStaging;
  report.fromAside += reader.counts.fromAside;
  report.roundsMax = Math.max(report.roundsMax, reader.counts.roundsMax);
}

async function collect(): Promise<void> {
  const { proposed } = await collectGarbage(await openEngine(), {
    dryRun: false,
    olderThanMs: OLDER_THAN_MS,
  });
  report.fences += proposed.length > 0 ? 1 : 0;
  await new Promise((resolve) => setTimeout(resolve, OLDER_THAN_MS));
}

let isTold = false;
process.on("SIGTERM", () => {
  isTold = true;
});
while (!isTold) {
  try {
    await (role === "read" ? readAll() : collect());
  } catch (error) {
    report.errors.add(String(error));
  }
}
const done: BesideReport = { ...report, errors: [...report.errors] };
writeSync(1, JSON.stringify(done));
