// Copies one version of a dataset into a new folder, which appears whole or not at all.

import { constants } from "node:fs";
import { copyFile, lstat, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { type CopyReport, type CopyStoreOptions, copyStore } from "../commit/copy/copy-store.ts";
import type { KeepsHistory } from "../dataset/keeps-history.ts";
import { contentRulesWith } from "../dataset/maintain/dataset-content-rules.ts";
import type { Summarize } from "../dataset/session/object-session.ts";
import type { UndoRules } from "../dataset/undo/undo-rules.ts";
import { ZarrStoreError } from "../errors.ts";
import { isHttpUrl } from "../http/http-url.ts";
import type { StoreKey } from "../store/store-key.ts";
import { errnoOf } from "./local/errno.ts";
import { localStore } from "./local/local-store.ts";
import { openLocalDataset } from "./open-local-dataset.ts";
import { openLocation } from "./open-location.ts";
import { nodeRuntime } from "./runtime/node-runtime.ts";
import { assertNothingAt, assertOutsideDatasets, flushFolder, ioError } from "./zip/staged-file.ts";

export interface CopyDatasetOptions extends Pick<CopyStoreOptions, "version" | "onProgress" | "signal"> {
  /** As for `openDataset`, and the scales of an undo: what makes metadata of an older version again, which is not kept. */
  readonly summarize?: Summarize | undefined;
  readonly scales?: UndoRules["scales"];
  /** Which objects of the history an image still needs, as for `openDataset`. */
  readonly keepsHistory?: KeepsHistory | undefined;
  /** What follows the name of the target in that of the folder beside it, in which the copy is built. Default: `.partial-<uuid>`. */
  readonly partialEnding?: string | undefined;
}

/**
 * Copies one version of a dataset, a folder, a zip file or an http(s) URL, with its log up to that version and the history. The copy
 * opens, checks clean, pulls and undoes as the original. Writers of the original need not stop. A zip file has no history: of that
 * the copy undoes no change before it was packed.
 *
 * The copy is built in a folder beside the target, verified by hash, flushed, and then renamed. Where the file system can, files
 * share their blocks with the original until one of them changes.
 *
 * @throws {ZarrStoreError} `already_exists` if there is anything at the target; `invalid_argument` if it lies in the dataset;
 * `not_found` for no dataset, and for a version that is not there or not kept; `integrity`, `io`, `aborted`
 * @example
 * const { version } = await copyDataset("/data/lab.zarr", "/media/stick/lab.zarr");
 */
export async function copyDataset(
  source: string,
  target: string,
  options: CopyDatasetOptions = {},
): Promise<CopyReport> {
  const runtime = nodeRuntime();
  const place = resolve(target);
  const folder = isHttpUrl(source) ? undefined : resolve(source);
  const { store: from, isZip } = await openLocation(source, { runtime });
  const inside = folder === undefined ? ".." : relative(folder, place);
  if (inside === "" || !inside.startsWith("..")) {
    throw new ZarrStoreError("invalid_argument", `${place} is inside the dataset ${folder}`, { path: place });
  }
  await assertNothingAt(place);
  await assertOutsideDatasets(place);
  const partial = `${place}${options.partialEnding ?? `.partial-${crypto.randomUUID()}`}`;
  try {
    await orIoError(place, () => mkdir(partial, { recursive: true }));
    const { keepsHistory, version, onProgress, signal, summarize, scales } = options;
    const isOlder = version !== undefined;
    await using original = isOlder ? await openLocalDataset(from, { mode: "r", summarize }) : undefined;
    const report = await copyStore(from, localStore(partial), {
      runtime,
      version,
      onProgress,
      signal,
      neededHistory: contentRulesWith(keepsHistory).neededHistory,
      makeAgain:
        original &&
        ((path, sha256, then): Promise<Uint8Array<ArrayBuffer> | undefined> =>
          original.past.nodeAgain(path, sha256, then, { ...(scales && { scales }) })),
      clone: folder === undefined || isZip ? undefined : cloner(folder, partial),
    });
    await writeCheckpoint(partial);
    await assertNothingAt(place);
    await orIoError(place, () => rename(partial, place));
    await flushFolder(dirname(place));
    return report;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** A checkpoint is derived: the copy gets one of its own. */
async function writeCheckpoint(folder: string): Promise<void> {
  await using dataset = await openLocalDataset(folder);
  await dataset.updateManifest();
}

/** Copies a file within the machine, by reference if the file system can. Returns false for what is not a file. */
function cloner(from: string, to: string): (key: StoreKey) => Promise<boolean> {
  const made = new Set<string>();
  return async (key) => {
    const parts = key.split("/");
    const [file, copy] = [join(from, ...parts), join(to, ...parts)];
    try {
      if (!(await lstat(file)).isFile()) {
        return false;
      }
      if (!made.has(dirname(copy))) {
        await mkdir(dirname(copy), { recursive: true });
        made.add(dirname(copy));
      }
      await copyFile(file, copy, constants.COPYFILE_FICLONE);
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") {
        return false;
      }
      throw ioError(copy, error);
    }
  };
}

async function orIoError<T>(place: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw ioError(place, error);
  }
}
