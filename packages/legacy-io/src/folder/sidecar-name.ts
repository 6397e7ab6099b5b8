// Decides by names alone what each file of a lab's folder is: image, channel, sidecar, orphan, table of the folder, or other.

import { compareCodePoints } from "@kym/zarr-store/runtime";
import { ALL_FORMATS } from "../formats/all-formats.ts";
import { PICTURE } from "../formats/prairie/prairie-name.ts";
import { RECORDING_ENDINGS } from "../formats/recording-endings.ts";
import type { SidecarNameRule } from "../formats/sidecar-format.ts";
import { artifactOfFileName } from "./artifact-file-name.ts";
import { decideOwners, type NamedImage, type Owners } from "./recordings/decide-owners.ts";
import { pathOfScan, scanOfPath } from "./recordings/scan-name.ts";

/** The built-in formats for an artifact that is kept beside a TIFF under its own name. */
export type ArtifactFormat = "json" | "csv" | "csv.gz" | "parquet" | "npy";

/** The content that a sidecar's name announces. */
export interface SidecarContent {
  /**
   * The name of the file's format, or one of three reserved words. `artifact`: the file name contains the artifact's name.
   * `other`: the file belongs to the image but is not understood, so it is kept unchanged. `picture`: so is the image in which
   * the line of a scan was drawn.
   */
  readonly kind: string;
  /** The artifact's name; only for the kind `artifact`. */
  readonly artifact?: string;
  /** The format's name; only for the kind `artifact`. An {@link ArtifactFormat}, or a format that the caller added. */
  readonly format?: string;
}

/** The role of a file among the images of its folder. `image` is the file name of the image in that folder. */
export type FileRole =
  | { readonly role: "image"; readonly stem: string }
  /** A channel after the first of an acquisition with a file per channel: `<base>_C001T001.tif`, `<base>_C002T001.tif`, … */
  | { readonly role: "channel"; readonly image: string; readonly channel: number }
  /** `others` are further images of a recording that the file belongs to as well. */
  | ({
      readonly role: "sidecar";
      readonly image: string;
      readonly others?: readonly string[];
    } & SidecarContent)
  | { readonly role: "orphan"; readonly stem: string; readonly kind: string }
  | { readonly role: "folder_database"; readonly database: FolderDatabase }
  | { readonly role: "ignored"; readonly reason: string }
  | { readonly role: "unrecognised" };

/** A table that the older application derived from a whole folder. */
export type FolderDatabase = "radon_report" | "kym_event";

const FOLDER_DATABASES: readonly (readonly [name: string, database: FolderDatabase])[] = [
  ["radon_report_db.csv", "radon_report"],
  ["kym_event_db.csv", "kym_event"],
];

const SYSTEM_FILES: ReadonlySet<string> = new Set(["thumbs.db", "desktop.ini"]);

/** The endings of files with pixels: TIFFs, and recordings of microscopes. */
const IMAGE_ENDINGS: readonly string[] = [".tif", ".tiff", ".lsm", ...RECORDING_ENDINGS];

/** The names of images, as a pattern. */
export const ANY_IMAGE: string = `*.{${IMAGE_ENDINGS.map((ending) => ending.slice(1)).join(",")}}`;

/**
 * Returns the stem of an image's name (`a.b` of `a.b.TIFF`, `scan#Series 2` of `scan.lif#Series 2`); undefined for other names and for
 * hidden files.
 */
export function imageStem(fileName: string): string | undefined {
  const part = scanOfPath(fileName);
  const stem = stemOfFile(part?.file ?? fileName);
  return part === undefined || stem === undefined ? stem : pathOfScan(stem, part.scan);
}

function stemOfFile(fileName: string): string | undefined {
  const ending = IMAGE_ENDINGS.find((candidate) => hasEnding(fileName, candidate));
  const stem = ending === undefined ? "" : fileName.slice(0, -ending.length);
  return stem === "" || isIgnored(fileName) ? undefined : stem;
}

