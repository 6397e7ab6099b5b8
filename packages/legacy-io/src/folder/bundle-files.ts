// Groups the files of a scanned folder into bundles, orphans and the rest, without any I/O.

import { ALL_FORMATS } from "../formats/all-formats.ts";
import type { SidecarNameRule } from "../formats/sidecar-format.ts";
import type {
  BundleFile,
  ChannelFile,
  FolderDatabaseFile,
  FolderScan,
  LegacyBundle,
  OrphanFile,
  ScanNote,
  SidecarFile,
} from "./bundle.ts";
import { comparePaths } from "./compare-paths.ts";
import { decideFileRoles, type FileRole, type SidecarContent, sidecarFolders } from "./sidecar-name.ts";

/** The files directly in one folder, without those of its subfolders. */
export interface FolderFiles {
  /** Path relative to the scanned folder; empty for that folder itself. */
  readonly folder: string;
  readonly folderName: string;
  readonly files: readonly BundleFile[];
}

/** The part of a scan that follows from the file names. */
export type BundledFiles = Pick<
  FolderScan,
  "bundles" | "orphans" | "folderDatabases" | "unrecognised" | "ignored"
>;

/**
 * Groups files by the rules of `decideFileRoles`. Each file appears exactly once in the result, except that of a recording, which
 * is among the sidecars of each of its images.
 *
 * An image that `isSelected` refuses does not become a bundle. It and its sidecars are listed as unrecognised;
 * the sidecars are not orphans, because their image exists.
 */
export function bundleFiles(
  folders: readonly FolderFiles[],
  isSelected: (fileName: string) => boolean,
  formats: readonly SidecarNameRule[] = ALL_FORMATS,
): BundledFiles {
  const filesOf = new Map(folders.map((entry) => [entry.folder, entry.files]));
  const composed = Map.groupBy(filesOf.keys(), (path) => path.normalize("NFC"));
  /** The path of a folder, or of the only one that differs from it in how accents are composed. */
  const folderCalled = (path: string): string => {
    const [only, ...more] = filesOf.has(path) ? [path] : (composed.get(path.normalize("NFC")) ?? []);
    return only === undefined || more.length > 0 ? path : only;
  };
  const claimed = new Set<string>();
  const parts = folders
    .toSorted((a, b) => comparePaths(a.folder, b.folder))
    .map((entry) => {
      const analysisFiles = sidecarFolders(entry.folderName, formats).flatMap(
        (name) => filesOf.get(folderCalled(joinParts(entry.folder, name))) ?? [],
      );
      const own = entry.files.filter((file) => !claimed.has(file.relPath));
      const roles = rolesOf(entry, [...own, ...analysisFiles], formats);
      const taken = analysisFiles.filter((file) => isAnalysis(roles.get(file)));
      for (const file of taken) {
        claimed.add(file.relPath);
      }
      return bundleFolder(entry.folder, [...own, ...taken], roles, isSelected, formats);
    });
  return {
    bundles: inOrder(
      parts,
      (part) => part.bundles,
      (bundle) => bundle.image.relPath,
    ),
    orphans: inOrder(
      parts,
      (part) => part.orphans,
      (orphan) => joinParts(orphan.folder, orphan.stem),
    ),
    folderDatabases: inOrder(
      parts,
      (part) => part.folderDatabases,
      (file) => file.relPath,
    ),
    unrecognised: inOrder(
      parts,
      (part) => part.unrecognised,
      (file) => file.relPath,
    ),
    ignored: inOrder(
      parts,
      (part) => part.ignored,
      (note) => note.relPath,
    ),
  };
}

function rolesOf(
  entry: FolderFiles,
  files: readonly BundleFile[],
  formats: readonly SidecarNameRule[],
): ReadonlyMap<BundleFile, FileRole> {
  const nameOf = (file: BundleFile): string =>
    entry.folder === "" ? file.relPath : file.relPath.slice(entry.folder.length + 1);
  const roles = decideFileRoles(entry.folderName, files.map(nameOf), formats);
  return new Map(files.map((file) => [file, roles.get(nameOf(file)) ?? { role: "unrecognised" }]));
}

