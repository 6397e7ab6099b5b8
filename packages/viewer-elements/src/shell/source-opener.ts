// What opens the dataset of an attribute `src`. The elements alone cannot: a report that has its data would carry the code along.

import { ViewerError } from "../errors.ts";
import type { Kymograph } from "../model/kymograph.ts";

/** What the attributes `src`, `image` and `channel` ask for. */
export interface KymographRequest {
  /** The URL of a dataset. */
  readonly src: string;
  /** An id, a path or a file name; empty for the only image of a dataset. */
  readonly image: string;
  /** From 1; undefined for the first. */
  readonly channel: number | undefined;
}

/** Opens one image of a dataset. */
export type OpenKymograph = (
  request: KymographRequest,
  options: { readonly signal: AbortSignal },
) => Promise<Kymograph>;

let opener: OpenKymograph | undefined;

/** Says how `src` is opened. */
export function setSourceOpener(open: OpenKymograph): void {
  opener = open;
}

/**
 * What opens `src`.
 *
 * @throws {ViewerError} `no_loader`
 */
export function sourceOpener(): OpenKymograph {
  if (opener === undefined) {
    throw new ViewerError(
      "no_loader",
      "src: this page can show only data that it sets itself; defineElements of @kym/viewer-elements/dataset opens datasets",
    );
  }
  return opener;
}
