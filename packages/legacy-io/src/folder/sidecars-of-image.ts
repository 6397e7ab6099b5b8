import { fileNameOfArtifact } from "./artifact-file-name.ts";
import {
  type ArtifactFormat,
  commonStem,
  decideFileRoles,
  type FileRole,
  imageStem,
} from "./sidecar-name.ts";

/** A file beside an image that holds an artifact under its own name. */
export interface ArtifactFile {
  readonly fileName: string;
  readonly artifact: string;
  readonly format: ArtifactFormat;
}

/** What stands beside one image in its folder, by names alone. */
export interface ImageSidecars {
  readonly artifacts: readonly ArtifactFile[];
  readonly classicJson: string | undefined;
  readonly olympusHeader: string | undefined;
}

/** The sidecars of `image` among the files of its folder, by the rules of `decideFileRoles`. */
export function sidecarsOfImage(image: string, files: readonly string[]): ImageSidecars {
  const artifacts: ArtifactFile[] = [];
  let classicJson: string | undefined;
  let olympusHeader: string | undefined;
  for (const [fileName, role] of rolesNear(image, files)) {
    if (role.role === "sidecar" && role.image === image) {
      if (role.kind === "artifact") {
        artifacts.push({ fileName, artifact: role.artifact, format: role.format });
      } else if (role.kind === "classic_json") {
        classicJson = fileName;
      } else if (role.kind === "olympus_header") {
        olympusHeader = fileName;
      }
    }
  }
  return { artifacts, classicJson, olympusHeader };
}

/** The files of the acquisition that a TIFF is one of: its own, or those of all channels (`_C001T001`), ascending. */
export function acquisitionOfImage(
  fileName: string,
  files: readonly string[],
): readonly string[] | undefined {
  const roles = rolesNear(fileName, files);
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
): string | undefined {
  const fileName = `${imageStem(image)}.${fileNameOfArtifact(artifact)}.${format}`;
  const role = rolesNear(image, [...files, fileName]).get(fileName);
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

/** Only files with the stem, or with more of it, can decide about one another: the other thousands are passed over. */
function rolesNear(image: string, files: readonly string[]): ReadonlyMap<string, FileRole> {
  const start = commonStem(imageStem(image) ?? image);
  const isNear = (file: string): boolean => file.startsWith(start) && NEAR.test(file.slice(start.length));
  return decideFileRoles("", [...new Set([image, ...files.filter(isNear)])]);
}