/**
 * Decides the role of each file by names alone.
 *
 * `files` are paths relative to one folder: its own files, and those of the subfolders that formats name, such as
 * `flow-analysis/` and `<folderName>-analysis/`. `formats` defaults to the built-in ones.
 *
 * - Stems are compared as plain strings, so `[ ]`, `+`, spaces and any script are safe. Endings match in any case.
 * - A sidecar belongs to exactly one image: the one with the longest stem. Only the file of a recording belongs to all its images.
 * - If two images have the same stem (`a.tif`, `a.tiff`), the first by code points owns the sidecars.
 * - If two formats could read a file, the first in `formats` does.
 * - The exact spelling wins. A file whose name begins with no image's stem, but would if accents were composed alike (NFC or
 *   NFD, as macOS and Windows do), belongs to the one image with which it would.
 *
 * @example
 * const roles = decideFileRoles("20250722", ["a.tif", "flow-analysis/a_radon.csv"]);
 * roles.get("flow-analysis/a_radon.csv"); // a sidecar of the image a.tif
 */
export function decideFileRoles(
  folderName: string,
  files: readonly string[],
  formats: readonly SidecarNameRule[] = ALL_FORMATS,
): ReadonlyMap<string, FileRole> {
  const rules = rulesFor(folderName, formats, decideOwners(files.flatMap(imageNamed)));
  let composed: Rules | undefined;
  const isOtherwise = new Set<string>();
  const roles = files.map((file): [string, FileRole] => {
    const role = decideFileRole(file, rules);
    if (!mayBeSpelledOtherwise(file, role)) {
      return [file, role];
    }
    composed ??= rulesFor(composedName(folderName), formats, composedOwners(rules.owners));
    const other = decideFileRole(composedName(file), composed);
    if (other.role !== "sidecar" || other.kind === "other") {
      return [file, role];
    }
    isOtherwise.add(file);
    return [file, other];
  });
  const ofMany = new Set([
    PICTURE,
    ...formats.flatMap(({ name, isOneOfMany }) => (isOneOfMany === true ? [name] : [])),
  ]);
  return new Map(withoutRivals(roles, isOtherwise, ofMany));
}

/** The file if it is an image directly in the folder. */
function imageNamed(name: string): readonly NamedImage[] {
  const stem = name.includes("/") ? undefined : imageStem(name);
  return stem === undefined ? [] : [{ name, stem }];
}

function rulesFor(folderName: string, formats: readonly SidecarNameRule[], owners: Owners): Rules {
  return {
    beside: formats.filter(({ folder, isOfRecording }) => folder === undefined && isOfRecording !== true),
    ofRecording: formats.filter(({ isOfRecording }) => isOfRecording === true),
    inFolder: Map.groupBy(formats, ({ folder }) => folder?.(folderName)),
    owners,
  };
}

/** A name with its accents composed, so that two that look the same are the same. */
function composedName(name: string): string {
  return name.normalize("NFC");
}

/** True for a file that belongs to no image and has a letter that can be spelled in several ways. */
function mayBeSpelledOtherwise(file: string, { role }: FileRole): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII has one spelling
  return (role === "unrecognised" || role === "orphan") && /[^\x00-\x7f]/.test(file);
}

/** The same owners by composed stems. A stem that two images share then has none. */
function composedOwners({ imageOfStem, imageOfHeaderBase, imagesOfRecording }: Owners): Owners {
  return {
    imageOfStem: composedKeys(imageOfStem),
    imageOfHeaderBase: composedKeys(imageOfHeaderBase),
    imagesOfRecording: composedKeys(imagesOfRecording),
    roles: new Map(),
  };
}

function composedKeys<T>(images: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const byName = Map.groupBy(images, ([stem]) => composedName(stem));
  return new Map(
    [...byName].flatMap(([stem, [only, ...more]]): readonly [string, T][] =>
      only === undefined || more.length > 0 ? [] : [[stem, only[1]]],
    ),
  );
}

/** Lists the subfolders in which formats keep sidecars of the images of a folder. */
export function sidecarFolders(folderName: string, formats: readonly SidecarNameRule[]): readonly string[] {
  return [...new Set(formats.flatMap(({ folder }) => folder?.(folderName) ?? []))];
}

interface Rules {
  /** Formats whose files are in the images' own folder. */
  readonly beside: readonly SidecarNameRule[];
  /** Formats of which one file belongs to all images of a recording. */
  readonly ofRecording: readonly SidecarNameRule[];
  /** Formats whose files are in a subfolder, by the subfolder's name. */
  readonly inFolder: ReadonlyMap<string | undefined, readonly SidecarNameRule[]>;
  readonly owners: Owners;
}

