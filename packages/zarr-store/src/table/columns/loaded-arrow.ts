// Keeps Arrow once it is loaded, for bundles. Node takes `src/node/arrow-on-demand.ts` in its place.

import { ZarrStoreError } from "../../errors.ts";
import type { ArrowParts } from "./bundled-arrow.ts";

let loaded: ArrowParts | undefined;

/**
 * What is used of Arrow.
 *
 * @throws {ZarrStoreError} `not_supported` if it is not loaded: {@link loadArrow} comes first.
 */
export function arrow(): ArrowParts {
  if (loaded === undefined) {
    throw new ZarrStoreError("not_supported", "apache-arrow is not loaded yet; await loadArrow() before");
  }
  return loaded;
}

/** Keeps Arrow for {@link arrow}. */
export function keepArrow(parts: ArrowParts): void {
  loaded = parts;
}

/**
 * Loads Arrow for {@link arrow}.
 *
 * @throws {ZarrStoreError} `io` if it cannot be loaded.
 */
export async function loadArrow(): Promise<void> {
  if (loaded === undefined) {
    try {
      keepArrow((await import("./bundled-arrow.ts")).ARROW_PARTS);
    } catch (cause) {
      throw new ZarrStoreError("io", "cannot load apache-arrow; install it: npm install apache-arrow", {
        cause,
      });
    }
  }
}
