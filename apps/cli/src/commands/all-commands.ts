// The commands of kym. To add one, write its file and add it to this list.

import { type CommandEntry, commandEntry as entry } from "../arguments/command-entry.ts";

/** The commands, in the order in which a new user needs them. */
export const ALL_COMMANDS: readonly CommandEntry[] = [
  entry("ingest", "put a folder of kymographs into a dataset", () => import("./ingest/ingest.ts")),
  entry("refresh", "update a dataset after its folder has changed", () => import("./ingest/refresh.ts")),
  entry("run", "ingest a folder, analyze and index in one", () => import("./run.ts")),
  entry("watch", "ingest scans while the microscope writes them", () => import("./watch/watch.ts")),
  entry("ls", "list the images", () => import("./ls/ls.ts")),
  entry("show", "show one image", () => import("./show/show.ts")),
  entry("plot", "draw one image as a figure, SVG or PNG", () => import("./plot/plot.ts")),
  entry("report", "write one HTML file with all numbers and pictures", () => import("./report/report.ts")),
  entry("edit", "set conditions, notes, calibrations and other fields", () => import("./edit/edit.ts")),
  entry("roi", "list, add, edit, delete, import or export ROIs", () => import("./roi/roi.ts")),
  entry("resolve", "settle what was changed on both sides", () => import("./resolve/resolve.ts")),
  entry("delete", "delete images", () => import("./edit/delete.ts")),
  entry(
    "analyze",
    "compute velocities, events, heart rates, diameters",
    () => import("./analyze/analyze.ts"),
  ),
  entry("compare", "compare the lab's velocities with ours", () => import("./compare/compare.ts")),
  entry("index", "update the pooled tables", () => import("./index/index-command.ts")),
  entry("explain", "say why an image's rows are fresh or stale", () => import("./index/explain.ts")),
  entry("query", "query the tables in SQL (DuckDB)", () => import("./query/query.ts")),
  entry("pull", "get what another copy of the dataset did", () => import("./copies/pull.ts")),
  entry("agree", "print how far two scorers agree", () => import("./copies/agree.ts")),
  entry("random", "draw images for blind scoring", () => import("./random/random.ts")),
  entry("export", "write everything as TIFF, JSON, CSV and NPY", () => import("./export.ts")),
  entry("copy", "copy one version of a dataset, beside writers", () => import("./copies/copy.ts")),
  entry("pack", "put one version of a dataset into one file", () => import("./copies/pack.ts")),
  entry("unpack", "make a dataset of a packed file", () => import("./copies/unpack.ts")),
  entry("migrate", "copy a dataset of the Python system into a new one", () => import("./migrate.ts")),
  entry("check", "compare every file with the commit log; repair", () => import("./check/check.ts")),
  entry("log", "say what changed, when, and who did it", () => import("./history/log.ts")),
  entry("diff", "say what differs between two versions", () => import("./history/diff.ts")),
  entry("undo", "take back a change of images", () => import("./history/undo.ts")),
  entry("adopt", "commit files that other programs changed or added", () => import("./adopt.ts")),
  entry("gc", "remove what crashed writers left behind", () => import("./gc.ts")),
  {
    name: "completion",
    summary: "print the completion script of bash, zsh or fish",
    load: async () => (await import("./completion/completion.ts")).completionCommand(ALL_COMMANDS),
  },
  entry("doctor", "print the facts that a bug report needs", () => import("./doctor/doctor.ts")),
];
