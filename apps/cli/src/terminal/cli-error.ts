// The error that ends a command, and how any other error becomes one.

import { EXIT, type ExitCode } from "./exit-code.ts";

/** An error to show to the user: what happened, to which file, why, and what to do next. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** Stable, for programs. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;

  constructor(
    exitCode: ExitCode,
    code: string,
    message: string,
    more: {
      readonly details?: Readonly<Record<string, unknown>>;
      readonly hint?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.exitCode = exitCode;
    this.code = code;
    this.details = more.details ?? {};
    this.hint = more.hint;
  }
}

export function usageError(message: string, hint = "kym COMMAND --help lists the options"): CliError {
  return new CliError(EXIT.usage, "usage", message, { hint });
}

/** Turns any error into a CliError. The code of an error of our packages decides the exit code and the hint. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) {
    return error;
  }
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") {
    const message = error instanceof Error ? error.message : String(error);
    return new CliError(EXIT.unexpected, "unexpected", message, {
      hint: "run it again with --debug and report what it prints",
      cause: error,
    });
  }
  const { code, message } = error;
  if (code === "io" && NO_ROOM.has(errnoOf(error))) {
    const hint = "free some space or choose another place, then run it again; half-written files do no harm";
    return new CliError(EXIT.unexpected, code, message, { cause: error, hint });
  }
  const { exitCode, hint } = BY_CODE[code] ?? { exitCode: EXIT.unexpected };
  const details = "details" in error && typeof error.details === "object" ? plainDetails(error.details) : {};
  const healing = exitCode === EXIT.problems ? hintToHeal(details["path"]) : undefined;
  return new CliError(exitCode, code, message, {
    details,
    cause: error,
    ...(hint !== undefined && { hint: healing ?? hint }),
  });
}

/** How a lost or damaged file can be made again; undefined if only a copy has it. */
function hintToHeal(path: unknown): string | undefined {
  const table = typeof path === "string" ? TABLE_FILE.exec(path)?.[1] : undefined;
  if (table === "sources") {
    return "kym check DATASET --repair makes it again from what the images say of their files";
  }
  if (table?.startsWith(INDEX_TABLES) === true) {
    return "kym index DATASET --rebuild makes it again, and keeps what stands in its place";
  }
  return undefined;
}

/** The file of a table, or a part of it. Here, in place of the layout of a dataset, because each start would load that. */
const TABLE_FILE = /^tables\/([^/.]+)[/.]/;
const INDEX_TABLES = "kym_";

const BY_CODE: Readonly<Record<string, { readonly exitCode: ExitCode; readonly hint?: string }>> = {
  not_found: { exitCode: EXIT.input },
  io: { exitCode: EXIT.input },
  invalid_file: { exitCode: EXIT.input },
  invalid_metadata: { exitCode: EXIT.input },
  not_supported: { exitCode: EXIT.input },
  unrelated: {
    exitCode: EXIT.input,
    hint: "a copy is made by copying the folder of a dataset, __commits included",
  },
  read_only: { exitCode: EXIT.refused },
  already_exists: {
    exitCode: EXIT.refused,
    hint: "choose another name; kym export --force replaces what an earlier export wrote",
  },
  conflict: { exitCode: EXIT.refused, hint: "another process wrote at the same time; run it again" },
  modified_outside: {
    exitCode: EXIT.problems,
    hint: "another program changed the file, and nothing was written over it: kym check says what it is, and kym adopt commits what is whole",
  },
  integrity: { exitCode: EXIT.problems, hint: "a file of the dataset is damaged; restore it from a copy" },
  invalid_argument: { exitCode: EXIT.usage },
  invalid_name: { exitCode: EXIT.usage },
  schema_mismatch: { exitCode: EXIT.unexpected },
  aborted: { exitCode: EXIT.interrupted },
};

/** System errors of a place that cannot be written to. The input is fine. */
const NO_ROOM: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EFBIG"]);

function errnoOf(error: Error): unknown {
  const details = "details" in error && typeof error.details === "object" ? error.details : undefined;
  return details !== null && details !== undefined && "found" in details ? details.found : undefined;
}

function plainDetails(details: object | null): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(details ?? {}).filter(([key, value]) => key !== "cause" && value !== undefined),
  );
}
