// Keeps Arrow once it is loaded, for bundles. Node takes `src/node/arrow-on-demand.ts` in its place.

import { ZarrStoreError } from "../../errors.ts";
import { assertNewArrow } from "./assert-new-arrow.ts";
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

/**
 * Keeps Arrow for {@link arrow}.
 *
 * @throws {ZarrStoreError} `not_supported` if it is older than 16.1.
 */
export function keepArrow(parts: ArrowParts): void {
  assertNewArrow(parts);
  loaded = parts;
}

/**
 * Loads Arrow for {@link arrow}.
 *
 * @throws {ZarrStoreError} `io` if it cannot be loaded, `not_supported` if it is older than 16.1.
 */
export async function loadArrow(): Promise<void> {
  if (loaded === undefined) {
    keepArrow((await importArrow()).ARROW_PARTS);
  }
}

async function importArrow(): Promise<typeof import("./bundled-arrow.ts")> {
  try {
    return await import("./bundled-arrow.ts");
  } catch (cause) {
    throw new ZarrStoreError("io", "cannot load apache-arrow; install it: npm install apache-arrow", {
      cause,
    });
  }
}
