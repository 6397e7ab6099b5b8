import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
const SOURCE = fileURLToPath(new URL("kill-shim.c", import.meta.url));

export interface ShimOptions {
  readonly folder: string;
  readonly hasLinks: boolean;
  /** The call that the process does not come to, counted from 1. Default: it lives. */
  readonly killAt?: number;
  /** The call that fails with EIO, alone. Default: none. */
  readonly failAt?: number;
  /** From this call on the disk is full: what needs room fails with ENOSPC. Default: never. */
  readonly fullFrom?: number;
  /** A file that gets the number of calls. */
  readonly countTo?: string;
}

/** The built library of `kill-shim.c`, for processes that the tests start. */
export class KillShim {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Builds it, runs `run`, and removes it. */
  static async with<T>(run: (shim: KillShim) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "kym-shim-"));
    try {
      const path = join(folder, "kill-shim.so");
      await execute("cc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", path, SOURCE, "-ldl"]);
      return await run(new KillShim(path));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** Why this machine cannot build or load it; undefined if it can. In CI it must. */
  static async whyNot(): Promise<string | undefined> {
    if (process.platform !== "linux") {
      return `LD_PRELOAD and /proc are of Linux, not ${process.platform}`;
    }
    try {
      await KillShim.with(async () => undefined);
      return undefined;
    } catch (error) {
      if (process.env["CI"]) {
        throw error;
      }
      return String(error).split("\n")[0];
    }
  }

  /** The environment of a process that is killed, whose calls fail, or that has no links. */
  environment({ folder, hasLinks, killAt, failAt, fullFrom, countTo }: ShimOptions): NodeJS.ProcessEnv {
    return {
      ...process.env,
      LD_PRELOAD: this.#path,
      KYM_SHIM_FOLDER: folder,
      KYM_SHIM_KILL_AT: String(killAt ?? 0),
      KYM_SHIM_FAIL_AT: String(failAt ?? 0),
      KYM_SHIM_FULL_FROM: String(fullFrom ?? 0),
      ...(!hasLinks && { KYM_SHIM_NO_LINKS: "1" }),
      ...(countTo !== undefined && { KYM_SHIM_COUNT_TO: countTo }),
    };
  }
}
