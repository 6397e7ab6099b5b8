// Loads Arrow in Node when the first table is made or decoded, and not before. Bundles take `table/columns/loaded-arrow.ts`.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type * as Arrow from "apache-arrow";
import { ZarrStoreError } from "../errors.ts";
import { assertNewArrow } from "../table/columns/assert-new-arrow.ts";

let loaded: typeof Arrow | undefined;

/**
 * The library Arrow, loaded at the first call. It is the module that `import` gives as well, so its classes are the caller's.
 *
 * @throws {ZarrStoreError} `io` if it cannot be loaded, for instance because it is not installed; `not_supported` if it is older
 * than 16.1.
 */
export function arrow(): typeof Arrow {
  if (loaded === undefined) {
    const library = requireArrow();
    assertNewArrow(library);
    loaded = library;
  }
  return loaded;
}

function requireArrow(): typeof Arrow {
  try {
    // By the path that `import` finds: `require("apache-arrow")` would be another copy, with other classes.
    return createRequire(import.meta.url)(fileURLToPath(import.meta.resolve("apache-arrow")));
  } catch (cause) {
    throw new ZarrStoreError("io", "cannot load apache-arrow; install it: npm install apache-arrow", {
      cause,
    });
  }
}

/** Loads Arrow now rather than at the first call of {@link arrow}. */
export async function loadArrow(): Promise<void> {
  arrow();
}

/** Does nothing: {@link arrow} loads at its first call. A bundle needs the import of this function. */
export function ensureArrow(): void {}
