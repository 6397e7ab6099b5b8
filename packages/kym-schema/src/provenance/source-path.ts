// Splits the path of a source file into the parts that tables show.

/** The parts of a source file's path that tables show. An unknown part is null. */
export interface SourcePath {
  /** The file's name without its last extension. */
  readonly fileName: string | null;
  readonly parentFolder: string | null;
  readonly grandparentFolder: string | null;
}

const WINDOWS_ROOT = /^([A-Za-z]:[\\/]|\\\\)/;

/**
 * Splits an absolute path of any operating system. The form of the path decides, not the system that this runs
 * on.
 */
export function sourcePathOf(path: string | undefined): SourcePath {
  const separator = path !== undefined && WINDOWS_ROOT.test(path) ? /[\\/]/ : /\//;
  const parts = (path ?? "").split(separator).filter((part) => part !== "" && !/^[A-Za-z]:$/.test(part));
  const [name, parentFolder, grandparentFolder] = parts.toReversed();
  return {
    fileName: name?.replace(/(?<=.)\.[^.]*$/, "") ?? null,
    parentFolder: parentFolder ?? null,
    grandparentFolder: grandparentFolder ?? null,
  };
}
