// Tells the commit log what each file of a dataset must contain, and what other programs may change.

import { inflate } from "../../bytes/inflate.ts";
import type { ContentRules, RecallNode } from "../../commit/content-rules.ts";
import { isOwnFormat, isZarrNode, TABLE_ENDING } from "../../commit/object-path.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { decodeJsonText } from "../../json/lossless-json.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { KeepsHistory } from "../keeps-history.ts";
import { imageNode, imagePartKeys, meaningOf, tablePath } from "../layout.ts";
import { parseArrayNode, parseGroupNode } from "../nodes/node-cache.ts";
import { rootAttributes } from "../nodes/root-attributes.ts";
import { MAX_JSON_BYTES } from "../record/json-artifacts.ts";
import { imageIdRangeFault } from "../tables/image-id-range.ts";
import { loadTableCode } from "../tables/load-table-code.ts";
import { SOURCES_TABLE } from "../tables/sources-table.ts";
import {
  adoptableNode,
  isEditableNode,
  isWholeNode,
  nodeDifference,
  nodeWithoutAdditions,
} from "./edited-node.ts";

/** What each file of a dataset must contain, and how another program may have changed it. */
export const DATASET_CONTENT_RULES: ContentRules = {
  fault: async (path, bytes) => {
    try {
      await parse(path, bytes);
      return undefined;
    } catch (error) {
      if (isZarrStoreError(error, "io", "aborted")) {
        throw error;
      }
      return error instanceof Error ? error.message : String(error);
    }
  },
  isNotRead: async (path, bytes) => {
    try {
      await parse(path, bytes);
      return false;
    } catch (error) {
      return isZarrStoreError(error, "not_supported");
    }
  },
  withoutAdditions: nodeWithoutAdditions,
  isWholeNode,
  difference: nodeDifference,
  adoptable: adoptableNode,
  mayBeEdited: isEditableNode,
  refusal: (path, live) => {
    const meaning = meaningOf(path);
    if (meaning === undefined) {
      return "no commit wrote this file, and its path has no meaning in a dataset";
    }
    if (meaning.kind === "kept") {
      return "no commit wrote this file, and what is kept of an image comes with a commit only";
    }
    if (isOwnFormat(path)) {
      return "no commit wrote this part of a Zarr hierarchy; arrays and groups are written by this package only";
    }
    if (meaning.kind === "derived") {
      return "no commit wrote this file, and what can be made again is not taken from others";
    }
    if ("imageId" in meaning && !live.has(imageNode(meaning.imageId))) {
      return `no commit wrote this file, and there is no image ${meaning.imageId}`;
    }
    if (meaning.kind === "table") {
      const file = tablePath(meaning.table);
      const folder = file.slice(0, -TABLE_ENDING.length);
      return meaning.isPart && live.has(file)
        ? `no commit wrote this file, and the table ${meaning.table} is one file, ${file}`
        : !meaning.isPart && live.hasBelow(folder)
          ? `no commit wrote this file, and the table ${meaning.table} is a folder of parts, ${folder}`
          : undefined;
    }
    return undefined;
  },
};

async function parse(path: StoreKey, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const meaning = meaningOf(path);
  switch (meaning?.kind) {
    case "root":
      rootAttributes(bytes, path);
      return;
    case "images":
    case "record":
    case "group":
      parseGroupNode(bytes, path);
      return;
    case "pixels":
    case "array":
      if (isZarrNode(path)) {
        parseArrayNode(bytes, path);
      }
      return;
    case "json":
      decodeJsonText(
        path.endsWith(".gz") ? await inflate(bytes, { format: "gzip", maxBytes: MAX_JSON_BYTES }) : bytes,
        {
          allowNonFinite: true,
          where: path,
        },
      );
      return;
    case "csv.gz":
      await (await loadTableCode()).decodeCsvGz(bytes, undefined, { where: path });
      return;
    case "parquet":
      await (await loadTableCode()).decodeParquet(bytes, { where: path });
      return;
    case "table": {
      const { decodeParquet, decodeSources } = await loadTableCode();
      const fault = imageIdRangeFault(await decodeParquet(bytes, { where: path }));
      if (fault !== undefined && meaning.isPart) {
        throw new ZarrStoreError("invalid_file", `${path}: ${fault}`, { path });
      }
      if (meaning.table === SOURCES_TABLE) {
        await decodeSources(bytes);
      }
      return;
    }
    default:
      return;
  }
}

/** The rules for a dataset's files, with what its images need of the history. */
export function contentRulesWith(keeps: KeepsHistory | undefined, recall?: RecallNode): ContentRules {
  const rules = { ...DATASET_CONTENT_RULES, recall };
  if (keeps === undefined) {
    return rules;
  }
  const { artifact, hashesIn } = keeps;
  return {
    ...rules,
    neededHistory: {
      isNamedAt: (path) => {
        const meaning = meaningOf(path);
        return meaning?.kind === "kept"
          ? imagePartKeys({ kind: "json", name: artifact })[0] === meaning.key
          : meaning?.kind === "json" && meaning.name === artifact;
      },
      hashesIn: (bytes) => hashesIn(decodeJsonText(bytes, { allowNonFinite: true }).text),
    },
  };
}
