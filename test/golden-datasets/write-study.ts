// Writes a part of a golden dataset with any build, or prints what that build reads of it. A process of its own.
import fsPromises from "node:fs/promises";
import process from "node:process";
import { type Build, loadBuild } from "../../bench/against/load-build.ts";
import { factsOf } from "../support/dataset-facts.ts";
import * as study from "./golden-study.ts";

/**
 * - `whole`: the study, in several sessions, with a checkpoint.
 * - `unpublished`: a commit whose writer dies right after the commit point.
 * - `left`: a transaction whose writer dies before it.
 * - `truth`: prints what is read.
 */
export type StudyPart = "whole" | "unpublished" | "left" | "truth";

export interface StudyRequest {
  /** The tree whose build is used. */
  readonly root: string;
  readonly folder: string;
  readonly part: StudyPart;
  /** Write as on a file system without hard links. */
  readonly hasNoLinks: boolean;
}

const request: StudyRequest = JSON.parse(process.argv[2] ?? "");
const build = await loadBuild(request.root, [
  "createNdArray",
  "KymDataset",
  "localStore",
  "nodeRuntime",
  "openLocalDataset",
  "rowsOf",
  "summarizeMetadata",
  "velocityEventIndexer",
]);
type Dataset = Awaited<ReturnType<Build["openLocalDataset"]>>;

const PARTS: Readonly<Record<StudyPart, () => Promise<void>>> = {
  whole: async () => {
    await inSession(writeImages);
    await inSession(writeTables);
    await inSession(changeThings);
  },
  unpublished: () => inSession(changeMore, "linked"),
  left: () => inSession(addNeverCommitted, "synced"),
  truth: async () => {
    await using dataset = await build.openLocalDataset(request.folder, { mode: "r" });
    process.stdout.write(`${JSON.stringify(await factsOf(dataset, build.rowsOf), null, 1)}\n`);
  },
};
await PARTS[request.part]();

async function writeImages(dataset: Dataset): Promise<void> {
  const scan = await dataset.addImage(build.createNdArray("uint16", [6, 4], study.LINE_SCAN), {
    id: "line-scan",
    axes: ["t", "x"],
  });
  await scan.saveMetadataPayload(study.METADATA);
  await scan.saveJson("velocity_events/params", study.PARAMS);
  await scan.saveJson("note", { text: "deleted later" });
  await scan.saveParquet("velocity_events/events", study.EVENTS, { schema: study.EVENT_SCHEMA });
  await scan.saveCsvGz("trace", study.TRACE, { schema: study.TRACE_SCHEMA });
  await scan.saveArrayArtifact("masks/1", build.createNdArray("bool", [6, 4], study.MASK));
  await scan.saveArrayArtifact("times", build.createNdArray("int64", [3], study.TIMES_NS));
  await scan.saveAttachment("notes.txt", study.NOTES);
  await dataset.addImage(build.createNdArray("float32", [2, 3, 4, 5], study.STACK), {
    id: "stack",
    axes: ["t", "z", "y", "x"],
    chunks: [1, 1, 3, 5],
    compression: "none",
  });
  const deleted = await dataset.addImage(build.createNdArray("uint8", [1, 2], Uint8Array.of(1, 2)), {
    id: "deleted",
  });
  await deleted.saveJson("note", { text: "deleted with its image" });
}

async function writeTables(dataset: Dataset): Promise<void> {
  await dataset.saveTable("conditions", study.CONDITIONS, { schema: study.CONDITIONS_SCHEMA });
  await dataset.appendSources([
    {
      source_primary_path: "/data/study/line-scan.tif",
      image_id: "line-scan",
      source_mtime_ns: 1753190060091123457n,
      source_size_bytes: 1024n,
      ingested_epoch_ns: 1771700000123456789n,
      source_sha256: "00".repeat(32),
      source_rel_path: "line-scan.tif",
    },
  ]);
  await new build.KymDataset(dataset).updateIndex(build.velocityEventIndexer);
}

async function changeThings(dataset: Dataset): Promise<void> {
  await dataset.deleteImage("deleted");
  await dataset.transaction(
    async (transaction) => {
      await transaction.record("line-scan").saveJson("velocity_events/params", study.LATER_PARAMS);
    },
    { message: "a lower threshold", details: { reason: "golden" } },
  );
  await dataset.record("line-scan").deleteAnalysis({ suffixes: ["note.json"] });
}

/** One commit that puts, replaces and deletes. */
async function changeMore(dataset: Dataset): Promise<void> {
  await dataset.transaction(async (transaction) => {
    await transaction.record("stack").saveJson("qc", { passed: true });
    await transaction.record("line-scan").saveJson("velocity_events/params", study.PARAMS);
    await transaction.record("line-scan").deleteAnalysis({ suffixes: ["trace.csv.gz"] });
  });
}

async function addNeverCommitted(dataset: Dataset): Promise<void> {
  await dataset.addImage(build.createNdArray("uint8", [1, 2], Uint8Array.of(3, 4)), { id: "never" });
}

/** Runs in one session, which ends in a kill at the first step of that name. */
async function inSession(write: (dataset: Dataset) => Promise<void>, killAt?: string): Promise<void> {
  const link = (): Promise<never> =>
    Promise.reject(
      Object.assign(new Error("EPERM: operation not permitted, link"), { errno: -1, code: "EPERM" }),
    );
  const fileSystem = request.hasNoLinks ? { fileSystem: { ...fsPromises, link } } : {};
  await using dataset = await build.openLocalDataset(build.localStore(request.folder, fileSystem), {
    summarize: build.summarizeMetadata,
    runtime: runtime(),
    onStep: (step) => {
      if (step === killAt) {
        process.kill(process.pid, "SIGKILL");
      }
    },
  });
  await write(dataset);
}

/** Nothing of the machine that wrote it is in a golden dataset. */
function runtime(): ReturnType<Build["nodeRuntime"]> {
  const writer = { host: "microscope-pc", pid: 4711, started: "2026-01-02T03:00:00.000Z", person: "ada" };
  let nowEpochMs = Date.parse("2026-01-02T03:04:05Z");
  return {
    ...build.nodeRuntime(),
    writer,
    writerState: () => "unknown",
    nowEpochMs: () => (nowEpochMs += 1),
  };
}
