// The error of a transaction that another commit overtook.

import { ZarrStoreError } from "../../errors.ts";

/** The error of a lost race: another commit changed what this transaction had read. Running it again may succeed. */
export function conflictError(paths: readonly string[], why: string): ZarrStoreError {
  return new ZarrStoreError(
    "conflict",
    `${why}: ${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ", …" : ""}`,
    {
      paths,
      ...(paths[0] !== undefined && { path: paths[0] }),
    },
  );
}
