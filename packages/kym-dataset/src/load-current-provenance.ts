import type { ZarrImageRecord } from "@kym/zarr-store";
import type { Indexer, IndexerReadOptions } from "./indexer.ts";
import { paramsHash } from "./params-hash.ts";
import type { CurrentProvenance } from "./staleness.ts";

/**
 * Reads an image's params and context, and hashes them.
 *
 * @throws what the indexer's `params` and `context` throw
 */
export async function loadCurrentProvenance<Context>(
  record: ZarrImageRecord,
  indexer: Indexer<Context>,
  options: IndexerReadOptions,
): Promise<{ readonly context: Context; readonly provenance: CurrentProvenance }> {
  const context = await indexer.context(record, options);
  const provenance = {
    paramsHash: paramsHash(await indexer.params(record, options)),
    contextSha256: paramsHash(context),
    roisSha256: indexer.rois === undefined ? null : paramsHash(indexer.rois(context)),
  };
  return { context, provenance };
}
