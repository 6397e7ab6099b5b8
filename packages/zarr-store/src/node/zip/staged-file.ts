// Makes a file beside its place, and gives it its name when it is whole.

import { type FileHandle, link, lstat, mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { COMMITS } from "../../commit/records/control-keys.ts";
import { ZarrStoreError } from "../../errors.ts";
import { errnoOf, isPerhapsWithoutHardLinks } from "../local/errno.ts";

export interface StagedFileOptions {
  /** What follows the name of the place in that of the file beside it. Default: `.partial-<uuid>`. */
  readonly partialEnding?: string | undefined;
  /** Whether a file that is there is replaced, once the new one is whole. Default false. */
  readonly replace?: boolean | undefined;
}

/**
 * Makes a new file: `fill` writes it beside the place and flushes it, then it gets its name. If that fails, nothing is left.
 *
 * @throws {ZarrStoreError} `already_exists` if anything is at the place, `invalid_argument` if it lies in a dataset, `io`, and what
 * `fill` throws
 */
export async function makeStagedFile<T>(
  place: string,
  fill: (file: FileHandle, partial: string) => Promise<T>,
  { partialEnding: ending = `.partial-${crypto.randomUUID()}`, replace = false }: StagedFileOptions = {},
): Promise<T> {
  await (replace ? assertAtMostFile(place) : assertNothingAt(place));
  await assertOutsideDatasets(place);
  const partial = `${place}${ending}`;
  try {
    await mkdir(dirname(place), { recursive: true });
    const file = await open(partial, "wx+");
    let made: T;
    try {
      made = await fill(file, partial);
    } finally {
      await file.close();
    }
    await (replace ? rename(partial, place) : giveName(partial, place));
    await flushFolder(dirname(place));
    return made;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw errnoOf(error) === undefined ? error : ioError(place, error);
  }
}

/** @throws {ZarrStoreError} `already_exists`, `io` */
export async function assertNothingAt(place: string): Promise<void> {
  const found = await lstat(place).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") {
      throw ioError(place, error);
    }
  });
  if (found !== undefined) {
    throw new ZarrStoreError("already_exists", `there is something at ${place} already`, { path: place });
  }
}

/** @throws {ZarrStoreError} `already_exists`, `io` */
async function assertAtMostFile(place: string): Promise<void> {
  const found = await lstat(place).catch(() => undefined);
  if (found?.isFile() !== true) {
    await assertNothingAt(place);
  }
}

/** A dataset holds nothing that it does not know. @throws {ZarrStoreError} `invalid_argument` */
export async function assertOutsideDatasets(place: string): Promise<void> {
  const above = dirname(place);
  for (let folder = await realpath(above).catch(() => above); ; folder = dirname(folder)) {
    const log = await lstat(join(folder, COMMITS)).catch(() => undefined);
    if (log?.isDirectory() === true) {
      throw new ZarrStoreError("invalid_argument", `${place} is inside the dataset ${folder}`, {
        path: place,
      });
    }
    if (dirname(folder) === folder) {
      return;
    }
  }
}

/** Renames without replacing what somebody else put there meanwhile, where the file system can. */
async function giveName(partial: string, place: string): Promise<void> {
  try {
    await link(partial, place);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") {
      await assertNothingAt(place);
    }
    if (!isPerhapsWithoutHardLinks(error)) {
      throw error;
    }
    await assertNothingAt(place);
    await rename(partial, place);
    return;
  }
  await rm(partial);
}

export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export function ioError(place: string, cause: unknown): ZarrStoreError {
  return new ZarrStoreError("io", `cannot write ${place}: ${String(cause)}`, {
    path: place,
    found: errnoOf(cause),
    cause,
  });
}