function bundleFolder(
  folder: string,
  files: readonly BundleFile[],
  roles: ReadonlyMap<BundleFile, FileRole>,
  isSelected: (fileName: string) => boolean,
  formats: readonly SidecarNameRule[],
): BundledFiles {
  const isTooLarge = ({ kind }: SidecarContent, { sizeBytes }: BundleFile): boolean =>
    sizeBytes > (formats.find(({ name }) => name === kind)?.mostBytes ?? Number.POSITIVE_INFINITY);
  const bundles = new Map<string, OpenBundle>();
  const orphans = new Map<string, OrphanFile[]>();
  const folderDatabases: FolderDatabaseFile[] = [];
  const unrecognised: BundleFile[] = [];
  const ignored: ScanNote[] = [];
  const imagesFirst = files.toSorted(
    (a, b) =>
      Number(isImage(roles.get(b))) - Number(isImage(roles.get(a))) || comparePaths(a.relPath, b.relPath),
  );
  for (const file of imagesFirst) {
    const role: FileRole = roles.get(file) ?? { role: "unrecognised" };
    const name = file.relPath.slice(folder === "" ? 0 : folder.length + 1);
    switch (role.role) {
      case "image":
        if (isSelected(name)) {
          bundles.set(name, { image: file, stem: role.stem, otherChannels: [], sidecars: [] });
        } else {
          unrecognised.push(file);
        }
        break;
      case "channel":
        addTo(bundles.get(role.image)?.otherChannels, { ...file, channel: role.channel }, unrecognised, file);
        break;
      case "sidecar":
        addToAll(
          isTooLarge(role, file)
            ? []
            : [role.image, ...(role.others ?? [])].flatMap((image) => {
                const bundle = bundles.get(image);
                return bundle === undefined ? [] : [bundle.sidecars];
              }),
          { ...file, ...contentOf(role) },
          unrecognised,
          file,
        );
        break;
      case "orphan":
        orphans.set(role.stem, [...(orphans.get(role.stem) ?? []), { ...file, kind: role.kind }]);
        break;
      case "folder_database":
        folderDatabases.push({ ...file, database: role.database });
        break;
      case "ignored":
        ignored.push({ relPath: file.relPath, reason: role.reason });
        break;
      case "unrecognised":
        unrecognised.push(file);
        break;
      default:
        role satisfies never;
    }
  }
  return {
    bundles: [...bundles.values()],
    orphans: [...orphans].map(([stem, orphanFiles]) => ({ stem, folder, files: orphanFiles })),
    folderDatabases,
    unrecognised,
    ignored,
  };
}

interface OpenBundle extends LegacyBundle {
  readonly otherChannels: ChannelFile[];
  readonly sidecars: SidecarFile[];
}

function addTo<T>(list: T[] | undefined, item: T, otherwise: BundleFile[], file: BundleFile): void {
  if (list === undefined) {
    otherwise.push(file);
  } else {
    list.push(item);
  }
}

function addToAll<T>(lists: readonly T[][], item: T, otherwise: BundleFile[], file: BundleFile): void {
  for (const list of lists) {
    list.push(item);
  }
  if (lists.length === 0) {
    otherwise.push(file);
  }
}

function contentOf(role: Extract<FileRole, { role: "sidecar" }>): SidecarContent {
  const { kind, artifact, format } = role;
  return artifact === undefined || format === undefined ? { kind } : { kind, artifact, format };
}

function isImage(role: FileRole | undefined): boolean {
  return role?.role === "image";
}

function isAnalysis(role: FileRole | undefined): boolean {
  return role?.role === "sidecar" || role?.role === "orphan";
}

function joinParts(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function inOrder<P, T>(
  parts: readonly P[],
  listOf: (part: P) => readonly T[],
  pathOf: (item: T) => string,
): readonly T[] {
  return parts.flatMap(listOf).toSorted((a, b) => comparePaths(pathOf(a), pathOf(b)));
}
