/** What a run of the command ends with; documented in `kym --help` and the README. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  /** Some items failed, the others are done. */
  partial: 3,
  /** A check found problems. */
  problems: 4,
  /** Something is there already; `--force` says that it may go. */
  refused: 5,
  /** The input is not there or cannot be read. */
  input: 6,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
