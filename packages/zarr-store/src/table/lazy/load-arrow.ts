// Loads Arrow for a caller that is about to make a table.

import { loadArrow as load } from "#arrow";

/**
 * Loads Arrow, which the other functions of this entry need. A second call does nothing. Node also loads it by itself.
 *
 * @throws {ZarrStoreError} `io` if it cannot be loaded, for instance because it is not installed; `not_supported` if it is older
 * than 16.1.
 */
export async function loadArrow(): Promise<void> {
  await load();
}
