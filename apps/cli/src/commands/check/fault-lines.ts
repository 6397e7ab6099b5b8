// Words the images that a reader with a known fault may have read, for `kym check`.

import type { FaultyRead } from "@kym/legacy-io/node";

/** The images that one fault of a reader may have affected, as `--json` spells it. */
export interface FaultGroup {
  /** `tiff`, or the name of the format of a file beside an image. */
  readonly reader: string;
  /** The first version of the reader without the fault. */
  readonly mended_in: number;
  readonly since: string | null;
  readonly wrong: string;
  readonly images: readonly {
    readonly image_id: string;
    readonly rel_path: string;
    readonly file: string;
    /** The recorded version of the reader; null if none is recorded. */
    readonly version: number | null;
    readonly likelihood: FaultyRead["likelihood"];
  }[];
}

/** Images that a line names; the others are counted, and `--json` lists all. */
const MOST_NAMED = 10;

/** One group for each fault, in the order in which the faults were found. */
export function groupByFault(reads: readonly FaultyRead[]): readonly FaultGroup[] {
  return [...Map.groupBy(reads, ({ fault }) => fault)].map(([fault, ofFault]) => ({
    reader: fault.reader,
    mended_in: fault.mendedIn,
    since: fault.since ?? null,
    wrong: fault.wrong,
    images: ofFault.map(({ imageId, relPath, path, version, likelihood }) => ({
      image_id: imageId,
      rel_path: relPath,
      file: path,
      version: version ?? null,
      likelihood,
    })),
  }));
}

/** One line for each fault and likelihood, which names the first images, and a last one with the command that helps. */
export function faultLines(groups: readonly FaultGroup[], remedy: string): readonly string[] {
  const lines = groups.flatMap(({ reader, mended_in: mendedIn, since, wrong, images }) =>
    (["likely", "possible"] as const).flatMap((likelihood) => {
      const names = images
        .filter((image) => image.likelihood === likelihood)
        .map(({ rel_path: path }) => path);
      const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
      const what = `${names.length} ${names.length === 1 ? "image" : "images"}`;
      const verb = likelihood === "likely" ? (names.length === 1 ? "is likely" : "are likely") : "may be";
      const mended = since === null ? "" : `, mended in ${since}`;
      const line = `note: ${what} ${verb} affected by a fault of the reader ${reader} before version ${mendedIn}${mended}: ${wrong}: ${names.slice(0, MOST_NAMED).join(", ")}${more}`;
      return names.length === 0 ? [] : [line];
    }),
  );
  return lines.length === 0 ? [] : [...lines, `note: ${remedy} reads these images again`];
}

/** The folder that all images came from, as a command line takes it; `FOLDER` if there are several. */
export function folderOf(reads: readonly FaultyRead[]): string {
  const roots = new Set(
    reads.map(({ sourcePath, relPath }) =>
      sourcePath.replaceAll("\\", "/").endsWith(`/${relPath}`)
        ? sourcePath.slice(0, -relPath.length - 1)
        : undefined,
    ),
  );
  const [root] = roots;
  if (roots.size !== 1 || root === undefined || root === "") {
    return "FOLDER";
  }
  return /^[\w./-]+$/.test(root) ? root : `"${root}"`;
}
