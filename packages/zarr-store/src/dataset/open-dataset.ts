import type { ZarrCodec } from "../array/codecs/zarr-codec.ts";
import { CommitEngine, type CommitEngineOptions } from "../commit/commit-engine.ts";
import { isZarrStoreError, ZarrStoreError } from "../errors.ts";
import { type HttpStoreOptions, httpStore } from "../http/http-store.ts";
import { isHttpUrl } from "../http/http-url.ts";
import { type Logger, SILENT_LOGGER } from "../runtime/logger.ts";
import { portableRuntime, type Runtime } from "../runtime/runtime.ts";
import { isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import type { DatasetMode } from "./dataset-parts.ts";
import { ROOT_NODE } from "./layout.ts";
import { DATASET_CONTENT_RULES } from "./maintain/dataset-content-rules.ts";
import { rememberImages } from "./nodes/checkpoint-images.ts";
import { rootAttributes } from "./nodes/root-attributes.ts";
import { openPythonV1 } from "./python-v1.ts";
import type { Summarize } from "./session/object-session.ts";
import { ZarrDataset } from "./zarr-dataset.ts";

export interface OpenDatasetOptions {
  /**
   * `r` reads and throws `read_only` before a byte is written; `a` reads and writes, a missing dataset is made by its
   * first commit; `w` begins anew with its first commit and needs `overwrite` if there is one. Default `a`.
   */
  readonly mode?: DatasetMode | undefined;
  readonly overwrite?: boolean | undefined;
  /** `batched` (the default) flushes before a commit counts; `none` leaves it to the system. */
  readonly durability?: "batched" | "none" | undefined;
  /**
   * Makes an image's summary from the text of its artifact `metadata`: in every commit that touches it; on reading, where
   * there is no log. There, metadata that it throws on give an empty summary.
   */
  readonly summarize?: Summarize | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Clock, ids, hashing, compression. Default: what every runtime has; `./node` brings Node's. */
  readonly runtime?: Runtime | undefined;
  /**
   * Codecs of your own, for arrays that another program wrote, in a dataset without a log. They come before those that are
   * always read, so that one of the same name takes the place of ours. Default none.
   */
  readonly codecs?: readonly ZarrCodec[] | undefined;
  readonly lock?: CommitEngineOptions["lock"];
  /** For tests: called between the steps of a commit. */
  readonly onStep?: CommitEngineOptions["onStep"];
}

/**
 * Opens a dataset. Opening never writes. A dataset of the Python system (Zarr v2, no log) opens in mode `r`, as it stands.
 *
 * @throws {ZarrStoreError} `not_found` in mode `r` if there is none, `already_exists` in mode `w` without `overwrite` or
 * if the folder holds other files, `invalid_metadata`, `not_supported`, `read_only`
 */
export async function openDataset(
  location: string | ReadableStore,
  options: OpenDatasetOptions = {},
): Promise<ZarrDataset> {
  const { mode = "a", logger = SILENT_LOGGER, runtime = portableRuntime() } = options;
  const store = typeof location === "string" ? storeAt(location, { logger, runtime }) : location;
  if (mode !== "r" && !isWritableStore(store)) {
    throw new ZarrStoreError("read_only", `${store.location} can only be read: open it with mode "r"`);
  }
  const { durability, lock, onStep, summarize } = options;
  const engine = new CommitEngine(store, {
    runtime,
    logger,
    durability,
    lock,
    onStep,
    rules: DATASET_CONTENT_RULES,
  });
  const parts = { store, engine, runtime, logger, mode, summarize };
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
    // What is there may be the first commit of another writer, who came after the log was looked at.
    if (!(await engine.log.refresh())) {
      throw refusal;
    }
  }
  await assertFormat(engine, store, logger);
  if (mode === "w" && options.overwrite !== true) {
    throw new ZarrStoreError(
      "already_exists",
      `${store.location} is a dataset already: pass overwrite to begin anew`,
      {
        path: store.location,
      },
    );
  }
  return dataset;
}

/**
 * The root says what format the dataset has. Where another program wrote to it, what stands there now must say the same:
 * the rest goes by the log.
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
    logger.warn(`${error.message}; its format is right, so that the dataset is opened`);
  }
  if (root !== undefined) {
    rootAttributes(root, store.location);
  }
}

function storeAt(location: string, options: HttpStoreOptions): ReadableStore {
  if (!isHttpUrl(location)) {
    throw new ZarrStoreError(
      "not_supported",
      `${JSON.stringify(location)} is no http(s) URL; a folder is opened by openLocalDataset of @kym/zarr-store/node`,
      { found: location },
    );
  }
  return httpStore(location, options);
}

/** Why there can be no new dataset here; undefined if it can be made. */
async function whyNotNew(store: ReadableStore, mode: DatasetMode): Promise<ZarrStoreError | undefined> {
  const { location: path } = store;
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
  const found = (await store.list("")).find(({ name }) => !name.startsWith("__"))?.name;
  return found === undefined
    ? undefined
    : new ZarrStoreError("already_exists", `${path} holds ${found} but no dataset: choose another place`, {
        path,
        found,
      });
}
