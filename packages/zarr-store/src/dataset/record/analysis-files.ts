import { parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { analysisFolder, jsonPaths } from "../layout.ts";
import { withdrawSummary } from "./json-artifacts.ts";
import { METADATA, type RecordObjects } from "./record-objects.ts";

/** Lists and deletes the JSON and table files of an image, whatever their kind. */

export async function listAnalysisKeys(record: RecordObjects): Promise<readonly StoreKey[]> {
  return record.pathsBelow(analysisFolder(record.id));
}

export async function deleteAnalysis(
  record: RecordObjects,
  suffixes: readonly string[] | undefined,
  options: ReadOptions,
): Promise<number> {
  const metadata: readonly string[] = jsonPaths(record.id, parseArtifactName(METADATA));
  return record.change("delete analysis", options, async (transaction, objects) => {
    const keys = await listAnalysisKeys(objects);
    const isDoomed = (key: string): boolean => suffixes?.some((suffix) => key.endsWith(suffix)) ?? true;
    const found = keys.filter((key) => metadata.includes(key));
    if (found.length > 0 && found.every(isDoomed)) {
      await withdrawSummary(transaction, objects, options);
    }
    const doomed = keys.filter(isDoomed);
    for (const key of doomed) {
      await transaction.delete(key);
    }
    return doomed.length;
  });
}
