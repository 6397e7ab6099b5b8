// The interface through which viewers and pipelines take an image, from a dataset or from a folder of TIFFs.

import type { ArtifactStore } from "./artifact-store.ts";
import type { PixelStore } from "./pixel-store.ts";

/** One image from any source: its pixels and its artifacts. */
export interface ImageSource {
  /** Names the image within its source: an image id, a path. */
  readonly sourceKey: string;
  readonly pixelStore: PixelStore;
  readonly artifactStore: ArtifactStore;
}
