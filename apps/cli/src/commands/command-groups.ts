// The groups in which `kym --help` shows the commands.

/** The titles of the groups and the names of their commands, both in the order in which a new user needs them. */
export const COMMAND_GROUPS: Readonly<Record<string, readonly string[]>> = {
  "put in": ["ingest", "run", "watch", "refresh", "migrate"],
  look: ["ls", "show", "plot", "report", "query", "explain", "random", "agree", "compare", "log", "diff"],
  edit: ["edit", "roi", "undo", "resolve", "delete", "pull"],
  compute: ["analyze", "index"],
  "take out": ["export", "copy", "pack", "unpack"],
  keep: ["check", "adopt", "gc", "doctor", "completion"],
};
