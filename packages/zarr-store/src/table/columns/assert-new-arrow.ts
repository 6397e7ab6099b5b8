// Refuses a version of Arrow that reads some values wrongly.

import { ZarrStoreError } from "../../errors.ts";

/**
 * Checks that Arrow is 16.1 or newer. Older ones give wrong numbers for timestamps of more than 53 bits. Arrow does not say its
 * version, but tables have the method `at` since the version that reads them right.
 *
 * @throws {ZarrStoreError} `not_supported` if it is older.
 */
export function assertNewArrow({ Table }: { readonly Table: { readonly prototype: object } }): void {
  if (!("at" in Table.prototype)) {
    throw new ZarrStoreError(
      "not_supported",
      "this apache-arrow reads some timestamps wrongly: 16.1 or newer is needed, 21.2 is the newest that is tested",
      { expected: ">=16.1.0", found: "an older apache-arrow" },
    );
  }
}
