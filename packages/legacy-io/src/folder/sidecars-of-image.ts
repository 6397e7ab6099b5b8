import { ALL_FORMATS } from "../formats/all-formats.ts";
import type { SidecarNameRule } from "../formats/sidecar-format.ts";
import { fileNameOfArtifact } from "./artifact-file-name.ts";
import {
  type ArtifactFormat,
  commonStem,
  decideFileRoles,
  type FileRole,
  imageStem,
  type SidecarContent,
} from "./sidecar-name.ts";

/** A file beside an image that belongs to it. */
export interface ImageSidecar extends SidecarContent {
  readonly fileName: string;
}

/** The sidecars of `image` among the files of its folder, by the rules of `decideFileRoles`. */
export function sidecarsOfImage(
  image: string,
  files: readonly string[],
  formats: readonly SidecarNameRule[] = ALL_FORMATS,
): readonly ImageSidecar[] {
  return [...rolesNear(image, files, formats)].flatMap(([fileName, role]): readonly ImageSidecar[] => {
    if (role.role !== "sidecar" || role.image !== image) {
      return [];
    }
    const { role: _, image: __, ...content } = role;
    return [{ fileName, ...content }];
  });
}

/** The files of the acquisition that a TIFF is one of: its own, or those of all channels (`_C001T001`), ascending. */
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

/** The file that a new artifact goes to; undefined where a file of that name would belong to another image, or mean something else. */
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

/** What follows the common stem in the name of a file that can be the image's, or decide about one. */
const NEAR = /^(_C\d{3}T\d{3})?\./;

/**
 * Only files with the stem, or with more of it, can decide about one another: the other thousands are passed over. An
 * ending without a dot, such as `_heartrate.csv`, can follow any stem that begins so.
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
  const isNear = (file: string): boolean =>
    file.startsWith(start) && (isAnyNear || NEAR.test(file.slice(start.length)));
  return decideFileRoles("", [...new Set([image, ...files.filter(isNear)])], formats);
}