function decideFileRole(file: string, rules: Rules): FileRole {
  const slash = file.indexOf("/");
  if (slash >= 0) {
    return decideAnalysisRole(file.slice(0, slash), file.slice(slash + 1), rules);
  }
  if (isIgnored(file)) {
    return { role: "ignored", reason: "a file of the operating system" };
  }
  const database = FOLDER_DATABASES.find(([name]) => file === name || file.endsWith(`_${name}`));
  if (database !== undefined) {
    return { role: "folder_database", database: database[1] };
  }
  return rules.owners.roles.get(file) ?? decideSidecarRole(file, rules);
}

/** Decides about a file in a subfolder of a format. The text before the ending is the stem of an image, here or gone. */
function decideAnalysisRole(place: string, name: string, { inFolder, owners }: Rules): FileRole {
  const formats = isIgnored(name) ? [] : (inFolder.get(place) ?? []);
  const matches = formats.flatMap((format) =>
    stemsBefore(name, format).map((stem) => ({ stem, kind: format.name })),
  );
  const ofImages = matches.filter(({ stem }) => owners.imageOfStem.has(stem));
  const [found] = (ofImages.length > 0 ? ofImages : matches).toSorted(
    (a, b) => b.stem.length - a.stem.length,
  );
  if (found === undefined) {
    return { role: "unrecognised" };
  }
  const { stem, kind } = found;
  const image = owners.imageOfStem.get(stem);
  return image === undefined
    ? { role: "orphan", stem, kind }
    : { role: "sidecar", image, kind: isStemOf(image, stem) ? kind : "other" };
}

function decideSidecarRole(file: string, { beside, ofRecording, owners }: Rules): FileRole {
  for (const format of ofRecording) {
    for (const base of stemsBefore(file, format)) {
      const [first, ...others] = owners.imagesOfRecording.get(base) ?? [];
      if (first !== undefined) {
        return {
          role: "sidecar",
          image: first.name,
          kind: format.name,
          ...(others.length > 0 && { others: others.map(({ name }) => name) }),
        };
      }
    }
  }
  const stem = ownerStem(file, beside, owners);
  const image = stem === undefined ? undefined : owners.imageOfStem.get(stem);
  if (stem === undefined || image === undefined) {
    for (const format of beside.filter(({ isOfAllChannels }) => isOfAllChannels === true)) {
      for (const base of stemsBefore(file, format)) {
        const headerImage = owners.imageOfHeaderBase.get(base);
        if (headerImage !== undefined) {
          return { role: "sidecar", image: headerImage, kind: format.name };
        }
      }
    }
    return decideLoneRole(file, beside, owners);
  }
  const isOwnStem = isStemOf(image, stem);
  const content = isOwnStem ? decideContent(file.slice(stem.length), beside) : undefined;
  return { role: "sidecar", image, ...(content ?? { kind: "other" }) };
}

/** True if a stem, or its composed form, is that of the image itself, and not of another channel or of a second image. */
function isStemOf(image: string, stem: string): boolean {
  const own = imageStem(image);
  return own === stem || (own !== undefined && composedName(own) === stem);
}

/** Decides about a file whose name names no image. It can belong to the only image of the folder. */
function decideLoneRole(file: string, beside: readonly SidecarNameRule[], { roles }: Owners): FileRole {
  const format = beside.find(({ ofOnlyImage = [] }) => ofOnlyImage.includes(file.toLowerCase()));
  const images = [...roles].filter(([, { role }]) => role === "image");
  const [image] = images[0] ?? [];
  return format === undefined || image === undefined || images.length > 1
    ? { role: "unrecognised" }
    : { role: "sidecar", image, kind: format.name };
}

/** Finds the longest stem of an image with which the file's name begins, if a format has the ending. */
function ownerStem(file: string, beside: readonly SidecarNameRule[], owners: Owners): string | undefined {
  let longest: string | undefined;
  for (const format of beside) {
    for (const ending of format.endings) {
      if (hasEnding(file, ending)) {
        const body = file.slice(0, -ending.length);
        const stem =
          ending.startsWith(".") && format.isOneOfMany !== true
            ? longestStem(body, owners.imageOfStem)
            : owners.imageOfStem.has(body)
              ? body
              : undefined;
        longest = stem !== undefined && stem.length > (longest?.length ?? 0) ? stem : longest;
      }
    }
  }
  return longest;
}

