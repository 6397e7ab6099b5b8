// Adopts files that other programs wrote: which ones are sound, and how they are committed.

import type { ContentRules, RecallNode } from "../../commit/content-rules.ts";
import type { CommitLog } from "../../commit/log/commit-log.ts";
import type { AdoptParts, PreparedAdoption } from "../../commit/maintain/adopt.ts";
import { isZarrNode } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { parseTableName } from "../../image/artifact-name.ts";
import { decodeJsonText } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imagesEverIn } from "../images-ever-in.ts";
import { jsonPath, meaningOf, tablePath } from "../layout.ts";
import { METADATA, RecordObjects } from "../record/record-objects.ts";
import type { ObjectSession, Summarize } from "../session/object-session.ts";
import { TransactionSession } from "../session/transaction-session.ts";
import { loadTableCode } from "../tables/load-table-code.ts";
import { SOURCES_TABLE } from "../tables/sources-table.ts";
import { DATASET_CONTENT_RULES } from "./dataset-content-rules.ts";

/** The rules and the staging by which a dataset adopts files that other programs wrote. */
export function adoptionOf(
  session: ObjectSession,
  recall: RecallNode,
  log: CommitLog,
): Pick<AdoptParts, "rules" | "stage" | "prepare"> {
  return {
    rules: adoptionRules(session.summarize, recall),
    stage: stageAdopted(session),
    prepare: async (path, bytes) => {
      if (path === tablePath(parseTableName(SOURCES_TABLE))) {
        return withoutStrangers(log, bytes);
      }
      return { bytes: isZarrNode(path) ? DATASET_CONTENT_RULES.adoptable(path, bytes) : bytes };
    },
  };
}

/** {@link DATASET_CONTENT_RULES}, and a file `metadata` is only sound if its summary can be computed. */
function adoptionRules(summarize: Summarize | undefined, recall: RecallNode): ContentRules {
  return {
    ...DATASET_CONTENT_RULES,
    recall,
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

/** As many ids as a message names. */
const MOST_NAMED = 5;

/**
 * The ledger without the rows of images that the log never had. They come from another copy of the dataset: with them, the files of
 * those images would count as ingested.
 */
async function withoutStrangers(log: CommitLog, bytes: Uint8Array<ArrayBuffer>): Promise<PreparedAdoption> {
  const { decodeSources, encodeSources } = await loadTableCode();
  const rows = await decodeSources(bytes);
  const ever = await imagesEverIn(
    log,
    rows.map((row) => row.image_id),
  );
  const known = rows.filter((row) => ever.has(row.image_id));
  if (known.length === rows.length) {
    return { bytes };
  }
  const strangers = [...new Set(rows.flatMap(({ image_id: id }) => (ever.has(id) ? [] : [id])))];
  const named = strangers.slice(0, MOST_NAMED).join(", ") + (strangers.length > MOST_NAMED ? ", …" : "");
  const count = rows.length - known.length;
  return {
    bytes: await encodeSources(known),
    refused: `${count} ${count === 1 ? "row names an image" : "rows name images"} that the log never had, and ${count === 1 ? "is" : "are"} left out: ${named}; ingest the folder again, and its files go in`,
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
