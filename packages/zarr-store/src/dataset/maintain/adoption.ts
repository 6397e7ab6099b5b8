// Adopts files that other programs wrote: which ones are sound, and how they are committed.

import type { ContentRules } from "../../commit/content-rules.ts";
import type { AdoptParts } from "../../commit/maintain/adopt.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { decodeJsonText } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { jsonPath, meaningOf } from "../layout.ts";
import { METADATA, RecordObjects } from "../record/record-objects.ts";
import type { ObjectSession, Summarize } from "../session/object-session.ts";
import { TransactionSession } from "../session/transaction-session.ts";
import { DATASET_CONTENT_RULES } from "./dataset-content-rules.ts";

/** The rules and the staging by which a dataset adopts files that other programs wrote. */
export function adoptionOf(session: ObjectSession): Pick<AdoptParts, "rules" | "stage"> {
  return { rules: adoptionRules(session.summarize), stage: stageAdopted(session) };
}

/** {@link DATASET_CONTENT_RULES}, and a file `metadata` is only sound if its summary can be computed. */
function adoptionRules(summarize: Summarize | undefined): ContentRules {
  return {
    ...DATASET_CONTENT_RULES,
    fault: async (path, bytes) => {
      const fault = await DATASET_CONTENT_RULES.fault(path, bytes);
      if (fault !== undefined || summarize === undefined || metadataOf(path) === undefined) {
        return fault;
      }
      try {
        summarize(metadataText(path, bytes));
        return undefined;
      } catch (error) {
        return `its summary cannot be computed: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}

/** Stages adopted bytes as saving them would: the artifact `metadata` also renews the summary. */
function stageAdopted(session: ObjectSession): AdoptParts["stage"] {
  return async (
    transaction: Transaction,
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    options: ReadOptions,
  ): Promise<void> => {
    const imageId = metadataOf(path);
    if (imageId === undefined) {
      await transaction.put(path, bytes);
      return;
    }
    const record = new RecordObjects(new TransactionSession(session, transaction), imageId);
    await record.putArtifact(path, METADATA, bytes, options, metadataText(path, bytes));
  };
}

/** The image whose artifact `metadata` lies at this path; undefined for any other path. */
function metadataOf(path: StoreKey): RecordObjects["id"] | undefined {
  const meaning = meaningOf(path);
  const isMetadata = meaning?.kind === "json" && meaning.name === METADATA;
  return isMetadata && path === jsonPath(meaning.imageId, meaning.name) ? meaning.imageId : undefined;
}

function metadataText(path: StoreKey, bytes: Uint8Array): string {
  return decodeJsonText(bytes, { allowNonFinite: true, where: path }).text;
}
