// Recognises files that hold parts of a recording by their paths alone.

/** Names that companions have in every format: `<base>_00001` without an ending, and files in `<name>.files`. */
const COMPANION = /(?:^|\/)[^/.][^/]*_\d{5}$|\.files\/[^/]+$/i;

/** True for the path of a file that can only be a part of a recording with another file. */
export function isCompanionPath(path: string): boolean {
  return COMPANION.test(path.replaceAll("\\", "/"));
}
