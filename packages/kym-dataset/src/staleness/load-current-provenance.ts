// Reads and hashes an image's params and context, when hashes of files alone cannot decide.

import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import type { Indexer } from "../indexer/indexer.ts";
import { paramsHashBy } from "../indexer/params-hash.ts";
import type { HashText } from "../indexer/sha256-hex.ts";
import type { CurrentProvenance } from "./staleness.ts";

/**
 * Reads an image's params and context, and hashes them.
 *
 * @throws errors of the indexer's `params` and `context`
 */
export async function loadCurrentProvenance<Context>(
  record: ZarrImageRecord,
  indexer: Indexer<Context>,
  options: ReadOptions & { readonly hashText: HashText },
): Promise<{ readonly context: Context; readonly provenance: CurrentProvenance }> {
  const { hashText, ...readOptions } = options;
  const context = await indexer.context(record, readOptions);
  const provenance = {
    paramsHash: paramsHashBy(hashText, await indexer.params(record, readOptions)),
    contextSha256: paramsHashBy(hashText, context),
    roisSha256: indexer.rois === undefined ? null : paramsHashBy(hashText, indexer.rois(context)),
  };
  return { context, provenance };
}
