// The form in which sidecars pass from the reader to the code that makes artifacts from them.

import type { NdArray } from "@kym/zarr-store";
import type { SidecarMeaning } from "../formats/parse-sidecar.ts";

/** A sidecar's bytes, and their meaning if they could be understood. */
export interface ParsedSidecar {
  readonly relPath: string;
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: SidecarMeaning;
  /** True for a folder: it has no bytes of its own, and cannot be kept as an attachment. */
  readonly isFolder?: true | undefined;
  /** The pixels of a picture of a recording; undefined for other files, and for a picture that cannot be read. */
  readonly picture?: NdArray | undefined;
}

/** True if a format was to read the file and could not. A file without a format has no role. */
export function isNotUnderstood({ content }: ParsedSidecar): boolean {
  return content.kind === "opaque" && content.cause !== undefined;
}

/** Why a file is kept as it is, in words; undefined if it was understood. */
export function whyOpaque({ content }: ParsedSidecar): string | undefined {
  return content.kind === "opaque" ? content.reason : undefined;
}
