import type { ArtifactStore } from "./artifact-store.ts";
import type { PixelStore } from "./pixel-store.ts";

/** An image as viewers and pipelines take it, from whatever source. */
export interface ImageSource {
  readonly sourceKey: string;
  readonly pixelStore: PixelStore;
  readonly artifactStore: ArtifactStore;
}
