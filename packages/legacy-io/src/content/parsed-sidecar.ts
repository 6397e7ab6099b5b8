import type { SidecarMeaning } from "../formats/parse-sidecar.ts";

/** A sidecar as it was read: its bytes, and what they say if they could be understood. */
export interface ParsedSidecar {
  readonly relPath: string;
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: SidecarMeaning;
}
