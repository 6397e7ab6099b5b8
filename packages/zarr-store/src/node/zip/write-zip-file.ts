// Writes files into a new zip file, stored: a folder, or a list.

import { open, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { compareZarrZipKeys, ozxComment, ZARR_NODE } from "../../zip/zarr-zip-order.ts";
import { errnoOf } from "../local/errno.ts";
import { makeStagedFile, type StagedFileOptions } from "./staged-file.ts";
import { ZipFileWriter } from "./zip-file-writer.ts";

/** A file of a zip: its name there, and its bytes or where they are. */
export type ZipInput =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly path: string };

export interface WriteZipOptions extends ReadOptions, StagedFileOptions {
  /** The comment of the file, at most 65 535 bytes. Default none. */
  readonly comment?: Uint8Array | undefined;
}

/** What was written. */
export interface WrittenZip {
  readonly files: number;
  /** The length of the zip file. */
  readonly sizeBytes: number;
}

/**
 * Writes files into a new zip file: stored, with numbers of 64 bits, each `zarr.json` first and breadth first. The same files give the
 * same bytes. It is written beside the target, flushed, and then gets its name. Files are read piece by piece.
 *
 * @param files a folder with everything below it, or a list
 * @throws {ZarrStoreError} `already_exists` if there is anything at the target; `invalid_argument` if that lies in a dataset, for two
 * files of one name, and for a folder with anything but files and folders; `invalid_name` for a name that leaves the folder; `io`,
 * `aborted`
 * @example
 * await writeZipFile("/data/study.zip", "/data/study");
 * await writeZipFile("/data/two.zip", [{ name: "zarr.json", bytes }, { name: "c/0/0", path: "/data/chunk" }]);
 */
export async function writeZipFile(
  target: string,
  files: string | readonly ZipInput[],
  { comment, signal, ...staged }: WriteZipOptions = {},
): Promise<WrittenZip> {
  if (comment !== undefined && comment.length > 0xffff) {
    throw new ZarrStoreError("invalid_argument", "the comment of a zip has at most 65535 bytes", {
      found: comment.length,
    });
  }
  const inputs = typeof files === "string" ? await filesIn(resolve(files), "") : [...files];
  inputs.sort((a, b) => compareZarrZipKeys(a.name, b.name));
  return makeStagedFile(
    resolve(target),
    async (file) => {
      const writer = new ZipFileWriter(file);
      try {
        for (const input of inputs) {
          throwIfAborted(signal);
          await addInput(writer, input, { signal });
        }
        await writer.finish(comment);
      } finally {
        await writer.settle();
      }
      return { files: inputs.length, sizeBytes: writer.sizeBytes };
    },
    staged,
  );
}

/**
 * Writes an OME-Zarr hierarchy into one file as NGFF RFC-9 asks (`.ozx`): as {@link writeZipFile}, with the comment that names the
 * version.
 *
 * @param files the folder of the hierarchy, or its files by their path below its root; one must be `zarr.json`
 * @param version of OME-Zarr that the hierarchy has, such as `0.5`
 * @throws {ZarrStoreError} as {@link writeZipFile}; `invalid_argument` without a `zarr.json` in the root
 * @example
 * await writeOzx("/data/scan.ozx", "/data/scan.ome.zarr", "0.5");
 */
export async function writeOzx(
  target: string,
  files: string | readonly ZipInput[],
  version: string,
  options: Omit<WriteZipOptions, "comment"> = {},
): Promise<WrittenZip> {
  const inputs = typeof files === "string" ? await filesIn(resolve(files), "") : files;
  if (!inputs.some(({ name }) => name === ZARR_NODE)) {
    throw new ZarrStoreError("invalid_argument", `${target} needs a ${ZARR_NODE} in its root`, {
      path: target,
    });
  }
  return writeZipFile(target, inputs, { ...options, comment: ozxComment(version) });
}

async function addInput(writer: ZipFileWriter, input: ZipInput, options: ReadOptions): Promise<void> {
  if ("bytes" in input) {
    return writer.add(input.name, input.bytes);
  }
  const file = await open(input.path, "r").catch(cannotRead(input.path));
  try {
    await writer.addFile(input.name, file, options);
  } finally {
    await file.close();
  }
}

async function filesIn(folder: string, below: string): Promise<ZipInput[]> {
  const inputs: ZipInput[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(cannotRead(folder))) {
    const path = join(folder, entry.name);
    const name = `${below}${entry.name}`;
    if (entry.isDirectory()) {
      inputs.push(...(await filesIn(path, `${name}/`)));
    } else if (entry.isFile()) {
      inputs.push({ name, path });
    } else {
      throw new ZarrStoreError("invalid_argument", `${path} is neither a file nor a folder`, { path });
    }
  }
  return inputs;
}

function cannotRead(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new ZarrStoreError("io", `cannot read ${path}: ${errnoOf(cause)}`, {
      path,
      found: errnoOf(cause),
      cause,
    });
  };
}
