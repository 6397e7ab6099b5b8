import type { CommandEntry } from "./command.ts";

/** The commands in the order of a first session. */
export const ALL_COMMANDS: readonly CommandEntry[] = [
  {
    name: "ingest",
    summary: "take a folder of kymographs into a dataset",
    load: async () => (await import("./commands/ingest.ts")).ingestCommand,
  },
  {
    name: "refresh",
    summary: "take in what changed in a folder since",
    load: async () => (await import("./commands/refresh.ts")).refreshCommand,
  },
  { name: "ls", summary: "list the images", load: async () => (await import("./commands/ls.ts")).lsCommand },
  {
    name: "show",
    summary: "show one image",
    load: async () => (await import("./commands/show.ts")).showCommand,
  },
  {
    name: "roi",
    summary: "list, add, edit, delete, import or export ROIs",
    load: async () => (await import("./commands/roi.ts")).roiCommand,
  },
  {
    name: "index",
    summary: "bring the pooled tables up to date",
    load: async () => (await import("./commands/index-command.ts")).indexCommand,
  },
  {
    name: "explain",
    summary: "say why an image's rows are fresh or stale",
    load: async () => (await import("./commands/explain.ts")).explainCommand,
  },
  {
    name: "query",
    summary: "ask the tables in SQL (DuckDB)",
    load: async () => (await import("./commands/query.ts")).queryCommand,
  },
  {
    name: "export",
    summary: "write everything as TIFF, JSON, CSV and NPY",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "migrate",
    summary: "copy a dataset of the Python system into one of this kind",
    load: async () => (await import("./commands/migrate.ts")).migrateCommand,
  },
  {
    name: "check",
    summary: "compare every file with the commit log; --repair rolls forward",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  {
    name: "log",
    summary: "list the commits",
    load: async () => (await import("./commands/log.ts")).logCommand,
  },
  {
    name: "adopt",
    summary: "commit files that other programs changed or added",
    load: async () => (await import("./commands/adopt.ts")).adoptCommand,
  },
  {
    name: "gc",
    summary: "remove what dead writers left behind",
    load: async () => (await import("./commands/gc.ts")).gcCommand,
  },
  {
    name: "doctor",
    summary: "print what a report of a fault needs",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
];
