// Says of which recordings a dataset has only pixels and metadata, so that an export cannot give the microscope's file back.

import { fileNameOf } from "../folder/compare-paths.ts";
import { scanOfPath } from "../folder/recordings/scan-name.ts";

/** An image of an export. */
export interface ExportedOrigin {
  readonly imageId: string;
  /** The path that it came from, below its folder: `day/scan.lif#Series 2`. */
  readonly sourceRelPath: string | undefined;
  /** Where the export has its pixels; undefined without them. */
  readonly path: string | undefined;
  readonly isOfRecording: boolean;
  /** True if the image keeps files byte for byte: of a file with several scans, the first image keeps them for all. */
  readonly keepsOriginal: boolean;
}

/** One note for each image of a recording whose file was not kept. */
export function notKeptNotes(
  images: readonly ExportedOrigin[],
): readonly { readonly path: string; readonly reason: string }[] {
  const fileOf = ({ imageId, sourceRelPath }: ExportedOrigin): string => {
    const path = sourceRelPath ?? imageId;
    return scanOfPath(path)?.file ?? path;
  };
  const kept = new Set(images.filter(({ keepsOriginal }) => keepsOriginal).map(fileOf));
  return images.flatMap((image) => {
    const file = fileOf(image);
    const reason = `only pixels and metadata of ${fileNameOf(file)} were kept, not the file itself: kym ingest --keep-original keeps it`;
    return image.isOfRecording && !kept.has(file) ? [{ path: image.path ?? file, reason }] : [];
  });
}
