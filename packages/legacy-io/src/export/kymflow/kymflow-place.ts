/** Where an image came from, as far as the dataset knows. */
export interface ImageOrigin {
  readonly imageId: string;
  readonly sourceRelPath: string | undefined;
  /** Absolute. */
  readonly sourcePrimaryPath: string | undefined;
}

/** Where an image goes below the exported folder, and what the older application's tables say of it. */
export interface KymflowPlace {
  readonly imageId: string;
  /** Empty for the folder itself, else with a `/` at the end. */
  readonly folder: string;
  readonly fileName: string;
  /** The file's name without its ending, with which all its sidecars begin. */
  readonly stem: string;
  readonly relPath: string;
  /** Of the file that was ingested; the place in the export where that is not known. */
  readonly path: string;
  readonly parentFolder: string;
  readonly grandparentFolder: string;
  /** True where another image has the place that this one came from. */
  readonly isMoved: boolean;
}

/**
 * Gives every image its place: where it was below the folder that was ingested; an image of unknown origin is
 * `<id>.tif`. Of several with the same place the first keeps it, the others get `~2`, `~3`, …. A path that leads out of
 * the folder is not believed.
 */
export function placeImages(origins: readonly ImageOrigin[]): readonly KymflowPlace[] {
  const taken = new Set<string>();
  return origins.map((origin) => {
    const wanted = safePath(origin.sourceRelPath) ?? `${origin.imageId}.tif`;
    const slash = wanted.lastIndexOf("/") + 1;
    const [folder, name] = [wanted.slice(0, slash), wanted.slice(slash)];
    const ending = /\.tiff?$/i.exec(name)?.[0] ?? "";
    const stem = freeStem(folder, name.slice(0, name.length - ending.length), taken);
    const fileName = `${stem}${ending === "" ? ".tif" : ending}`;
    const relPath = `${folder}${fileName}`;
    const path = origin.sourcePrimaryPath ?? relPath;
    const [, parentFolder = "", grandparentFolder = ""] = partsOf(path).toReversed();
    return {
      imageId: origin.imageId,
      folder,
      fileName,
      stem,
      relPath,
      path,
      parentFolder,
      grandparentFolder,
      isMoved: `${stem}${ending}` !== name,
    };
  });
}

/** All sidecars begin with the stem: two images of one stem would have the same. */
function freeStem(folder: string, stem: string, taken: Set<string>): string {
  for (let copy = 1; ; copy++) {
    const free = copy === 1 ? stem : `${stem}~${copy}`;
    const key = `${folder}${free}`.toLowerCase();
    if (!taken.has(key)) {
      taken.add(key);
      return free;
    }
  }
}

function safePath(path: string | undefined): string | undefined {
  const parts = path?.split("/") ?? [];
  const isSafe = parts.length > 0 && parts.every((part) => !/^\.{0,2}$/.test(part) && !/[\\:\0]/.test(part));
  return isSafe ? path : undefined;
}

/** Of a path of any system. */
function partsOf(path: string): readonly string[] {
  const separator = /^([A-Za-z]:[\\/]|\\\\)/.test(path) ? /[\\/]/ : /\//;
  return path.split(separator).filter((part) => part !== "" && !/^[A-Za-z]:$/.test(part));
}
