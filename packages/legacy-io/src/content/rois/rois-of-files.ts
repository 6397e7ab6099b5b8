// Collects the ROIs of a TIFF and of the files beside it, and adds them to an image.

import { roisOfTags } from "../../formats/rois/rois-of-tags.ts";
import type { Understood } from "../first-saying.ts";
import { hasRois, type ImageJTags } from "./imagej-tags.ts";
import { planeSize } from "./plane-size.ts";
import { NO_ROI_IDS, roisOfMetadata } from "./rois-in-metadata.ts";
import { type GivenRoiIds, type RoiFile, type TakenInRois, takeInRois } from "./take-in-rois.ts";

/** The files with ROIs of other programs, the TIFF itself first. */
export async function roiFiles(
  { tags, relPath }: { readonly tags: ImageJTags | undefined; readonly relPath: string | undefined },
  sidecars: readonly Understood[],
): Promise<readonly RoiFile[]> {
  const inside: readonly RoiFile[] =
    tags === undefined || !hasRois(tags)
      ? []
      : [
          {
            fileName: tags.file,
            relPath: relPath ?? tags.file,
            found: await roisOfTags(tags.metadata),
          },
        ];
  const beside = sidecars.flatMap(({ fileName, relPath, content: { facts } }): readonly RoiFile[] =>
    facts.rois === undefined ? [] : [{ fileName, relPath, found: facts.rois }],
  );
  return [...inside, ...beside];
}

/** What the ROIs of an image are placed with. */
interface RoisOfImage {
  /** Shape of the pixels. */
  readonly shape: readonly number[];
  readonly axes?: readonly string[] | undefined;
  /** True if rows and columns of the TIFF changed places. */
  readonly isTurned?: boolean | undefined;
  /** The ids that ROIs of files have in the dataset, asked for if a file has ROIs. Default: none was given. */
  readonly roiIds?: (() => Promise<GivenRoiIds>) | undefined;
}

/** Places the ROIs of files beside those of a metadata text. */
export async function takenRois(
  metadata: string,
  files: readonly RoiFile[],
  { shape, axes, isTurned, roiIds }: RoisOfImage,
): Promise<TakenInRois> {
  if (files.length === 0) {
    return { rois: [], ids: new Map(), notes: [], incomplete: new Set() };
  }
  const { rois: present, ids: takenBefore, highWaterMark } = roisOfMetadata(metadata);
  const given = (await roiIds?.()) ?? NO_ROI_IDS;
  return takeInRois({
    size: planeSize(shape, axes),
    isTurned,
    files,
    present,
    takenBefore,
    before: { ids: given.ids, highWaterMark: Math.max(given.highWaterMark, highWaterMark) },
  });
}
