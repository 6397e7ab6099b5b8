// Reads an image, its channels and its sidecars from disk, ready to be stored.

import type { ReaderVersion } from "@kym/kym-schema";
import { artifactsOfSidecars, type SidecarArtifacts } from "../../content/artifacts-of-sidecars.ts";
import type { ImageContent } from "../../content/image-content.ts";
import { withoutOme } from "../../content/prairie-says.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { ALL_FORMATS } from "../../formats/all-formats.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import { isTurned } from "../../tiff/axes/image-layout.ts";
import type { ReadFile } from "../files/read-stable.ts";
import type { ReadImage, ReadImageOptions, SaidByTiff } from "./image-in-files.ts";
import { readImage } from "./read-image.ts";
import { readSidecars } from "./read-sidecars.ts";
import { readerOfImage } from "./reader-of-image.ts";

/** A bundle that was read completely. No file changed while it was being read. */
export interface ReadBundle extends Omit<ReadImage, "files" | "axes"> {
  /** The id that the image will have, if its pixels are staged already. */
  readonly imageId?: string | undefined;
  readonly bundle: LegacyBundle;
  readonly image: ReadFile;
  /** Further channels, then sidecars. */
  readonly sidecars: readonly (ReadFile & { readonly reader: ReaderVersion | undefined })[];
  readonly content: Omit<ImageContent, "image"> & Pick<SidecarArtifacts, "overruled">;
  /** What the names of its folders say; undefined if they say nothing. */
  readonly folderFields: FolderFields | undefined;
}

export interface ReadBundleOptions extends ReadImageOptions {
  /** Gives the image, with the id that it will have. Default: it is read here. */
  readonly image?: (ReadImage & { readonly imageId: string }) | undefined;
  /** Read the sidecars too. Default true. */
  readonly includeSidecars?: boolean | undefined;
  /** Formats of the sidecars. Default: the built-in ones. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  /** What the names of its folders say. */
  readonly folderFields?: FolderFields | undefined;
}

/**
 * Reads an image and its sidecars. A sidecar that cannot be understood becomes an attachment.
 *
 * @throws LegacyIoError `invalid_file` or `not_supported` for the image, `io` for a file that cannot be read or keeps
 * changing, `invalid_argument` for a format that fails, `aborted`.
 */
export async function readBundle(bundle: LegacyBundle, options: ReadBundleOptions = {}): Promise<ReadBundle> {
  const { signal, includeSidecars = true, formats = ALL_FORMATS, folderFields } = options;
  const { files, release, ...image } = options.image ?? (await readImage(bundle, options));
  try {
    const sidecars = includeSidecars ? await readSidecars(bundle.sidecars, formats, signal) : [];
    const [first, ...others] = files;
    const { pixels, axes, pixelsSha256 } = image;
    const { isOfPrairie, ...content } = await artifactsOfSidecars({
      shape: pixels.shape,
      axes,
      tiff: {
        relPath: bundle.image.relPath,
        otherChannels: bundle.otherChannels.map(({ relPath }) => relPath),
        scales: image.said.scales,
        isTurned: isTurned(image.said.fileAxes),
        start: image.said.start,
      },
      tags: image.said.tags,
      recording: image.said.recording?.facts,
      pixelsSha256,
      sidecars: sidecars.map(({ parsed }) => parsed),
      folderFields: folderFields?.values,
    });
    const said = isOfPrairie ? { ...image.said, warnings: withoutOme(image.said.warnings) } : image.said;
    return {
      bundle,
      image: first,
      sidecars: [
        ...others.map((file) => ({ ...file, reader: readerOfImage(image.said) })),
        ...sidecars.map(({ file, reader }) => ({ ...file, reader })),
      ],
      content: { axes, ...content, notes: [...notesOf(first.relPath, said), ...content.notes] },
      pixels,
      pixelsSha256,
      overviews: image.overviews,
      imageId: options.image?.imageId,
      said,
      folderFields,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function notesOf(path: string, { warnings }: SaidByTiff): ImageContent["notes"] {
  return warnings.map((reason) => ({ path, reason }));
}
