// Finds the sidecars and channels of one image among the files of its folder, for opening a TIFF without a scan.

import { ALL_FORMATS } from "../formats/all-formats.ts";
import type { SidecarNameRule } from "../formats/sidecar-format.ts";
import { fileNameOfArtifact } from "./artifact-file-name.ts";
import { commonStem } from "./recordings/channel-stem.ts";
import {
  type ArtifactFormat,
  decideFileRoles,
  type FileRole,
  imageStem,
  type SidecarContent,
} from "./sidecar-name.ts";

/** A sidecar of an image, by its name in the image's folder. */
export interface ImageSidecar extends SidecarContent {
  readonly fileName: string;
}

/** Finds the sidecars of `image` among the files of its folder, by the rules of `decideFileRoles`. */
export function sidecarsOfImage(
  image: string,
  files: readonly string[],
  formats: readonly SidecarNameRule[] = ALL_FORMATS,
): readonly ImageSidecar[] {
  return [...rolesNear(image, files, formats)].flatMap(([fileName, role]): readonly ImageSidecar[] => {
    if (role.role !== "sidecar" || !isOf(role, image)) {
      return [];
    }
    const { role: _, image: __, others: ___, ...content } = role;
    return [{ fileName, ...content }];
  });
}

function isOf({ image, others = [] }: Extract<FileRole, { role: "sidecar" }>, name: string): boolean {
  return image === name || others.includes(name);
}

/**
 * Lists the TIFFs of the acquisition to which a TIFF belongs: the file alone, or all channels (`_C001T001`, `_Ch1_000001`) in
 * ascending order. Returns undefined for a file that is not an image.
 */
export function acquisitionOfImage(
  fileName: string,
  files: readonly string[],
): readonly string[] | undefined {
  const roles = rolesNear(fileName, files, ALL_FORMATS);
  const own = roles.get(fileName);
  if (own?.role !== "image" && own?.role !== "channel") {
    return undefined;
  }
  const image = own.role === "channel" ? own.image : fileName;
  const others = [...roles]
    .flatMap(([name, role]) =>
      role.role === "channel" && role.image === image ? [{ name, channel: role.channel }] : [],
    )
    .toSorted((a, b) => a.channel - b.channel);
  return [image, ...others.map(({ name }) => name)];
}

/**
 * Names the file for a new artifact. Returns undefined if a file of that name would belong to another image or would
 * mean something else.
 */
export function newArtifactFile(
  image: string,
  files: readonly string[],
  artifact: string,
  format: ArtifactFormat,
  formats: readonly SidecarNameRule[] = ALL_FORMATS,
): string | undefined {
  const fileName = `${imageStem(image)}.${fileNameOfArtifact(artifact)}.${format}`;
  const role = rolesNear(image, [...files, fileName], formats).get(fileName);
  const isOurs =
    role?.role === "sidecar" &&
    role.image === image &&
    role.kind === "artifact" &&
    role.artifact === artifact &&
    role.format === format;
  return isOurs ? fileName : undefined;
}

/** The text after the common stem in the name of a file that can belong to the image or decide about its files. */
const NEAR = /^(_C\d{3}T\d{3})?\./;

/**
 * Decides the roles of the files near an image. Only files that begin with its stem can decide about one another, so
 * the other thousands of a folder are passed over. An ending without a dot, such as `_heartrate.csv`, can follow any
 * stem that begins with the image's stem.
 */
function rolesNear(
  image: string,
  files: readonly string[],
  formats: readonly SidecarNameRule[],
): ReadonlyMap<string, FileRole> {
  const start = commonStem(imageStem(image) ?? image);
  const isAnyNear = formats.some(
    ({ folder, endings }) => folder === undefined && endings.some((ending) => !ending.startsWith(".")),
  );
  const composedStart = start.normalize("NFC");
  const isNearTo = (file: string, from: string): boolean =>
    file.startsWith(from) && (isAnyNear || NEAR.test(file.slice(from.length)));
  const isNear = (file: string): boolean =>
    isNearTo(file, start) || isNearTo(file.normalize("NFC"), composedStart);
  return decideFileRoles("", [...new Set([image, ...files.filter(isNear)])], formats);
}
