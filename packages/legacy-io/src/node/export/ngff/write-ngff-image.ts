// Writes one image of a dataset as OME-NGFF 0.5, with the folder `kym/` from which it comes back.

import { loadMetadataText, planeScales } from "@kym/kym-schema";
import {
  isZarrStoreError,
  type NdArray,
  type SourceRow,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { type AxisScale, type AxisScales, axisScalesOf, defaultAxes } from "@kym/zarr-store/array";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { stepsToWrite } from "../../../content/steps-to-write.ts";
import type { ExportedFile } from "../../../export/export-manifest.ts";
import { displayWindows } from "../../../export/ngff/display-window.ts";
import { levelFactors } from "../../../export/ngff/halve-lines.ts";
import type { NgffTarget } from "../../../export/ngff/kym-manifest.ts";
import { groupNode, imageAttributes, levelPath } from "../../../export/ngff/ngff-documents.ts";
import { type NgffLayout, ngffLayout } from "../../../export/ngff/ngff-layout.ts";
import { reorderAxes } from "../../../tiff/axes/reorder-axes.ts";
import type { ExportNote } from "../export-options.ts";
import type { ExportSink } from "../staged-folder.ts";
import { writeKymFolder } from "./write-kym-folder.ts";
import { storedPixels, valuesSha256, writeLevelZero, writeSmallerLevels } from "./write-levels.ts";

/** What another format adds to the image's group. */
export interface ForeignPart {
  /** Attributes of the group beside `ome` and `kym`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly notes: readonly ExportNote[];
}

export interface NgffImageParts {
  readonly writtenFor: NgffTarget;
  /** The path of the image's group in the export: empty, or with a `/` at the end. */
  readonly folder: string;
  /** The name of the image for people. */
  readonly name: string;
  /** The image's rows of the ledger. */
  readonly sources: readonly SourceRow[];
  /** The names of the dataset's pooled tables. */
  readonly tables: readonly string[];
  /** Writes as it is given. */
  readonly sink: ExportSink;
  /** Removes paths of this machine. */
  readonly redacting: ExportSink;
  readonly foreign?: ((image: LaidOutImage) => Promise<ForeignPart>) | undefined;
}

/** An image as its export lays it out. */
export interface LaidOutImage {
  readonly layout: NgffLayout;
  /** In the order of axes of the export. */
  readonly shape: readonly number[];
  readonly dtype: NdArray["dtype"];
  /** The text of the artifact `metadata`; undefined without one that can be read. */
  readonly metadata: string | undefined;
}

/** What was written of an image. */
export interface WrittenNgffImageFacts {
  readonly image: LaidOutImage;
  /** What is worth knowing. */
  readonly notes: readonly ExportNote[];
}

/**
 * Writes an image and `kym/`.
 *
 * @throws {LegacyIoError} `io`
 * @throws {ZarrStoreError} of reading the image
 */
export async function writeNgffImage(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  parts: NgffImageParts,
): Promise<WrittenNgffImageFacts> {
  const { folder, sink, redacting } = parts;
  const image = await record.loadArray();
  const stored = await storedPixels(dataset, record, image);
  const named = await record.getAxes();
  const axes = named ?? defaultAxes(image.shape.length);
  const metadata = await loadMetadataText(record, { ifUnreadable: "none" });
  const layout = ngffLayout(axes, scalesOf(metadata, axes, stored.metadata.attributes));
  const laidOut = reorderAxes(image, layout.order);
  const lines = laidOut.shape.at(-2) ?? 1;
  const factors = levelFactors(lines);
  const channelAxis = layout.axes.findIndex(({ name }) => name === "c");
  const windows = displayWindows(laidOut, channelAxis < 0 ? undefined : channelAxis);
  const attributes = imageAttributes({
    name: parts.name,
    imageId: record.id,
    axes: layout.axes,
    factors,
    channels: windows.map((window, index) => ({ label: `channel ${index + 1}`, window })),
  });
  const facts: LaidOutImage = { layout, shape: laidOut.shape, dtype: image.dtype, metadata };
  const foreign = await parts.foreign?.(facts);
  const group = await redacting.write(
    `${folder}${ZARR_NODE_NAME}`,
    groupNode({ ...attributes, ...foreign?.attributes }),
  );
  const { chunks, node } = await writeLevelZero(stored, layout, folder, sink);
  const smaller = await writeSmallerLevels(laidOut, layout, factors, { folder, sink });
  const others: ExportedFile[] = [];
  for (const { path, bytes } of foreign?.files ?? []) {
    others.push(await redacting.write(`${folder}${path}`, bytes));
  }
  const inGroup = <F extends ExportedFile>(file: F): F => ({ ...file, path: file.path.slice(folder.length) });
  const notes = await writeKymFolder(dataset, record, {
    writtenFor: parts.writtenFor,
    stored,
    folder,
    sink: redacting,
    sources: parts.sources,
    tables: parts.tables,
    foreign: [group, node, ...chunks, ...smaller, ...others].map(({ path, sha256 }) =>
      inGroup({ path, sha256 }),
    ),
    pixels: {
      array: levelPath(0),
      dtype: image.dtype,
      shape: image.shape,
      axes: named ?? null,
      axisOrder: layout.order,
      sha256: valuesSha256(image),
      chunks: chunks.map(inGroup),
      encodedAnew: stored.isEncodedAnew,
    },
  });
  return { image: facts, notes: [...notes, ...(foreign?.notes ?? [])] };
}

/** The scale of each axis: from the metadata, which edits change, and else from what the array says. */
function scalesOf(
  metadata: string | undefined,
  axes: readonly string[],
  attributes: Readonly<Record<string, unknown>>,
): AxisScales {
  const stated = axisScalesOf(attributes, axes.length);
  const isPlaneLast = !axes.slice(-2).some((axis) => axis === "c" || axis === "s");
  const known = isPlaneLast ? planeScales(metadata, axes.length) : besideChannels(metadata, axes);
  return axes.map((_, axis) => known[axis] ?? stated[axis] ?? null);
}

/** The scales of a plane with channels after or between its axes. */
function besideChannels(metadata: string | undefined, axes: readonly string[]): AxisScales {
  const { secondsPerLine, umPerRow, umPerPx } = stepsToWrite(plainMetadata(metadata), axes);
  const plane = axes.flatMap((name, at) => (name === "c" || name === "s" ? [] : [at])).slice(-2);
  const scale = (unit: string, step: number | undefined): AxisScale | null =>
    step === undefined ? null : { unit, step };
  return axes.map((_, axis) =>
    axis === plane[0]
      ? (scale("s", secondsPerLine) ?? scale("\u00b5m", umPerRow))
      : axis === plane[1]
        ? scale("\u00b5m", umPerPx)
        : null,
  );
}

/** Nothing where the text is not JSON. */
function plainMetadata(metadata: string | undefined): unknown {
  try {
    return metadata === undefined ? {} : plainValue(parseLossless(metadata, { allowNonFinite: true }));
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return {};
    }
    throw error;
  }
}
