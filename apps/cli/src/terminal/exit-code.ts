// The exit codes of kym, as `kym --help` and the README list them.

export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  /** Some items failed, or have conflicts that are open; the others are done. */
  partial: 3,
  /** A check found problems. */
  problems: 4,
  /** Something already exists, and only `--force` replaces it. */
  refused: 5,
  /** The input is missing or cannot be read. */
  input: 6,
  /** The terminal was closed. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
