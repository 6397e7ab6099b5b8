import { type Indexer, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";

/** What `kym index` runs, in this order. */
export const INDEXERS: readonly Indexer[] = [velocityEventIndexer, radonIndexer];
