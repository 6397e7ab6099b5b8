// Writes an output file whole or not at all, and replaces an existing one only with `--force`.

import { link, lstat, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { ownMark, removeLeftovers } from "../leftover-name.ts";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/** The whole, or pieces that are made while they are written. An error of theirs leaves nothing and is thrown as it is. */
export type FileContent = Uint8Array | string | AsyncIterable<string>;

/**
 * Writes a new file, or replaces an existing one if `force` is set. The file gets its name when it is complete and on the
 * disk; until then an old one stays as it is. A process that is killed leaves at most `<path>.partial-…`, which the next one that
 * writes this file removes. With `force`, a link is followed and stays. A pipe or a device is written straight.
 *
 * @param content what the file holds, or its pieces in order, for what is not to be whole in memory
 * @param dataset the location of a dataset into which nothing may be written; nor may it into any other
 * @throws {CliError} `already_exists`, `inside_dataset`, `io`
 */
export async function writeNewFile(
  name: string,
  content: FileContent,
  force: boolean,
  dataset?: string,
): Promise<void> {
  if (await isStream(name)) {
    await writeStraight(name, content);
    return;
  }
  const path = force ? await followed(name) : name;
  if (dataset !== undefined) {
    await assertOutside(path, dataset);
  }
  await assertInNoDataset(path);
  if (!force && (await exists(path))) {
    // Before pieces are made that nobody gets.
    throw alreadyExists(path);
  }
  const prefix = `${path}.partial-`;
  await removeLeftovers(dirname(path), basename(prefix));
  const partial = `${prefix}${ownMark()}${crypto.randomUUID()}`;
  try {
    await writeFlushed(partial, content);
    await (force ? rename(partial, path) : nameNewFile(partial, path));
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") {
      throw alreadyExists(path, cause);
    }
    if (!(cause instanceof Error && "syscall" in cause)) {
      throw cause;
    }
    throw new CliError(EXIT.input, "io", `${path} cannot be written: ${cause.message}`, { cause });
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

/** Whether something that is neither a file nor a folder has the name, also behind a link: a pipe, a terminal, `/dev/null`. */
async function isStream(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function writeStraight(path: string, content: FileContent): Promise<void> {
  try {
    const file = await open(path, "w");
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) {
      throw cause;
    }
    throw new CliError(EXIT.input, "io", `${path} cannot be written: ${cause.message}`, { cause });
  }
}

/** Where a link leads, also one that leads to no file yet; any other path as it is. */
async function followed(path: string): Promise<string> {
  const leadsTo = await readlink(path).catch(() => undefined);
  return leadsTo === undefined ? path : realpath(path).catch(() => resolve(dirname(path), leadsTo));
}

/** A folder with this in it is a dataset. */
const LOG_FOLDER = "__commits";

/** @throws {CliError} `inside_dataset` */
export async function assertInNoDataset(path: string): Promise<void> {
  let folder = await realpath(dirname(path)).catch(() => dirname(path));
  for (; dirname(folder) !== folder; folder = dirname(folder)) {
    if ((await lstat(join(folder, LOG_FOLDER)).catch(() => undefined))?.isDirectory() === true) {
      throw insideDataset(path, folder);
    }
  }
}

function insideDataset(path: string, dataset: string): CliError {
  return new CliError(
    EXIT.refused,
    "inside_dataset",
    `${path} is inside the dataset ${dataset}, which it could damage`,
    { hint: `choose a place beside it: ${join(dirname(dataset), basename(path))}` },
  );
}

function alreadyExists(path: string, cause?: unknown): CliError {
  return new CliError(EXIT.refused, "already_exists", `${path} already exists`, {
    hint: "--force replaces it",
    ...(cause !== undefined && { cause }),
  });
}

/** Also a link that leads nowhere. */
function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function writeFlushed(path: string, content: FileContent): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a file a name that no file has. Fails with `EEXIST` if one has it. */
async function nameNewFile(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    if (!NO_LINKS.has(errnoOf(error))) {
      throw error;
    }
    // A file system without hard links, such as exFAT: an empty file holds the name until the whole one replaces it.
    await (await open(path, "wx")).close();
    await rename(partial, path);
  }
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<unknown> = new Set([
  "EPERM",
  "EACCES",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
]);

/**
 * Refuses a file in the folder of a dataset, which would damage it.
 *
 * @throws {CliError} `inside_dataset`
 */
export async function assertOutside(path: string, dataset: string): Promise<void> {
  const [folder, root] = await Promise.all(
    [dirname(path), dataset].map((place) => realpath(place).catch(() => place)),
  );
  if (`${folder}${sep}`.startsWith(`${root}${sep}`)) {
    throw insideDataset(path, dataset);
  }
}

function errnoOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
