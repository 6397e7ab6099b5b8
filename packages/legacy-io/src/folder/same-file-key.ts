// Tells which paths some file systems take for one file.

/** A key that two paths share if a file system that ignores case, or how accents are written, takes them for one. */
export function sameFileKey(path: string): string {
  return path.normalize("NFC").toUpperCase().toLowerCase();
}
