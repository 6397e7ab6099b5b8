import { EXIT, type ExitCode } from "./exit-code.ts";

/** An end of the command that the user is told about: what, which file, why, and what to do next. */
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

export function usageError(message: string, hint = "kym --help lists the commands"): CliError {
  return new CliError(EXIT.usage, "usage", message, { hint });
}

/** Every error of our packages has a code; whose fault it is decides how the command ends. */
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
    const hint = "make room, or choose another place, and run it again: nothing half-written counts";
    return new CliError(EXIT.unexpected, code, message, { cause: error, hint });
  }
  const { exitCode, hint } = BY_CODE[code] ?? { exitCode: EXIT.unexpected };
  const details = "details" in error && typeof error.details === "object" ? plainDetails(error.details) : {};
  return new CliError(exitCode, code, message, {
    details,
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

const BY_CODE: Readonly<Record<string, { readonly exitCode: ExitCode; readonly hint?: string }>> = {
  not_found: { exitCode: EXIT.input },
  io: { exitCode: EXIT.input },
  invalid_file: { exitCode: EXIT.input },
  invalid_metadata: { exitCode: EXIT.input },
  not_supported: { exitCode: EXIT.input },
  read_only: { exitCode: EXIT.refused },
  already_exists: {
    exitCode: EXIT.refused,
    hint: "choose another name; --force replaces what kym export wrote, and nothing else",
  },
  conflict: { exitCode: EXIT.refused, hint: "another process is writing; run it again" },
  modified_outside: {
    exitCode: EXIT.problems,
    hint: "it is not what was committed: put it back from a copy; nothing was written over it",
  },
  integrity: { exitCode: EXIT.problems, hint: "a file of the dataset is damaged; restore it from a copy" },
  invalid_argument: { exitCode: EXIT.usage },
  invalid_name: { exitCode: EXIT.usage },
  schema_mismatch: { exitCode: EXIT.unexpected },
  aborted: { exitCode: EXIT.interrupted },
};

/** The output cannot be written; the input is fine. */
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
