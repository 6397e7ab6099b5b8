// Removes this machine's folders from the texts of an export that will be shared (`absolutePaths: false`).

/** Makes the paths in a text relative if they are inside certain folders of this machine. */
export type RedactPaths = (text: string) => string;

/** Shorter folder names (`/`, `C:\`) would match everywhere. */
const MIN_ROOT_LENGTH = 4;

/**
 * Returns a function that removes folders from a text. For the folder `/lab`, `/lab/day/a.tif` becomes `day/a.tif`, and
 * `/lab` itself becomes `.`.
 *
 * A folder is found in plain text and as JSON or CSV write it, with `/` or `\` behind it, but never inside a longer
 * name. If several folders match, the longest is removed.
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

/** Escapes all non-ASCII characters, as Python's `json` does by default. */
function asciiText(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Returns the folder from which a file was ingested: its path without `relPath`, or its own folder if `relPath` is
 * unknown or does not fit.
 */
export function folderOfSource(primaryPath: string, relPath: string | undefined): string {
  const path = primaryPath.replaceAll("\\", "/");
  const isBelow = relPath !== undefined && relPath !== "" && path.endsWith(`/${relPath}`);
  const end = isBelow ? path.length - relPath.length - 1 : path.lastIndexOf("/");
  return primaryPath.slice(0, Math.max(end, 0));
}
