// Makes the ledger of ingested files again where its file is lost.

import type { TransactionOptions } from "../../commit/commit-engine.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { parseTableName } from "../../image/artifact-name.ts";
import type { Logger } from "../../runtime/logger.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { tablePath } from "../layout.ts";
import type { DatasetWithPast, SourcesAnew } from "../sources-anew.ts";
import { type SourcesObjects, sourcesIfLost } from "../tables/sources-index.ts";
import { SOURCES_TABLE, type SourceRow } from "../tables/sources-table.ts";
import { tableObject } from "../tables/table-parts.ts";

type Commit = (
  change: (transaction: Transaction) => Promise<void>,
  options: TransactionOptions,
) => Promise<unknown>;

/**
 * Makes the file of the ledger again if it is lost; what stands in its place is kept aside. Returns whether it was lost. Bytes that
 * are those of the log are put back, and nothing is committed.
 */
export async function healSources(
  objects: Pick<SourcesObjects, "sourcesAnew">,
  commit: Commit,
  options: ReadOptions,
): Promise<boolean> {
  const ifLost = sourcesIfLost(objects, options);
  let isLost = false;
  const change = async (transaction: Transaction): Promise<void> => {
    isLost = false;
    transaction.merge({
      ...tableObject(parseTableName(SOURCES_TABLE)),
      ifLost:
        ifLost &&
        (() => {
          isLost = true;
          return ifLost();
        }),
      merge: async (current) => ({ bytes: isLost ? current : undefined }),
    });
  };
  await commit(change, { message: "make the sources index again", signal: options.signal });
  return isLost;
}

/** The rows that are made again for a lost ledger, made once for each version, with a warning. */
export function sourcesMadeOnce(
  datasetOf: () => DatasetWithPast & { readonly version: number },
  make: SourcesAnew,
  logger: Logger,
): (options: ReadOptions) => Promise<readonly SourceRow[]> {
  let made: { readonly version: number; readonly rows: Promise<readonly SourceRow[]> } | undefined;
  return async (options) => {
    const dataset = datasetOf();
    const { version } = dataset;
    if (made?.version === version) {
      return made.rows;
    }
    if (made === undefined) {
      logger.warn(
        `${tablePath(parseTableName(SOURCES_TABLE))} is lost or changed: what the images say of their files is used in its place`,
      );
    }
    const rows = make(dataset, options);
    made = { version, rows };
    return rows;
  };
}
