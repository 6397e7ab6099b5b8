// Decides which TIFFs of a folder are images, by their names, and which image owns the files of a stem.

import { compareCodePoints } from "@kym/zarr-store/runtime";
import { PICTURE, prairiePictureName } from "../../formats/prairie/prairie-name.ts";
import { isRecordingName } from "../../formats/recording-endings.ts";
import { parseChannelStem } from "./channel-stem.ts";

/** The role of a TIFF. */
export type OwnerRole =
  | { readonly role: "image"; readonly stem: string }
  /** A channel after the first of an acquisition with a file per channel. */
  | { readonly role: "channel"; readonly image: string; readonly channel: number }
  /** A picture that belongs to a scan. */
  | { readonly role: "sidecar"; readonly image: string; readonly kind: string }
  | { readonly role: "unrecognised" };

/** The image that owns the files of a stem, and the roles of the image files themselves. */
export interface Owners {
  readonly imageOfStem: ReadonlyMap<string, string>;
  readonly imageOfHeaderBase: ReadonlyMap<string, string>;
  /** The images of a recording, in order, by what their names begin with. */
  readonly imagesOfRecording: ReadonlyMap<string, readonly RecordedImage[]>;
  readonly roles: ReadonlyMap<string, OwnerRole>;
}

/** An image of a recording with several. */
export interface RecordedImage {
  readonly name: string;
  readonly cycle: number;
}

/** The name of a TIFF, and its name without the ending. */
export interface NamedImage {
  readonly name: string;
  readonly stem: string;
}

/**
 * Files beside a TIFF and a recording of one name belong to the TIFF: a lab that exports its recordings keeps them beside the export.
 */
function tiffsFirst(a: NamedImage, b: NamedImage): number {
  const isRecording = ({ name }: NamedImage): number => Number(isRecordingName(name));
  return isRecording(a) - isRecording(b) || compareCodePoints(a.name, b.name);
}

/** Decides which TIFFs are images, and which images own the files of a stem. */
export function decideOwners(images: readonly NamedImage[]): Owners {
  const imageOfStem = new Map<string, string>();
  const imageOfHeaderBase = new Map<string, string>();
  const imagesOfRecording = new Map<string, RecordedImage[]>();
  const pictures: NamedImage[] = [];
  const imageOfGroup = new Map<string, string>();
  const roles = new Map<string, OwnerRole>();
  for (const { name, stem } of images.toSorted(tiffsFirst)) {
    if (prairiePictureName(stem) !== undefined) {
      pictures.push({ name, stem });
      continue;
    }
    const isFirstOfStem = !imageOfStem.has(stem);
    const channel = parseChannelStem(stem);
    const image = isFirstOfStem && channel !== undefined ? imageOfGroup.get(channel.group) : undefined;
    if (channel !== undefined && image !== undefined) {
      roles.set(name, { role: "channel", image, channel: channel.number });
      imageOfStem.set(stem, image);
      continue;
    }
    roles.set(name, { role: "image", stem });
    if (isFirstOfStem) {
      imageOfStem.set(stem, name);
    }
    if (isFirstOfStem && channel !== undefined) {
      imageOfGroup.set(channel.group, name);
      if (!imageOfHeaderBase.has(channel.base)) {
        imageOfHeaderBase.set(channel.base, name);
      }
      if (channel.cycle !== undefined) {
        const ofRecording = imagesOfRecording.get(channel.base) ?? [];
        imagesOfRecording.set(channel.base, ofRecording);
        ofRecording.push({ name, cycle: channel.cycle });
      }
    }
  }
  for (const { name, stem } of pictures) {
    roles.set(name, decidePictureRole(stem, imagesOfRecording));
  }
  return { imageOfStem, imageOfHeaderBase, imagesOfRecording, roles };
}

/** A picture belongs to the first image of its cycle. Without one it is left alone. */
function decidePictureRole(stem: string, images: ReadonlyMap<string, readonly RecordedImage[]>): OwnerRole {
  const { base, cycle } = prairiePictureName(stem) ?? {};
  const image = images.get(base ?? "")?.find((one) => one.cycle === cycle);
  return image === undefined
    ? { role: "unrecognised" }
    : { role: "sidecar", image: image.name, kind: PICTURE };
}
