// Opens a dataset: finds out what is at the location, checks its format, and decides whether the mode allows it.

import type { ZarrCodec } from "../array/codecs/zarr-codec.ts";
import { CommitEngine, type CommitEngineOptions } from "../commit/commit-engine.ts";
import { isZarrStoreError, ZarrStoreError } from "../errors.ts";
import type { HttpStoreOptions } from "../http/http-store.ts";
import { isHttpUrl } from "../http/http-url.ts";
import { isZipUrl, openHttp } from "../http/open-http.ts";
import { type Logger, SILENT_LOGGER } from "../runtime/logger.ts";
import { portableRuntime, type Runtime } from "../runtime/runtime.ts";
import { isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import { systemFileOwner } from "../store/system-file.ts";
import type { DatasetMode } from "./dataset-parts.ts";
import type { KeepsHistory } from "./keeps-history.ts";
import { ROOT_NODE } from "./layout.ts";
import { DATASET_CONTENT_RULES } from "./maintain/dataset-content-rules.ts";
import { missingLog } from "./maintain/missing-log.ts";
import { recallFrom } from "./maintain/recall-from.ts";
import { rememberImages } from "./nodes/checkpoint-images.ts";
import { rootAttributes } from "./nodes/root-attributes.ts";
import { openPythonV1 } from "./python-v1.ts";
import type { Summarize } from "./session/object-session.ts";
import type { SourcesAnew } from "./sources-anew.ts";
import { ZarrDataset } from "./zarr-dataset.ts";

/** How a dataset is opened. */
export interface OpenDatasetOptions {
  /**
   * What the dataset may be used for. Default `a`; for a zip file `r`, because that can only be read.
   *
   * - `r` reads; a write throws `read_only` before any byte is written.
   * - `a` reads and writes; the first commit creates a missing dataset.
   * - `w` starts over with its first commit; it needs `overwrite` if a dataset is already there.
   */
  readonly mode?: DatasetMode | undefined;
  /** Allows mode `w` to replace a dataset. */
  readonly overwrite?: boolean | undefined;
  /** `batched` (the default) flushes all files to the disk before a commit counts. `none` leaves that to the system. */
  readonly durability?: "batched" | "none" | undefined;
  /**
   * Makes an image's summary from the text of its artifact `metadata`.
   *
   * - With a log, it runs in every commit that changes the artifact.
   * - Without a log, it runs on reading; if it throws, the summary is empty.
   */
  readonly summarize?: Summarize | undefined;
  /**
   * Which objects of the history an image still needs, so that `gc` never removes them. Default: none. What commits replace is
   * kept in any case until `gc` is told an age.
   */
  readonly keepsHistory?: KeepsHistory | undefined;
  /**
   * Makes the ledger of ingested files again, where its file is missing, damaged or another program's. Its rows are read with a
   * warning, and the next commit that adds to the ledger writes it again. Default: such a ledger is an error.
   */
  readonly sourcesAnew?: SourcesAnew | undefined;
  /** Receives warnings. Default: silent. */
  readonly logger?: Logger | undefined;
  /** Clock, ids, hashing and compression. Default: what every runtime has; `./node` brings Node's. */
  readonly runtime?: Runtime | undefined;
  /**
   * Your own codecs, for arrays that another program wrote in a dataset without a log. Default none. They take
   * precedence, so one with the name of a built-in codec replaces it.
   */
  readonly codecs?: readonly ZarrCodec[] | undefined;
  readonly lock?: CommitEngineOptions["lock"];
  /**
   * Told of each edit that another program made to a file while a commit replaced or deleted it, and where it is kept. Such an
   * edit is also in the result of the commit.
   */
  readonly onKept?: CommitEngineOptions["onKept"];
  /** For tests: runs between the steps of a commit. */
  readonly onStep?: CommitEngineOptions["onStep"];
}

/**
 * Opens a dataset at an http(s) URL or in a store. Opening never writes. A URL that ends with `.zip` or `.ozx` is one file, of which
 * ranges are read.
 *
 * A dataset of the Python system (Zarr v2, no log) opens only in mode `r`, without conversion. A folder is opened by
 * `openLocalDataset` of `@kym/zarr-store/node`.
 *
 * @throws {ZarrStoreError}
 * - `not_found` in mode `r` if there is no dataset, and in each if there is one without its log
 * - `already_exists` in mode `w` without `overwrite`, or if the folder holds other files
 * - `invalid_metadata`, `not_supported`, `read_only`
 * @example
 * const dataset = await openDataset("https://example.org/study.zarr", { mode: "r" });
 * const ids = await dataset.listImageIds();
 */
export async function openDataset(
  location: string | ReadableStore,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  const { logger = SILENT_LOGGER, runtime = portableRuntime() } = options;
  const store = typeof location === "string" ? await storeAt(location, { logger, runtime }) : location;
  const mode = options.mode ?? (typeof location === "string" && isZipUrl(location) ? "r" : "a");
  if (mode !== "r" && !isWritableStore(store)) {
    throw new ZarrStoreError("read_only", `${store.location} can only be read: open it with mode "r"`);
  }
  const { durability, lock, onKept, onStep, summarize, keepsHistory, sourcesAnew } = options;
  const engine = new CommitEngine(store, {
    runtime,
    logger,
    durability,
    lock,
    onKept,
    onStep,
    rules: { ...DATASET_CONTENT_RULES, recall: recallFrom(store, runtime) },
  });
  const parts = { store, engine, runtime, logger, mode, summarize, keepsHistory, sourcesAnew };
  const dataset = new ZarrDataset(parts);
  const checkpoint = await engine.open();
  if (checkpoint !== undefined) {
    rememberImages(checkpoint, dataset.nodeCache);
  }
  if (engine.log.head.version === 0) {
    const session = await openPythonV1({ ...parts, codecs: options.codecs ?? [] });
    if (session !== undefined) {
      return new ZarrDataset({ ...parts, session });
    }
    const refusal = await whyNotNew(store, mode);
    if (refusal === undefined) {
      return dataset;
    }
    // What is there may be the first commit of another writer, made after the log was read.
    if (!(await engine.log.refresh())) {
      throw refusal;
    }
  }
  await assertFormat(engine, store, logger);
  if (mode === "w" && options.overwrite !== true) {
    throw new ZarrStoreError(
      "already_exists",
      `${store.location} is already a dataset: pass overwrite to replace it`,
      {
        path: store.location,
      },
    );
  }
  return dataset;
}

/**
 * Checks the format that the root group names. If another program changed the root, its current content must still
 * name a supported format; everything else is read according to the log.
 */
async function assertFormat(engine: CommitEngine, store: ReadableStore, logger: Logger): Promise<void> {
  let root: Uint8Array | undefined;
  try {
    root = await engine.reader.read(ROOT_NODE);
  } catch (error) {
    if (!isZarrStoreError(error, "modified_outside", "integrity")) {
      throw error;
    }
    root = await store.get(ROOT_NODE);
    if (
      root === undefined ||
      (await DATASET_CONTENT_RULES.fault(ROOT_NODE, new Uint8Array(root))) !== undefined
    ) {
      throw error;
    }
    logger.warn(`${error.message}; its format is still right, so the dataset is opened anyway`);
  }
  if (root !== undefined) {
    rootAttributes(root, store.location);
  }
}

async function storeAt(location: string, options: HttpStoreOptions): Promise<ReadableStore> {
  if (!isHttpUrl(location)) {
    throw new ZarrStoreError(
      "not_supported",
      `${JSON.stringify(location)} is not an http(s) URL; open a folder with openLocalDataset of @kym/zarr-store/node`,
      { found: location },
    );
  }
  return openHttp(location, options);
}

/** Why no new dataset can be created here; undefined if it can. */
async function whyNotNew(store: ReadableStore, mode: DatasetMode): Promise<ZarrStoreError | undefined> {
  const { location: path } = store;
  const withoutLog = await missingLog(store);
  if (withoutLog !== undefined) {
    return withoutLog;
  }
  if (mode === "r") {
    return new ZarrStoreError("not_found", `there is no dataset at ${path}`, { path });
  }
  if (!isWritableStore(store)) {
    return undefined;
  }
  const root = await store.stat("");
  if (root !== undefined && root.kind !== "directory") {
    return new ZarrStoreError("already_exists", `${path} is a file, not a folder`, { path });
  }
  const found = (await store.list("")).find(
    ({ name }) => !name.startsWith("__") && systemFileOwner(name) === undefined,
  )?.name;
  return found === undefined
    ? undefined
    : new ZarrStoreError(
        "already_exists",
        `${path} holds ${found} but is not a dataset: choose an empty folder`,
        {
          path,
          found,
        },
      );
}
