// Tests what the file system of a folder can do, for `kym doctor`.

import { constants } from "node:fs";
import { access, mkdir, mkdtemp, open, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClaimProbe, localStore, nodeRuntime, probeClaims } from "@kym/zarr-store/node";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { type FailedStep, tryCommitSteps } from "./try-commit-steps.ts";

/** The abilities of a file system on which commits depend. */
export interface FolderProbe {
  readonly path: string;
  readonly isWritable: boolean;
  /** How a dataset there can claim its versions. Undefined where nothing may be written, so that it cannot be tried. */
  readonly claims: ClaimProbe | undefined;
  /** The steps of a commit that do not work there; empty where nothing may be written. */
  readonly failedSteps: readonly FailedStep[];
  readonly isCaseSensitive: boolean | undefined;
  /** How long a small file takes to reach the disk, in ms. */
  readonly fsyncMs: number | undefined;
  readonly freeBytes: number;
  /** The number by which the operating system knows the file system, in hexadecimal. */
  readonly fileSystemType: string;
}

/**
 * Tests a folder by writing into a temporary folder below it, which is removed afterwards.
 *
 * @throws {CliError} `not_found` if there is no folder at `path`
 */
export async function probeFolder(path: string): Promise<FolderProbe> {
  const { bavail, bsize, type } = await statfs(path).catch((cause: unknown) => {
    throw new CliError(EXIT.input, "not_found", `there is no folder ${path}`, { cause });
  });
  const freeBytes = bavail * bsize;
  const fileSystemType = `0x${type.toString(16)}`;
  const isWritable = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  const folder = isWritable ? await mkdtemp(join(path, ".kym-doctor-")).catch(() => undefined) : undefined;
  if (folder === undefined) {
    const unknown = { claims: undefined, failedSteps: [], isCaseSensitive: undefined, fsyncMs: undefined };
    return { path, isWritable: false, ...unknown, freeBytes, fileSystemType };
  }
  try {
    const file = join(folder, "a");
    await writeFile(file, "kym");
    const claims = await probeClaims(localStore(join(folder, "claims")), nodeRuntime());
    const failedSteps = await tryCommitSteps(join(folder, "steps"));
    await mkdir(join(folder, "Case"));
    const isCaseSensitive = await stat(join(folder, "case")).then(
      () => false,
      () => true,
    );
    const fsyncMs = await timeSync(file);
    return { path, isWritable, claims, failedSteps, isCaseSensitive, fsyncMs, freeBytes, fileSystemType };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeSync(file: string): Promise<number | undefined> {
  const startMs = performance.now();
  const handle = await open(file, "r+");
  try {
    await handle.write("kym doctor");
    await handle.sync();
    return performance.now() - startMs;
  } catch {
    // The step that flushes says why.
    return undefined;
  } finally {
    await handle.close();
  }
}
