// Makes again what follows from an artifact that an undo brings back: the summary of an image, and the scales of its pixels.

import { withScales } from "../../array/axis-scale.ts";
import { type ArrayMetadata, encodeArrayNode } from "../../array/metadata/array-metadata.ts";
import { zarrNode } from "../../commit/object-path.ts";
import { isZarrStoreError } from "../../errors.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import { serializeLossless } from "../../json/lossless-json.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imageNode, meaningOf, pixelArray } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import { type JsonSource, loadJsonText } from "../record/json-artifacts.ts";
import { encodeNode, METADATA } from "../record/record-objects.ts";
import type { ObjectSession, Summarize } from "../session/object-session.ts";
import type { UndoStep } from "./decide-undo.ts";
import type { PlannedFile } from "./plan-undo.ts";
import type { UndoRules } from "./undo-rules.ts";

/** A `zarr.json` with the bytes that it gets. */
export interface PlannedNode {
  readonly path: StoreKey;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type DerivedPlan =
  | { readonly nodes: readonly PlannedNode[] }
  /** Nodes of which the commit changed more than what follows from its artifacts. The rest is not kept. */
  | { readonly notKept: readonly StoreKey[] };

/** The text of the artifact `metadata` of one image, before the undo and after it; undefined if the image has no metadata. */
interface Texts {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Computes the nodes that follow from the planned files. The old bytes of a node are not kept, but the log has their hash. So if a
 * node is still as the commit left it, what is made again is compared with that hash.
 *
 * @throws {ZarrStoreError} `invalid_metadata` for a malformed node, `io`
 */
export async function planDerived(
  files: readonly PlannedFile[],
  derived: readonly UndoStep[],
  view: ObjectSession,
  { scales }: UndoRules,
  options: ReadOptions,
): Promise<DerivedPlan> {
  const nodes: PlannedNode[] = [];
  const notKept: StoreKey[] = [];
  const steps = new Map(derived.map((step) => [step.path, step]));
  const add = async (
    path: StoreKey,
    made: readonly Uint8Array<ArrayBuffer>[],
    mayDiffer: boolean,
  ): Promise<void> => {
    const step = steps.get(path);
    const now = await view.hash(path);
    const hashes = await Promise.all(made.map((bytes) => view.runtime.sha256(bytes)));
    const exact = step?.written === now ? hashes.indexOf(step?.replaced ?? "") : -1;
    const chosen = made[Math.max(exact, 0)];
    if (step !== undefined && step.written === now && exact < 0 && !mayDiffer) {
      notKept.push(path);
    } else if (chosen !== undefined && hashes[Math.max(exact, 0)] !== now) {
      nodes.push({ path, bytes: chosen });
    }
  };
  for (const id of imagesOf(files, derived)) {
    const texts = await textsOf(id, files, view, options);
    const isOfMetadata = files.some(({ imageId, artifact }) => imageId === id && artifact === METADATA);
    const attributes = (await view.nodeReader.imageAttributes(id, options)) ?? {};
    if (steps.has(imageNode(id)) || isOfMetadata) {
      await add(imageNode(id), attributesAfter(attributes, texts, view.summarize).map(encodeNode), false);
    }
    const array = await view.nodeReader.arrayMetadata(pixelArray(id), options);
    const path = zarrNode(pixelArray(id));
    if (array !== undefined && (steps.has(path) || areScalesChanged(texts, array, scales))) {
      // Another program may have spelled the node in its own way. Its scales are what counts.
      await add(path, arraysAfter(array, texts, scales).map(encodeArrayNode), scales !== undefined);
    }
  }
  return notKept.length > 0 ? { notKept } : { nodes };
}

/** Reads the bytes that a path had in an earlier version. */
export type ReadThen = (path: StoreKey) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/**
 * What the `zarr.json` of an image or of its pixels may have been in an earlier version, whose artifacts `then` reads: the likeliest
 * first. Empty for any other path.
 */
export async function earlierNodes(
  path: StoreKey,
  view: ObjectSession,
  then: ReadThen,
  { scales }: UndoRules,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const meaning = meaningOf(path);
  if (meaning?.kind !== "record" && meaning?.kind !== "pixels") {
    return [];
  }
  const { imageId: id } = meaning;
  const texts = {
    before: await textIn({ id, session: view }, {}),
    after: await textIn({ id, session: { read: then } }, {}),
  };
  if (path === imageNode(id)) {
    const attributes = (await view.nodeReader.imageAttributes(id, {})) ?? {};
    return attributesAfter(attributes, texts, view.summarize).map(encodeNode);
  }
  const array =
    path === zarrNode(pixelArray(id)) ? await view.nodeReader.arrayMetadata(pixelArray(id), {}) : undefined;
  return array === undefined ? [] : arraysAfter(array, texts, scales).map(encodeArrayNode);
}

function imagesOf(files: readonly PlannedFile[], derived: readonly UndoStep[]): ReadonlySet<ImageId> {
  const ofNodes = derived.flatMap(({ path }) => {
    const meaning = meaningOf(path);
    return meaning !== undefined && "imageId" in meaning ? [meaning.imageId] : [];
  });
  return new Set([...files.map(({ imageId }) => imageId), ...ofNodes]);
}

async function textsOf(
  id: ImageId,
  files: readonly PlannedFile[],
  view: ObjectSession,
  options: ReadOptions,
): Promise<Texts> {
  const planned = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return {
    before: await textIn({ id, session: view }, options),
    after: await textIn(
      {
        id,
        session: {
          read: async (path, read) => (planned.has(path) ? planned.get(path) : view.read(path, read)),
        },
      },
      options,
    ),
  };
}

async function textIn(source: JsonSource, options: ReadOptions): Promise<string | undefined> {
  try {
    return (await loadJsonText(source, METADATA, options)).text;
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

/** The attributes that an image may have had: the likeliest first. */
function attributesAfter(
  attributes: Attributes,
  { before, after }: Texts,
  summarize: Summarize | undefined,
): readonly Attributes[] {
  if (summarize === undefined) {
    return [attributes];
  }
  const { summary, ...others } = attributes;
  const old = typeof summary === "object" && summary !== null ? summary : {};
  const made = new Set(Object.keys(before === undefined ? {} : summarize(before)));
  const kept = Object.fromEntries(Object.entries(old).filter(([key]) => !made.has(key)));
  const without = [{ ...attributes, summary: kept }, others];
  return after === undefined
    ? without
    : [{ ...attributes, summary: { ...old, ...summarize(after) } }, ...without];
}

function areScalesChanged(
  { before, after }: Texts,
  { shape }: ArrayMetadata,
  scales: UndoRules["scales"],
): boolean {
  return (
    scales !== undefined &&
    serializeLossless(scales(before, shape.length)) !== serializeLossless(scales(after, shape.length))
  );
}

/** The array as it may have been: with the scales of the metadata, or, from an older version, without any. */
function arraysAfter(
  array: ArrayMetadata,
  { after }: Texts,
  scales: UndoRules["scales"],
): readonly ArrayMetadata[] {
  const rank = array.shape.length;
  return scales === undefined
    ? [array]
    : [scales(after, rank), Array.from({ length: rank }, () => null)].map((each) => ({
        ...array,
        attributes: withScales(array.attributes, each, rank),
      }));
}
