// Writes an output file whole or not at all, and replaces an existing one only with `--force`.

import { link, lstat, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";

/** The whole, or pieces that are made while they are written. An error of theirs leaves nothing and is thrown as it is. */
export type FileContent = Uint8Array | string | AsyncIterable<string>;

/**
 * Writes a new file, or replaces an existing one if `force` is set. The file gets its name when it is complete and on the
 * disk; until then an old one stays as it is. A process that is killed leaves at most `<path>.partial-<uuid>`.
 *
 * @param content what the file holds, or its pieces in order, for what is not to be whole in memory
 * @param dataset the location of a dataset into which nothing may be written
 * @throws {CliError} `already_exists`, `inside_dataset`, `io`
 */
export async function writeNewFile(
  path: string,
  content: FileContent,
  force: boolean,
  dataset?: string,
): Promise<void> {
  if (dataset !== undefined) {
    await assertOutside(path, dataset);
  }
  if (!force && (await exists(path))) {
    // Before pieces are made that nobody gets.
    throw alreadyExists(path);
  }
  const partial = `${path}.partial-${crypto.randomUUID()}`;
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
    throw new CliError(
      EXIT.refused,
      "inside_dataset",
      `${path} is inside the dataset ${dataset}, which it could damage`,
      { hint: `choose a place beside it: ${join(dirname(dataset), basename(path))}` },
    );
  }
}

function errnoOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
