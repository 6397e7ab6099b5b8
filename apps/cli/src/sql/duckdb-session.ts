// Opens DuckDB for one command, with a folder for copies, and closes both however the command ends.

import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CommandContext } from "../arguments/command.ts";
import { ownMark, removeLeftovers } from "../leftover-name.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

export interface DuckDbSession {
  readonly connection: DuckDBConnection;
  /** Exists as long as the session. */
  readonly folder: string;
}

/** An abort interrupts what DuckDB does. `onExit` removes the folder even if the process ends in the middle of it. */
export type DuckDbOptions = Pick<CommandContext, "signal" | "onExit">;

/** Runs `fn` with a database in memory. Times with a zone are in UTC, and nothing is loaded from the network. */
export async function withDuckDb<T>(
  { signal, onExit }: DuckDbOptions,
  fn: (session: DuckDbSession) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await makeFolder();
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  const cleanNoMore = onExit(clean);
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    await connection.run("set TimeZone = 'UTC'");
    return await fn({ connection, folder });
  } finally {
    signal.removeEventListener("abort", interrupt);
    connection.closeSync();
    instance.closeSync();
    clean();
    cleanNoMore();
  }
}

const PREFIX = "kym-query-";

/** Makes a folder for copies, and removes those of commands that were killed. */
async function makeFolder(): Promise<string> {
  await removeLeftovers(tmpdir(), PREFIX);
  try {
    return await mkdtemp(join(tmpdir(), PREFIX + ownMark()));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "io", `no folder for copies can be made in ${tmpdir()}: ${why}`, {
      hint: "TMPDIR names the folder for temporary files",
      cause,
    });
  }
}

/** A name as SQL writes it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
