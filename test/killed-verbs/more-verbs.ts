// The other commands that write: what they are killed at, and what a user sees of them.
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { nodeRuntime, openLocalDataset } from "@kym/zarr-store/node";
import { kymJson } from "../../apps/cli/test/support/kym.ts";
import { type KilledVerb, OTHER, STUDY } from "./killed-verbs.ts";

const LAB = "lab";

/** A folder of two scans with a sidecar each. */
async function makeLab(cwd: string): Promise<void> {
  await mkdir(join(cwd, LAB));
  for (const [at, name] of ["new-1", "new-2"].entries()) {
    const pixels = createNdArray("uint16", [16, 4], new Uint16Array(64).fill(at + 1));
    await writeFile(join(cwd, LAB, `${name}.tif`), writeImageJTiff(pixels));
    const metadata = { version: "1.0", header: {}, experiment_metadata: { condition: `c${at}` }, rois: [] };
    await writeFile(join(cwd, LAB, `${name}.json`), JSON.stringify(metadata));
  }
}

/** What a user sees of files that an ingest brought: not their ids, which are new each time. */
async function seenFiles(cwd: string): Promise<unknown> {
  const { data } = await kymJson(["ls", STUDY, "--columns", "rel_path,condition,artifacts"], { cwd });
  return data.map((row: object) => JSON.stringify(row)).sort();
}

async function seenProblems(cwd: string): Promise<unknown> {
  const { data } = await kymJson(["check", STUDY], { cwd });
  return [data.problems.map(({ path }: { readonly path: string }) => path), await seenRows(cwd)];
}

async function seenRois(cwd: string): Promise<unknown> {
  return (await kymJson(["roi", "list", STUDY, "a"], { cwd })).data;
}

async function seenRows(cwd: string): Promise<unknown> {
  await using dataset = await openLocalDataset(join(cwd, STUDY), { mode: "r" });
  const table = await dataset.loadTable("kym_velocity_events").catch(() => undefined);
  return table?.numRows;
}

/** An overview that is damaged and cannot be made again would be another problem. */
async function loseTables(cwd: string): Promise<void> {
  await rm(join(cwd, STUDY, "tables/kym_velocity_events.parquet"));
  await writeFile(join(cwd, STUDY, "tables/kym_velocity_events_runs.parquet"), "lost");
}

function making(makes: string, ...command: readonly string[]): KilledVerb {
  const name = `${command.filter((word) => word !== STUDY).join(" ")}`;
  return { name, before: [], command, exitCodes: [0], makes };
}

/** The commands that make files, those that make several commits, and the others that write. */
export const MORE_VERBS: readonly KilledVerb[] = [
  making("made.zarr", "copy", STUDY, "made.zarr"),
  making("made.zip", "pack", STUDY, "made.zip"),
  making("made", "export", STUDY, "made"),
  making("made", "export", STUDY, "made", "--to", "imagej"),
  making("made", "export", STUDY, "made", "--to", "kymflow"),
  making("made.html", "report", STUDY, "-o", "made.html"),
  making("made.svg", "plot", STUDY, "a", "-o", "made.svg"),
  making("made.csv", "query", STUDY, "from images", "-o", "made.csv"),
  making("made.csv", "random", STUDY, "--seed", "7", "-o", "made.csv"),
  {
    name: "roi add",
    before: [],
    command: ["roi", "add", STUDY, "b", "--lines", "0:2", "--px", "0:2"],
    exitCodes: [0],
  },
  {
    name: "roi edit",
    before: [],
    command: ["roi", "edit", STUDY, "a", "1", "--name", "new"],
    exitCodes: [0],
    sees: seenRois,
  },
  { name: "roi delete", before: [], command: ["roi", "delete", STUDY, "a", "1", "--yes"], exitCodes: [0] },
  {
    name: "roi import",
    before: [["roi", "export", STUDY, "a", "rois.zip"]],
    command: ["roi", "import", STUDY, "b", "rois.zip"],
    exitCodes: [0],
  },
  {
    name: "ingest",
    prepare: makeLab,
    before: [],
    command: ["ingest", LAB, STUDY],
    exitCodes: [0],
    sees: seenFiles,
  },
  {
    name: "refresh",
    prepare: makeLab,
    before: [["ingest", LAB, STUDY]],
    change: async (cwd: string) => {
      const metadata = { version: "1.0", header: {}, experiment_metadata: { condition: "new" }, rois: [] };
      await writeFile(join(cwd, LAB, "new-1.json"), JSON.stringify(metadata));
    },
    command: ["refresh", STUDY, LAB],
    exitCodes: [0],
    inParts: true,
    sees: seenFiles,
  },
  { name: "index", before: [], command: ["index", STUDY], exitCodes: [0], inParts: true, sees: seenRows },
  {
    name: "index --rebuild of a lost table and ledger",
    before: [],
    change: loseTables,
    command: ["index", STUDY, "--rebuild"],
    exitCodes: [0],
    inParts: true,
    sees: seenProblems,
  },
  {
    name: "check --repair of a lost ledger of files",
    before: [],
    change: (cwd: string) => rm(join(cwd, STUDY, "tables/sources.parquet")),
    command: ["check", STUDY, "--repair"],
    exitCodes: [0],
    sees: seenProblems,
  },
  {
    name: "check --repair --from a copy",
    before: [],
    change: async (cwd: string) => {
      await rm(join(cwd, STUDY, "images/scan-a/data/c/0/0"));
      await rm(join(cwd, STUDY, "images/scan-b/zarr.json"));
    },
    command: ["check", STUDY, "--repair", "--from", OTHER],
    exitCodes: [0],
    inParts: true,
    sees: seenProblems,
  },
  {
    name: "adopt",
    before: [],
    change: (cwd: string) => writeFile(join(cwd, STUDY, "images/scan-a/analysis/qc.json"), "{}"),
    command: ["adopt", STUDY],
    exitCodes: [0],
    sees: seenProblems,
  },
  {
    name: "migrate",
    prepare: async (cwd) =>
      cp(new URL("../golden-datasets/version-1.zarr", import.meta.url), join(cwd, "old.zarr"), {
        recursive: true,
      }),
    before: [],
    command: ["migrate", "old.zarr", STUDY],
    exitCodes: [0],
    inParts: true,
    sees: seenFiles,
  },
  {
    name: "ingest of an export",
    before: [["export", STUDY, LAB]],
    change: (cwd: string) => rm(join(cwd, STUDY), { recursive: true }),
    command: ["ingest", LAB, STUDY],
    exitCodes: [0],
    inParts: true,
    sees: (cwd: string) => seenFiles(cwd).catch(() => "no dataset"),
  },
  {
    name: "gc",
    before: [],
    change: async (cwd: string) => {
      const left = join(cwd, STUDY, "__staging/1-left");
      await mkdir(left);
      // A writer of this machine that is gone.
      const { host, started, pidNamespace } = nodeRuntime().writer;
      const owner = { host, pid: 4_194_303, started, txid: "1-left", pid_namespace: pidNamespace };
      await writeFile(join(left, "__owner.json"), JSON.stringify(owner));
    },
    command: ["gc", STUDY, "--yes"],
    exitCodes: [0],
    inParts: true,
    sees: async (cwd: string) =>
      (await readdir(join(cwd, STUDY, "__staging"))).filter((name) => name === "1-left"),
  },
];
