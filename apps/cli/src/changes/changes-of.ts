// Turns changed files into changes that a lab understands. Reads nothing.

import { ARTIFACTS } from "@kym/kym-schema";
import { metadataChanges } from "@kym/kym-schema/merge";
import type { Row } from "@kym/zarr-store";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { meaningOf, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import type { Change } from "./change.ts";
import { compareRows } from "./compare-rows.ts";
import type { PathChange } from "./path-change.ts";

/** What a path held: nothing, a text, the rows of a table, or bytes that are not known or not kept. */
export type Held =
  | { readonly state: "absent" }
  | { readonly state: "unknown" }
  | { readonly state: "text"; readonly text: string }
  | { readonly state: "rows"; readonly rows: readonly Row[] };

/** Both sides of each path whose contents were read. */
export type HeldByPath = ReadonlyMap<string, { readonly before: Held; readonly after: Held }>;

const UNKNOWN: Held = { state: "unknown" };

/**
 * The changes of images and of pooled tables. An image that was added or deleted is one change. Metadata change by field and by ROI,
 * if both sides are known; what follows from them, and where files came from, is left out.
 */
export function changesOf(paths: readonly PathChange[], held: HeldByPath): readonly Change[] {
  const whole = new Map<string, Change["change"]>();
  for (const { path, before, after } of paths) {
    const meaning = meaningOf(path);
    if (meaning?.kind === "record" && (before === null || after === null)) {
      whole.set(meaning.imageId, before === null ? "added" : "deleted");
    }
  }
  const images = Array.from(
    whole,
    ([id, change]): Change => ({ image_id: id, kind: "image", name: id, change }),
  );
  const others = paths.flatMap((path): readonly Change[] => {
    const meaning = meaningOf(path.path);
    // An image that was kept and taken is added, and no longer kept.
    const imageId =
      meaning?.kind === "kept" ? meaning.keptId : meaning && "imageId" in meaning && meaning.imageId;
    const isWhole = typeof imageId === "string" && whole.has(imageId);
    return isWhole ? [] : changesOfPath(path, held.get(path.path) ?? { before: UNKNOWN, after: UNKNOWN });
  });
  return [...images, ...unique(others)];
}

/** The changes that `held` is needed for: the rest is clear from the paths alone. */
export function isWorthReading(path: string): "text" | "rows" | undefined {
  const meaning = meaningOf(path);
  if (meaning?.kind === "json" && meaning.name === ARTIFACTS.metadata && path.endsWith(".json")) {
    return "text";
  }
  return meaning?.kind === "parquet" ? "rows" : undefined;
}

function changesOfPath(
  { path, before: was, after: is, imageIds }: PathChange,
  { before, after }: { readonly before: Held; readonly after: Held },
): readonly Change[] {
  const meaning = meaningOf(path);
  const change = was === null ? "added" : is === null ? "deleted" : "changed";
  switch (meaning?.kind) {
    case "json":
      return meaning.name === ARTIFACTS.metadata
        ? changesOfMetadata(meaning.imageId, change, before, after)
        : [{ image_id: meaning.imageId, kind: "json", name: meaning.name, change }];
    case "parquet":
    case "csv.gz": {
      const rows =
        (before.state === "rows" || before.state === "absent") &&
        (after.state === "rows" || after.state === "absent")
          ? compareRows(rowsIn(before), rowsIn(after))
          : undefined;
      return [
        { image_id: meaning.imageId, kind: "table", name: meaning.name, change, ...(rows && { rows }) },
      ];
    }
    case "array":
    case "attachment":
      return [{ image_id: meaning.imageId, kind: meaning.kind, name: meaning.name, change }];
    case "kept":
      return meaning.key === ZARR_NODE_NAME
        ? [{ image_id: meaning.keptId, kind: "kept_image", name: meaning.version, change }]
        : [];
    case "table":
      return [
        {
          image_id: null,
          kind: "pooled_table",
          name: meaning.table,
          change: meaning.isPart ? "changed" : change,
          ...(imageIds !== undefined && { images: imageIds.length }),
        },
      ];
    default:
      return [];
  }
}

function rowsIn(held: Held): readonly Row[] {
  return held.state === "rows" ? held.rows : [];
}

const ROI = /^roi:(.+)$/;
const EMPTY = "{}";

function changesOfMetadata(
  imageId: string,
  change: Change["change"],
  before: Held,
  after: Held,
): readonly Change[] {
  const whole: Change = { image_id: imageId, kind: "json", name: ARTIFACTS.metadata, change };
  const [was, is] = [textIn(before), textIn(after)];
  if (was === undefined || is === undefined) {
    return [whole];
  }
  let fields: ReturnType<typeof metadataChanges>;
  try {
    fields = metadataChanges(was, is);
  } catch {
    // One of them cannot be compared by field: it is not an object, or not JSON.
    return [whole];
  }
  return fields.map(({ field, before: old, after: now }) => {
    const [, roi] = ROI.exec(field) ?? [];
    return {
      image_id: imageId,
      kind: roi === undefined ? "field" : "roi",
      name: roi ?? field,
      change: old === undefined ? "added" : now === undefined ? "deleted" : "changed",
      ...(old !== undefined && { before: jsonValueOf(old) }),
      ...(now !== undefined && { after: jsonValueOf(now) }),
    };
  });
}

function textIn(held: Held): string | undefined {
  return held.state === "text" ? held.text : held.state === "absent" ? EMPTY : undefined;
}

function jsonValueOf(text: string): unknown {
  return plainValue(parseLossless(text, { allowNonFinite: true }));
}

/** One change for the many objects of an array, and for the parts of a pooled table. */
function unique(changes: readonly Change[]): readonly Change[] {
  const known = new Map<string, Change>();
  for (const change of changes) {
    const key = JSON.stringify([change.image_id, change.kind, change.name]);
    const before = known.get(key);
    known.set(
      key,
      before === undefined || before.change === change.change
        ? (before ?? change)
        : { ...before, change: "changed" },
    );
  }
  return [...known.values()];
}
