// Recognises what other programs do to a `zarr.json`: consolidate metadata, add attributes, reformat it.

import { encodeArrayNode } from "../../array/metadata/array-metadata.ts";
import { CONSOLIDATED_METADATA } from "../../array/metadata/metadata-field.ts";
import type { EarlierNode } from "../../commit/content-rules.ts";
import { isZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { meaningOf } from "../layout.ts";
import { isTextList } from "../manifest.ts";
import { type Attributes, parseArrayNode, parseGroupNode, parseNodeJson } from "../nodes/node-cache.ts";
import { encodeNode } from "../record/record-objects.ts";

/** How many attributes a message names. */
const MOST_NAMED = 5;

/**
 * Undoes what another program added to a `zarr.json`: the node as this package writes it, in a file of `sizeBytes`.
 *
 * Consolidated metadata is dropped. Then the last attributes are dropped one by one until the size fits, since other
 * programs append theirs. Undefined if no number of attributes fits, or if the node does not parse.
 */
export function nodeWithoutAdditions(
  path: StoreKey,
  bytes: Uint8Array<ArrayBuffer>,
  sizeBytes: number,
): EarlierNode | undefined {
  return unlessMalformed(() => {
    const node = readNode(path, bytes);
    return node && withoutLastAttributes(node, sizeBytes);
  });
}

function withoutLastAttributes(node: ReadNode, sizeBytes: number): EarlierNode | undefined {
  const names = Object.keys(node.attributes);
  const withFirst = (count: number): Uint8Array<ArrayBuffer> =>
    node.encode(Object.fromEntries(names.slice(0, count).map((name) => [name, node.attributes[name]])));
  let [fewest, most] = [0, names.length];
  while (fewest < most) {
    const count = (fewest + most) >> 1;
    if (withFirst(count).length < sizeBytes) {
      fewest = count + 1;
    } else {
      most = count;
    }
  }
  const earlier = withFirst(fewest);
  const additions = [
    ...(node.isConsolidated ? ["consolidated metadata"] : []),
    ...attributesText(names.slice(fewest)),
  ];
  return earlier.length === sizeBytes
    ? {
        bytes: earlier,
        added: additions.join(", "),
        addsAttributes: fewest < names.length,
        addsConsolidated: node.isConsolidated,
      }
    : undefined;
}

/** Whether these bytes are a Zarr node of the kind that belongs at the path: a group or an array, whatever it says. */
export function isWholeNode(path: StoreKey, bytes: Uint8Array<ArrayBuffer>): boolean {
  const kind = meaningOf(path)?.kind;
  const type = kind === "pixels" || kind === "array" ? "array" : "group";
  const node = unlessMalformed(() => parseNodeJson(bytes, path));
  return isObject(node) && node["zarr_format"] === 3 && node["node_type"] === type;
}

/** Names the members and attributes in which two nodes differ. */
export function nodeDifference(
  path: StoreKey,
  committed: Uint8Array<ArrayBuffer>,
  found: Uint8Array<ArrayBuffer>,
): string {
  const [before, after] = [committed, found].map((bytes) =>
    unlessMalformed(() => parseNodeJson(bytes, path)),
  );
  if (!isObject(before) || !isObject(after)) {
    return "it is not a Zarr node";
  }
  const attributes = ({ attributes: value }: Record<string, unknown>): Record<string, unknown> =>
    isObject(value) ? value : {};
  const named = [
    ...differing(before, after).filter((name) => name !== "attributes" && name !== CONSOLIDATED_METADATA),
    ...attributesText(differing(attributes(before), attributes(after))),
    ...(isObject(after[CONSOLIDATED_METADATA]) ? ["consolidated metadata"] : []),
  ];
  return named.length === 0 ? "written in another form" : `other: ${named.join(", ")}`;
}

function differing(before: Record<string, unknown>, after: Record<string, unknown>): readonly string[] {
  const textOf = (value: unknown): string => (value === undefined ? "" : serializeLossless(value));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => textOf(before[name]) !== textOf(after[name]),
  );
}

/**
 * What is adopted of a node: the file as it is, or, where it has consolidated metadata, the node without them. They would
 * hide from other programs whatever is added later.
 */
export function adoptableNode(path: StoreKey, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const node = unlessMalformed(() => readNode(path, bytes));
  return node?.isConsolidated === true ? node.encode(node.attributes) : bytes;
}

/**
 * Whether another program may have written this node. Groups may be edited, as long as an image still states its axes
 * and creation time; arrays may not.
 */
export function isEditableNode(path: StoreKey, bytes: Uint8Array<ArrayBuffer>): boolean {
  const meaning = meaningOf(path);
  switch (meaning?.kind) {
    case "root":
    case "images":
    case "group":
      return true;
    case "record": {
      const { axes, created_utc: createdUtc } = unlessMalformed(() => parseGroupNode(bytes, path)) ?? {};
      return isTextList(axes) && typeof createdUtc === "string";
    }
    default:
      return false;
  }
}

interface ReadNode {
  readonly attributes: Attributes;
  readonly isConsolidated: boolean;
  readonly encode: (attributes: Attributes) => Uint8Array<ArrayBuffer>;
}

function readNode(path: StoreKey, bytes: Uint8Array<ArrayBuffer>): ReadNode | undefined {
  const value = parseNodeJson(bytes, path);
  const isConsolidated =
    typeof value === "object" &&
    value !== null &&
    CONSOLIDATED_METADATA in value &&
    value[CONSOLIDATED_METADATA] !== null;
  switch (meaningOf(path)?.kind) {
    case "root":
    case "images":
    case "record":
    case "group":
      return { attributes: parseGroupNode(bytes, path), isConsolidated, encode: encodeNode };
    case "pixels":
    case "array": {
      const metadata = parseArrayNode(bytes, path);
      const encode = (attributes: Attributes): Uint8Array<ArrayBuffer> =>
        encodeArrayNode({ ...metadata, attributes });
      return { attributes: metadata.attributes, isConsolidated, encode };
    }
    default:
      return undefined;
  }
}

function attributesText(names: readonly string[]): readonly string[] {
  const named = names.slice(0, MOST_NAMED).join(", ");
  const rest = names.length > MOST_NAMED ? ", …" : "";
  return names.length === 0 ? [] : [`the attribute${names.length === 1 ? "" : "s"} ${named}${rest}`];
}

function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isZarrStoreError(error, "invalid_metadata", "not_supported")) {
      return undefined;
    }
    throw error;
  }
}
