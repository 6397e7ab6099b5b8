// The list of commands. A new one is a file of its own and a line here.
import { type CommandEntry, commandEntry as entry } from "../arguments/command-entry.ts";

/** The commands in the order of a first session. */
export const ALL_COMMANDS: readonly CommandEntry[] = [
  entry("ingest", "take a folder of kymographs into a dataset", () => import("./ingest/ingest.ts")),
  entry("refresh", "take in what changed in a folder since", () => import("./ingest/refresh.ts")),
  entry("ls", "list the images", () => import("./ls.ts")),
  entry("show", "show one image", () => import("./show/show.ts")),
  entry("roi", "list, add, edit, delete, import or export ROIs", () => import("./roi/roi.ts")),
  entry("index", "bring the pooled tables up to date", () => import("./index/index-command.ts")),
  entry("explain", "say why an image's rows are fresh or stale", () => import("./index/explain.ts")),
  entry("query", "ask the tables in SQL (DuckDB)", () => import("./query/query.ts")),
  entry("export", "write everything as TIFF, JSON, CSV and NPY", () => import("./export.ts")),
  entry("migrate", "copy a dataset of the Python system into one of this kind", () => import("./migrate.ts")),
  entry(
    "check",
    "compare every file with the commit log; --repair rolls forward",
    () => import("./check/check.ts"),
  ),
  entry("log", "list the commits", () => import("./log.ts")),
  entry("adopt", "commit files that other programs changed or added", () => import("./adopt.ts")),
  entry("gc", "remove what dead writers left behind", () => import("./gc.ts")),
  entry("doctor", "print what a report of a fault needs", () => import("./doctor/doctor.ts")),
];
