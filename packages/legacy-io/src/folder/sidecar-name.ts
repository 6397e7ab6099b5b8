import { artifactOfFileName } from "./artifact-file-name.ts";
import { compareCodePoints } from "./path-order.ts";

/** What a file of the older application is, by its name. */
export type LegacySidecarKind =
  | "olympus_header"
  | "classic_json"
  | "radon_csv"
  | "radon_json"
  | "kymanalysis_csv"
  | "kymanalysis_json"
  | "events_json"
  | "v0_csv";

export type ArtifactFormat = "json" | "csv" | "csv.gz" | "parquet" | "npy";

/** What a sidecar holds; `other` belongs to the image and is not understood: it is kept as it came. */
export type SidecarContent =
  | { readonly kind: LegacySidecarKind | "other" }
  | { readonly kind: "artifact"; readonly artifact: string; readonly format: ArtifactFormat };

/** What a file is, relative to the images of its folder. `image` names the image's file in that folder. */
export type FileRole =
  | { readonly role: "image"; readonly stem: string }
  /** Channel 2 and up of an acquisition written as `<base>_C001T001.tif`, `<base>_C002T001.tif`, … */
  | { readonly role: "channel"; readonly image: string; readonly channel: number }
  | ({ readonly role: "sidecar"; readonly image: string } & SidecarContent)
  | { readonly role: "orphan"; readonly stem: string; readonly kind: LegacySidecarKind }
  | { readonly role: "folder_database"; readonly database: FolderDatabase }
  | { readonly role: "ignored"; readonly reason: string }
  | { readonly role: "unrecognised" };

/** Tables that the older application derived from a whole folder. */
export type FolderDatabase = "radon_report" | "kym_event";

export const FLOW_ANALYSIS_FOLDER = "flow-analysis";

const FLOW_ANALYSIS_ENDINGS: readonly (readonly [ending: string, kind: LegacySidecarKind])[] = [
  ["_radon.csv", "radon_csv"],
  ["_radon.json", "radon_json"],
  ["_kymanalysis.csv", "kymanalysis_csv"],
  ["_kymanalysis.json", "kymanalysis_json"],
  ["_events.json", "events_json"],
];

const FOLDER_DATABASES: readonly (readonly [name: string, database: FolderDatabase])[] = [
  ["radon_report_db.csv", "radon_report"],
  ["kym_event_db.csv", "kym_event"],
];

const SIDECAR_ENDINGS = ["csv.gz", "json", "csv", "parquet", "npy", "txt"] as const;
const SYSTEM_FILES: ReadonlySet<string> = new Set(["thumbs.db", "desktop.ini"]);
const CHANNEL_SUFFIX = /_C(\d{3})(T\d{3})$/;

/** The folder of the oldest analyses beside the images of a folder: `20250722/20250722-analysis`. */
export function v0AnalysisFolder(folderName: string): string {
  return `${folderName}-analysis`;
}

/** The stem of a TIFF's name (`a.b` of `a.b.TIFF`); undefined for other names and hidden files. */
export function imageStem(fileName: string): string | undefined {
  const ending = [".tif", ".tiff"].find((candidate) => hasEnding(fileName, candidate));
  const stem = ending === undefined ? "" : fileName.slice(0, -ending.length);
  return stem === "" || isIgnored(fileName) ? undefined : stem;
}

/**
 * What each file is, by names alone. `files` are paths relative to one folder: its own files, and those of its
 * `flow-analysis/` and `<folderName>-analysis/`. Stems are compared as plain strings, so `[ ]`, `+`, spaces and
 * any script are safe; endings in any case. A sidecar belongs to exactly one image: the one with the longest
 * stem, and of two with the same stem (`a.tif`, `a.tiff`) the first by code points.
 */
export function decideFileRoles(folderName: string, files: readonly string[]): ReadonlyMap<string, FileRole> {
  const owners = decideOwners(files.filter((file) => !file.includes("/")));
  const roles = files.map((file): [string, FileRole] => [file, decideFileRole(folderName, file, owners)]);
  return new Map(withoutRivals(roles));
}

/** By stem, the image whose sidecars are named so; by image file, its own role. */
interface Owners {
  readonly imageOfStem: ReadonlyMap<string, string>;
  readonly imageOfHeaderBase: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, FileRole>;
}

function decideOwners(names: readonly string[]): Owners {
  const imageOfStem = new Map<string, string>();
  const imageOfHeaderBase = new Map<string, string>();
  const imageOfGroup = new Map<string, string>();
  const roles = new Map<string, FileRole>();
  for (const name of names.toSorted(compareCodePoints)) {
    const stem = imageStem(name);
    if (stem === undefined) {
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
    }
  }
  return { imageOfStem, imageOfHeaderBase, roles };
}

