// Copies pooled tables from dataset to dataset for `migrate`.

import type { ZarrDataset } from "@kym/zarr-store";

const SOURCES = "sources";

/**
 * Copies the tables that the target lacks, in one commit. The target's own tables stay: they may be newer.
 */
export async function copyMissingTables(
  source: ZarrDataset,
  target: ZarrDataset,
  options: { readonly dryRun: boolean; readonly signal: AbortSignal | undefined },
): Promise<{ readonly copied: readonly string[]; readonly kept: readonly string[] }> {
  const { dryRun, signal } = options;
  const names = await source.listTableNames();
  const existing = new Set(await target.listTableNames());
  const copied = names.filter((name) => !existing.has(name));
  const kept = names.filter((name) => existing.has(name));
  if (dryRun || copied.length === 0) {
    return { copied, kept };
  }
  await target.transaction(
    async (transaction) => {
      for (const name of copied) {
        if (name === SOURCES) {
          const rows = await source.loadSourcesIndex({ signal });
          await transaction.saveSourcesIndex(
            rows.map((row) => ({ ...row })),
            { signal },
          );
        } else {
          await transaction.saveTable(name, await source.loadTable(name, { signal }), { signal });
        }
      }
    },
    { message: `migrate the tables ${copied.join(", ")}`, signal },
  );
  return { copied, kept };
}
