// The parts that an open dataset passes on to its views: store, commit engine, runtime and mode.

import type { CommitEngine } from "../commit/commit-engine.ts";
import { ZarrStoreError } from "../errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import type { KeepsHistory } from "./keeps-history.ts";
import type { ObjectSession, Summarize } from "./session/object-session.ts";
import type { SourcesAnew } from "./sources-anew.ts";

/** How a dataset may be used; see `openDataset`. */
export type DatasetMode = "r" | "a" | "w";

/** What `openDataset` puts together and every view of the dataset uses. */
export interface DatasetParts {
  readonly store: ReadableStore;
  readonly engine: CommitEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly mode: DatasetMode;
  readonly summarize: Summarize | undefined;
  /** See {@link OpenDatasetOptions.keepsHistory}. */
  readonly keepsHistory?: KeepsHistory | undefined;
  /** See {@link OpenDatasetOptions.sourcesAnew}. */
  readonly sourcesAnew?: SourcesAnew | undefined;
  /** The session of a dataset without a log. Default: the committed state. */
  readonly session?: ObjectSession;
}

/** Checks that the dataset was opened for writing. @throws {ZarrStoreError} `read_only` */
export function assertWritable({ mode, store: { location } }: DatasetParts): void {
  if (mode === "r") {
    throw new ZarrStoreError("read_only", `${location} is open for reading only`, { path: location });
  }
}