/** What the names of all files that belong to an image begin with: its stem without `_C001T001`. */
export function commonStem(stem: string): string {
  return parseChannelStem(stem)?.base ?? stem;
}

function parseChannelStem(
  stem: string,
): { readonly base: string; readonly group: string; readonly number: number } | undefined {
  const match = CHANNEL_SUFFIX.exec(stem);
  if (match === null || match.index === 0) {
    return undefined;
  }
  const base = stem.slice(0, match.index);
  return { base, group: `${base}_${match[2]}`, number: Number(match[1]) };
}

function decideFileRole(folderName: string, file: string, owners: Owners): FileRole {
  const slash = file.indexOf("/");
  if (slash >= 0) {
    return decideAnalysisRole(folderName, file.slice(0, slash), file.slice(slash + 1), owners);
  }
  if (isIgnored(file)) {
    return { role: "ignored", reason: "a file of the operating system" };
  }
  const database = FOLDER_DATABASES.find(([name]) => file === name || file.endsWith(`_${name}`));
  if (database !== undefined) {
    return { role: "folder_database", database: database[1] };
  }
  return owners.roles.get(file) ?? decideSidecarRole(file, owners);
}

function decideAnalysisRole(folderName: string, place: string, name: string, owners: Owners): FileRole {
  const [ending, kind] =
    place === FLOW_ANALYSIS_FOLDER
      ? (FLOW_ANALYSIS_ENDINGS.find(([candidate]) => hasEnding(name, candidate)) ?? [])
      : place === v0AnalysisFolder(folderName) && hasEnding(name, ".csv")
        ? ([".csv", "v0_csv"] as const)
        : [];
  if (ending === undefined || kind === undefined || isIgnored(name) || name.length === ending.length) {
    return { role: "unrecognised" };
  }
  const stem = name.slice(0, -ending.length);
  const image = owners.imageOfStem.get(stem);
  return image === undefined
    ? { role: "orphan", stem, kind }
    : { role: "sidecar", image, kind: imageStem(image) === stem ? kind : "other" };
}

function decideSidecarRole(file: string, owners: Owners): FileRole {
  const format = SIDECAR_ENDINGS.find((candidate) => hasEnding(file, `.${candidate}`));
  if (format === undefined) {
    return { role: "unrecognised" };
  }
  const body = file.slice(0, -(format.length + 1));
  const stem = longestStem(body, owners.imageOfStem);
  const image = stem === undefined ? undefined : owners.imageOfStem.get(stem);
  if (stem === undefined || image === undefined) {
    const headerImage = format === "txt" ? owners.imageOfHeaderBase.get(body) : undefined;
    return headerImage === undefined
      ? { role: "unrecognised" }
      : { role: "sidecar", image: headerImage, kind: "olympus_header" };
  }
  return { role: "sidecar", image, ...decideContent(body, stem, imageStem(image) === stem, format) };
}

function decideContent(
  body: string,
  stem: string,
  isOwnStem: boolean,
  format: ArtifactFormat | "txt",
): SidecarContent {
  if (!isOwnStem) {
    return { kind: "other" };
  }
  if (body === stem) {
    return { kind: format === "json" ? "classic_json" : format === "txt" ? "olympus_header" : "other" };
  }
  const artifact = artifactOfFileName(body.slice(stem.length + 1));
  return artifact === undefined || format === "txt"
    ? { kind: "other" }
    : { kind: "artifact", artifact, format };
}

/** The longest of the stems that `body` is, or begins with followed by a dot. */
function longestStem(body: string, stems: ReadonlyMap<string, string>): string | undefined {
  for (let stop = body.length; stop > 0; stop = body.lastIndexOf(".", stop - 1)) {
    const candidate = body.slice(0, stop);
    if (stems.has(candidate)) {
      return candidate;
    }
  }
  return undefined;
}

/** Of two files that say they are the same part of the same image (`a.txt`, `a.TXT`) the first one is it. */
function withoutRivals(roles: readonly [string, FileRole][]): readonly [string, FileRole][] {
  const taken = new Set<string>();
  const sorted = roles.toSorted(([a], [b]) => compareCodePoints(a, b));
  const result = new Map<string, FileRole>();
  for (const [file, role] of sorted) {
    const claim = claimOf(role);
    const isRival = claim !== undefined && taken.has(claim);
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
