// The `zarr.json` documents of an export as OME-NGFF 0.5: an image, several below one root, and their list.

import { serializeLossless } from "@kym/zarr-store/json";
import type { DisplayWindow } from "./display-window.ts";
import type { WrittenNgffAxis } from "./ngff-layout.ts";

/** The version of OME-Zarr that exports have. */
export const NGFF_VERSION = "0.5";
/** Version 3 of the layout that bioformats2raw writes. */
const BIOFORMATS2RAW_LAYOUT = 3;

/** What a channel looks like. */
export interface NgffChannel {
  readonly label: string;
  readonly window: DisplayWindow;
}

export interface WrittenNgffImage {
  readonly name: string;
  readonly imageId: string;
  readonly axes: readonly WrittenNgffAxis[];
  /** How many lines each level joins, the image itself first. */
  readonly factors: readonly number[];
  readonly channels: readonly NgffChannel[];
}

/** The paths of the levels below an image's group. */
export function levelPath(level: number): string {
  return String(level);
}

/**
 * The attributes of an image's group.
 *
 * A level of n lines in one lies (n − 1) / 2 lines later: the centre of a block is between its lines.
 *
 * @see https://ngff.openmicroscopy.org/0.5/index.html#multiscales-metadata
 */
export function imageAttributes(image: WrittenNgffImage): Readonly<Record<string, unknown>> {
  const { name, axes, factors, channels } = image;
  return {
    ome: {
      version: NGFF_VERSION,
      multiscales: [
        {
          name,
          axes: axes.map(({ name: axis, type, unit }) => ({ name: axis, type, ...(unit && { unit }) })),
          datasets: factors.map((factor, level) => ({
            path: levelPath(level),
            coordinateTransformations: transformations(axes, factor),
          })),
          ...(factors.length > 1 && {
            type: "mean of lines",
            metadata: {
              description: "each level is the mean of blocks of lines of level 0; columns are never joined",
              method: "block mean",
              factors: factors.map((factor) => axes.map((axis) => (axis.name === "y" ? factor : 1))),
            },
          }),
        },
      ],
      omero: {
        channels: channels.map(({ label, window }, index) => ({
          label,
          color: colourOf(index, channels.length),
          active: true,
          window,
        })),
        rdefs: { defaultT: 0, defaultZ: 0, model: channels.length > 1 ? "color" : "greyscale" },
      },
    },
    kym: {
      version: 1,
      image_id: image.imageId,
      axes: axes.map(({ name: axis, datasetAxis, is, datasetUnit, scale }) => ({
        axis,
        dataset_axis: datasetAxis,
        name: is,
        unit: datasetUnit,
        step: datasetUnit === null ? null : scale,
      })),
    },
  };
}

function transformations(axes: readonly WrittenNgffAxis[], factor: number): readonly unknown[] {
  const isRows = ({ name }: WrittenNgffAxis): boolean => name === "y";
  return [
    { type: "scale", scale: axes.map((axis) => axis.scale * (isRows(axis) ? factor : 1)) },
    ...(factor === 1
      ? []
      : [
          {
            type: "translation",
            translation: axes.map((axis) => (isRows(axis) ? (axis.scale * (factor - 1)) / 2 : 0)),
          },
        ]),
  ];
}

const COLOURS = ["00FF00", "FF00FF", "00FFFF", "FFFF00", "FF0000", "0000FF"] as const;

function colourOf(index: number, count: number): string {
  return count === 1 ? "FFFFFF" : (COLOURS[index % COLOURS.length] ?? "FFFFFF");
}

/** The attributes of a root that holds several images. @see https://ngff.openmicroscopy.org/0.5/index.html#bf2raw-layout */
export function collectionAttributes(): Readonly<Record<string, unknown>> {
  return { ome: { version: NGFF_VERSION, "bioformats2raw.layout": BIOFORMATS2RAW_LAYOUT } };
}

/** The attributes of the group `OME`, which lists the images. */
export function seriesAttributes(series: readonly string[]): Readonly<Record<string, unknown>> {
  return { ome: { version: NGFF_VERSION, series } };
}

/** The `zarr.json` of a group. */
export function groupNode(attributes: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const node = { zarr_format: 3, node_type: "group", attributes };
  return new TextEncoder().encode(`${serializeLossless(node)}\n`);
}
