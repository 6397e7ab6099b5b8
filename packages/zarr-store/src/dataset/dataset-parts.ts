/** What an open dataset and its views are made of. */
import type { CommitEngine } from "../commit/commit-engine.ts";
import { ZarrStoreError } from "../errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ReadableStore } from "../store/key-value-store.ts";
import type { ObjectSession, Summarize } from "./session/object-session.ts";

/** How a dataset may be used: see `openDataset`. */
export type DatasetMode = "r" | "a" | "w";

export interface DatasetParts {
  readonly store: ReadableStore;
  readonly engine: CommitEngine;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly mode: DatasetMode;
  readonly summarize: Summarize | undefined;
  /** What is read, and changed, of a dataset without a log. Default: the committed state. */
  readonly session?: ObjectSession;
}

/** @throws {ZarrStoreError} `read_only` */
export function assertWritable({ mode, store: { location } }: DatasetParts): void {
  if (mode === "r") {
    throw new ZarrStoreError("read_only", `${location} is open for reading only`, { path: location });
  }
}
