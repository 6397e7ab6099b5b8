import { openLocalDataset } from "../../../src/node/index.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import type { Audit } from "../../support/audit-store.ts";
import type { WorkerResult } from "../workers/run-worker.ts";
import { rowsOfCommit, TABLE } from "../workers/table-writer.ts";
import { messageOf } from "../workers/task-writer.ts";
import type { WriterProcessMode } from "../workers/worker-plan.ts";
import type { WriterProcesses } from "./writer-processes.ts";

/**
 * Returns what is wrong with a dataset after all commits of a crowd, by the log, the files and what the workers were
 * told: an acknowledged commit that is not in the log, a commit lost or doubled, a file that is not what the log says.
 */
export async function faultsOfWriterProcesses(
  root: string,
  crowd: WriterProcesses,
  audit: Audit,
  lives: readonly (readonly WorkerResult[])[],
): Promise<readonly string[]> {
  const { mode, workers, commits } = crowd;
  const faults = [...audit.problems];
  faults.push(...Object.keys(audit.foreign).map((path) => `${path} comes from no commit`));
  faults.push(...Object.keys(audit.obstacles).map((path) => `${path} stood in the way`));
  const versions = new Set<number>();
  for (const [worker, life] of lives.entries()) {
    for (const { version, commit } of life.flatMap(({ acknowledged }) => acknowledged)) {
      const message = messageOf(mode, worker, commit);
      if (versions.has(version)) {
        faults.push(`version ${version} was acknowledged twice`);
      }
      if (audit.records[version - 1]?.message !== message) {
        faults.push(`${message} was acknowledged as version ${version}, which is another`);
      }
      versions.add(version);
    }
  }
  const inLog = audit.records
    .map(({ message }) => message)
    .filter((message) => message.startsWith(`${mode} `));
  const all = Array.from({ length: workers * commits }, (_, index) =>
    messageOf(mode, Math.floor(index / commits), index % commits),
  );
  faults.push(...differences("in the log", all, inLog));
  const expected = { all, inLog, commits };
  const contents = mode === "table" ? await tableContents(root, expected) : contentsOf(audit, mode, expected);
  faults.push(...contents.flatMap(([name, wanted, found]) => differences(name, wanted, found)));
  return faults;
}

interface Expected {
  /** The messages of all commits that were to be made. */
  readonly all: readonly string[];
  /** Those of the log, in its order. */
  readonly inLog: readonly string[];
  /** Of each worker. */
  readonly commits: number;
}

/** A thing that has to be as it is wanted. */
type Content = readonly [name: string, wanted: readonly string[], found: readonly string[]];

function contentsOf(
  { objects }: Audit,
  mode: WriterProcessMode,
  { all, inLog, commits }: Expected,
): readonly Content[] {
  if (mode === "disjoint") {
    const own = Object.entries(objects).filter(([path]) => /^tables\/\d+\/\d+$/.test(path));
    return [["objects", all, own.map(([, text]) => `${mode} ${text}`)]];
  }
  const lines = (objects[mode === "merge" ? "tables/lines" : "tables/churned"] ?? "")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : `${mode} ${line}`));
  const ofLines: readonly Content[] = [
    ["lines", all, lines],
    ["the order of the lines", [inLog.join()], [lines.join()]],
  ];
  if (mode === "churn") {
    return ofLines;
  }
  const makers = Array.from({ length: commits }, (_, commit) => `images/${commit}/attachments/maker`);
  return [
    ...ofLines,
    ["the count", [String(inLog.length)], [objects["tables/count"] ?? "none"]],
    ["the records that all made", makers, Object.keys(objects).filter((path) => path.endsWith("/maker"))],
  ];
}

/** By the dataset's own reader, which verifies what it reads. */
async function tableContents(root: string, { all, commits }: Expected): Promise<readonly Content[]> {
  const dataset = await openLocalDataset(root, { mode: "r" });
  const { problems } = await dataset.check({ level: "data" });
  const rows = all
    .map((message) => message.slice("table ".length).split("/").map(Number))
    .flatMap(([worker = 0, commit = 0]) => rowsOfCommit(worker, commit));
  const asText = (row: Readonly<Record<string, unknown>>): string => Object.values(row).map(String).join(" ");
  const images = Array.from({ length: commits }, (_, commit) => `made-${commit}`);
  return [
    ["rows", rows.map(asText), [...rowsOf(await dataset.loadTable(TABLE))].map(asText)],
    ["the images that all made", images, await dataset.listImageIds()],
    ["problems", [], problems.map(({ message }) => message)],
  ];
}

/** What is missing and what is too much, as often as it is. */
function differences(
  where: string,
  expected: readonly string[],
  found: readonly string[],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const item of expected) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  for (const item of found) {
    counts.set(item, (counts.get(item) ?? 0) - 1);
  }
  return [...counts].flatMap(([item, count]) => {
    const what = count > 0 ? "is missing" : "is there too often";
    return count === 0 ? [] : [`${where}: ${item} ${what}`];
  });
}
