// Makes a `zarr.json` again from what the dataset says elsewhere, after another program wrote over it.

import { encodeArrayNode } from "../../array/metadata/array-metadata.ts";
import type { RecallNode } from "../../commit/content-rules.ts";
import { openCheckpoint } from "../../commit/log/checkpoint.ts";
import { isStoredGroup } from "../../commit/log/head.ts";
import { groupOf } from "../../commit/object-path.ts";
import { readStoredRecord } from "../../commit/records/read-record.ts";
import { isObject } from "../../json/is-object.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { imageNode, meaningOf } from "../layout.ts";
import { rememberImages } from "../nodes/checkpoint-images.ts";
import { NodeCache } from "../nodes/node-cache.ts";
import { newRootAttributes, READABLE_VERSIONS } from "../nodes/root-attributes.ts";
import { encodeNode } from "../record/record-objects.ts";
import { isoSeconds } from "../record/record-pixels.ts";

/** The root states the second in which its first commit was prepared. So many before it are tried. */
const SECONDS_BEFORE = 900;
/** A writer's clock may be a little behind when it dates the record. */
const SECONDS_AFTER = 2;

/**
 * Returns what finds bytes that a node may have had:
 *
 * - the root says its format, and when it was made, which the first commit record tells to a few minutes;
 * - the checkpoint repeats the attributes of each image, and the metadata of its pixels;
 * - the group of all images has no attributes.
 *
 * Only the hash in the log tells which of them, if any, was committed.
 */
export function recallFrom(store: ReadableStore, runtime: Pick<Runtime, "gunzip">): RecallNode {
  let kept: Promise<NodeCache> | undefined;
  const hashes = new Map<string, string>();
  const open = async (): Promise<NodeCache> => {
    const nodes = new NodeCache();
    const checkpoint = await openCheckpoint(store, () => undefined, undefined, runtime.gunzip);
    if (checkpoint !== undefined) {
      rememberImages(checkpoint, nodes);
      for (const group of checkpoint.groups.values()) {
        for (const [path, { sha256 }] of isStoredGroup(group) ? group.objects() : group) {
          hashes.set(path, sha256);
        }
      }
    }
    return nodes;
  };
  return async (path) => {
    const meaning = meaningOf(path);
    switch (meaning?.kind) {
      case "root":
        return rootsMadeNear(await firstCommitMs(store));
      case "images":
      case "group":
        return [encodeNode({})];
      case "record":
      case "pixels": {
        kept ??= open();
        const nodes = await kept;
        await nodes.prepare(groupOf(path));
        const sha256 = hashes.get(path) ?? "";
        if (path === imageNode(meaning.imageId)) {
          const attributes = nodes.groupAttributes(sha256);
          return attributes === undefined ? [] : [encodeNode(attributes)];
        }
        const array = nodes.arrayMetadata(sha256);
        return array === undefined ? [] : [encodeArrayNode(array)];
      }
      default:
        return [];
    }
  };
}

async function firstCommitMs(store: ReadableStore): Promise<number> {
  const bytes = await readStoredRecord(store, 1);
  try {
    const record = bytes && parsePlain(new TextDecoder().decode(bytes));
    return isObject(record) ? Date.parse(String(record["committed_utc"])) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

function rootsMadeNear(epochMs: number): readonly Uint8Array<ArrayBuffer>[] {
  if (!Number.isFinite(epochMs)) {
    return [];
  }
  const seconds = Array.from(
    { length: SECONDS_BEFORE + SECONDS_AFTER + 1 },
    (_, index) => SECONDS_AFTER - index,
  );
  return seconds.flatMap((second) => {
    const made = newRootAttributes(isoSeconds(epochMs + second * 1_000));
    return [...READABLE_VERSIONS].map((version) => encodeNode({ ...made, format_version: version }));
  });
}
