// A file that a reader with a silent fault may have read wrong.

import type { FaultLikelihood, ReaderFault } from "./reader-fault.ts";

/** A file that a reader with a silent fault may have read wrong, and the image that it belongs to. */
export interface FaultyRead {
  readonly imageId: string;
  /** The path of the image's TIFF below the folder that was ingested, parts joined by `/`. */
  readonly relPath: string;
  /** The absolute path of the image's TIFF. */
  readonly sourcePath: string;
  /** The absolute path of the file that was read: the TIFF or a sidecar. */
  readonly path: string;
  /** `tiff`, or the name of a sidecar format. */
  readonly reader: string;
  /** The recorded version of the reader; undefined if the build did not record it. */
  readonly version: number | undefined;
  readonly likelihood: FaultLikelihood;
  readonly fault: ReaderFault;
}
