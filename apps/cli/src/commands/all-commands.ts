import type { CommandEntry } from "../arguments/command.ts";

/** The commands in the order of a first session. */
export const ALL_COMMANDS: readonly CommandEntry[] = [
  {
    name: "ingest",
    summary: "take a folder of kymographs into a dataset",
    load: async () => (await import("./ingest/ingest.ts")).ingestCommand,
  },
  {
    name: "refresh",
    summary: "take in what changed in a folder since",
    load: async () => (await import("./ingest/refresh.ts")).refreshCommand,
  },
  { name: "ls", summary: "list the images", load: async () => (await import("./ls.ts")).lsCommand },
  {
    name: "show",
    summary: "show one image",
    load: async () => (await import("./show/show.ts")).showCommand,
  },
  {
    name: "roi",
    summary: "list, add, edit, delete, import or export ROIs",
    load: async () => (await import("./roi/roi.ts")).roiCommand,
  },
  {
    name: "index",
    summary: "bring the pooled tables up to date",
    load: async () => (await import("./index/index-command.ts")).indexCommand,
  },
  {
    name: "explain",
    summary: "say why an image's rows are fresh or stale",
    load: async () => (await import("./index/explain.ts")).explainCommand,
  },
  {
    name: "query",
    summary: "ask the tables in SQL (DuckDB)",
    load: async () => (await import("./query/query.ts")).queryCommand,
  },
  {
    name: "export",
    summary: "write everything as TIFF, JSON, CSV and NPY",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  {
    name: "migrate",
    summary: "copy a dataset of the Python system into one of this kind",
    load: async () => (await import("./migrate.ts")).migrateCommand,
  },
  {
    name: "check",
    summary: "compare every file with the commit log; --repair rolls forward",
    load: async () => (await import("./check/check.ts")).checkCommand,
  },
  {
    name: "log",
    summary: "list the commits",
    load: async () => (await import("./log.ts")).logCommand,
  },
  {
    name: "adopt",
    summary: "commit files that other programs changed or added",
    load: async () => (await import("./adopt.ts")).adoptCommand,
  },
  {
    name: "gc",
    summary: "remove what dead writers left behind",
    load: async () => (await import("./gc.ts")).gcCommand,
  },
  {
    name: "doctor",
    summary: "print what a report of a fault needs",
    load: async () => (await import("./doctor/doctor.ts")).doctorCommand,
  },
];