/** Decides a file's content by the part of its name after the image's stem. */
function decideContent(rest: string, beside: readonly SidecarNameRule[]): SidecarContent | undefined {
  for (const { name, endings, named } of beside) {
    const ending = endings.find(
      (one) => hasEnding(rest, one) && (named !== undefined || rest.length === one.length),
    );
    if (ending !== undefined && named === undefined) {
      return { kind: name };
    }
    const artifact =
      ending !== undefined && named !== undefined && rest.startsWith(".")
        ? artifactOfFileName(rest.slice(1, -ending.length))
        : undefined;
    if (artifact !== undefined) {
      return { kind: "artifact", artifact, format: name };
    }
  }
  return undefined;
}

/** Cuts off each ending of a format that the name has; names that are only an ending do not count. */
function stemsBefore(name: string, { endings }: SidecarNameRule): readonly string[] {
  return endings
    .filter((ending) => name.length > ending.length && hasEnding(name, ending))
    .map((ending) => name.slice(0, -ending.length));
}

/** Finds the longest stem that equals `body`, or with which `body` begins before a dot. */
function longestStem(body: string, stems: ReadonlyMap<string, string>): string | undefined {
  for (let stop = body.length; stop > 0; stop = body.lastIndexOf(".", stop - 1)) {
    const candidate = body.slice(0, stop);
    if (stems.has(candidate)) {
      return candidate;
    }
  }
  return undefined;
}

/**
 * If two files claim to be the same part of the same image (`a.txt`, `a.TXT`), the first is; the others are `other`. A file that
 * is only spelled otherwise claims nothing if one has the exact spelling, or if there are two such files. Of the kinds of which an
 * image has many (`ofMany`), only files that look the same are rivals.
 */
function withoutRivals(
  roles: readonly [string, FileRole][],
  isOtherwise: ReadonlySet<string>,
  ofMany: ReadonlySet<string>,
): readonly [string, FileRole][] {
  const taken = new Set<string>();
  const claimOfFile = (file: string, role: FileRole): string | undefined => {
    const claim = claimOf(role);
    const isOneOfMany = role.role === "sidecar" && ofMany.has(role.kind);
    return claim !== undefined && isOneOfMany ? `${claim}\0${composedName(file)}` : claim;
  };
  const otherwise = Map.groupBy(
    roles.filter(([file]) => isOtherwise.has(file)),
    ([file, role]) => claimOfFile(file, role),
  );
  const sorted = roles.toSorted(
    ([a], [b]) => Number(isOtherwise.has(a)) - Number(isOtherwise.has(b)) || compareCodePoints(a, b),
  );
  const result = new Map<string, FileRole>();
  for (const [file, role] of sorted) {
    const claim = claimOfFile(file, role);
    const isRival = claim !== undefined && taken.has(claim);
    if (
      isOtherwise.has(file) &&
      (isRival || (claim !== undefined && (otherwise.get(claim)?.length ?? 0) > 1))
    ) {
      result.set(file, { role: "unrecognised" });
      continue;
    }
    if (claim !== undefined) {
      taken.add(claim);
    }
    result.set(
      file,
      isRival && role.role === "sidecar" ? { role: "sidecar", image: role.image, kind: "other" } : role,
    );
  }
  return roles.map(([file, role]) => [file, result.get(file) ?? role]);
}

function claimOf(role: FileRole): string | undefined {
  if (role.role !== "sidecar" || role.kind === "other") {
    return undefined;
  }
  const part = role.kind === "artifact" ? `${role.format}:${role.artifact}` : role.kind;
  return `${role.image}\0${part}`;
}

function isIgnored(name: string): boolean {
  return name.startsWith(".") || name.startsWith("~$") || SYSTEM_FILES.has(name.toLowerCase());
}

function hasEnding(name: string, ending: string): boolean {
  return name.length >= ending.length && name.slice(-ending.length).toLowerCase() === ending;
}
