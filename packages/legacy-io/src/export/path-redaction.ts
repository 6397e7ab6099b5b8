/** Makes paths below some folders of this machine relative in a text. */
export type RedactPaths = (text: string) => string;

/** Shorter ones (`/`, `C:\`) would be found everywhere. */
const MIN_ROOT_LENGTH = 4;

/**
 * A function that takes the names of folders out of a text: `/lab/day/a.tif` is `day/a.tif` if `/lab` is one of them, and
 * `/lab` itself is `.`. Found as they are and as JSON and CSV write them, at the borders of names only; the longest
 * first. Both kinds of separators are meant.
 */
export function redactPaths(folders: readonly string[]): RedactPaths {
  const roots = [...new Set(folders.map((folder) => folder.replace(/[\\/]+$/, "")))]
    .filter((folder) => folder.length >= MIN_ROOT_LENGTH)
    .flatMap((folder) => [
      folder,
      jsonText(folder),
      asciiText(jsonText(folder)),
      folder.replaceAll('"', '""'),
    ])
    .toSorted((a, b) => b.length - a.length);
  if (roots.length === 0) {
    return (text) => text;
  }
  const alternatives = [...new Set(roots)].map((root) => root.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}._~-])(?:${alternatives.join("|")})([\\\\/]+|(?![\\p{L}\\p{N}._~-]))`,
    "gu",
  );
  return (text) => text.replace(pattern, (_, separator: string) => (separator === "" ? "." : ""));
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Python writes JSON by default. */
function asciiText(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The folder that a file was ingested from: its path without what it is below that folder; else the one it is in. */
export function folderOfSource(primaryPath: string, relPath: string | undefined): string {
  const path = primaryPath.replaceAll("\\", "/");
  const isBelow = relPath !== undefined && relPath !== "" && path.endsWith(`/${relPath}`);
  const end = isBelow ? path.length - relPath.length - 1 : path.lastIndexOf("/");
  return primaryPath.slice(0, Math.max(end, 0));
}
