// The form in which sidecars pass from the reader to the code that makes artifacts from them.

import type { SidecarMeaning } from "../formats/parse-sidecar.ts";

/** A sidecar's bytes, and their meaning if they could be understood. */
export interface ParsedSidecar {
  readonly relPath: string;
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: SidecarMeaning;
  /** True for a folder: it has no bytes of its own, and cannot be kept as an attachment. */
  readonly isFolder?: true | undefined;
}
