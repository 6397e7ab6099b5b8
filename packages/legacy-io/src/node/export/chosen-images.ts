// Decides which images an export has, and says what it leaves out: on request, or because it cannot be read.

import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import type { ExportLeftOut } from "../../export/export-manifest.ts";
import { storedFault } from "../files/stored-fault.ts";
import type { ExportFailure, ExportFolderOptions } from "./export-options.ts";
import { originsInLedger, readableLedger } from "./image-places.ts";
import type { ExportSink } from "./staged-folder.ts";

/** The images of an export, in the order of the dataset. */
export interface ChosenImages {
  readonly imageIds: readonly string[];
  /** The images that the dataset has besides; undefined if that is nothing. */
  readonly leftOut: ExportLeftOut | undefined;
}

/**
 * Finds the images that `imageIds` asks for; all if it is not given.
 *
 * @throws LegacyIoError `not_found` for an image that the dataset does not have.
 */
export async function chosenImages(
  dataset: ZarrDataset,
  { imageIds }: Pick<ExportFolderOptions, "imageIds">,
): Promise<ChosenImages> {
  const all = await dataset.listImageIds();
  if (imageIds === undefined) {
    return { imageIds: all, leftOut: undefined };
  }
  const known = new Set(all);
  const missing = imageIds.find((imageId) => !known.has(imageId));
  if (missing !== undefined) {
    throw new LegacyIoError("not_found", `the dataset has no image ${JSON.stringify(missing)} to export`, {
      path: missing,
    });
  }
  const chosen = new Set(imageIds);
  const others = all.filter((imageId) => !chosen.has(imageId));
  const origins = originsInLedger(await readableLedger(dataset));
  return {
    imageIds: all.filter((imageId) => chosen.has(imageId)),
    leftOut: imagesLeftOut(
      others.map((imageId) => {
        const sourceRelPath = origins.get(imageId)?.sourceRelPath;
        return { imageId, ...(sourceRelPath !== undefined && { sourceRelPath }) };
      }),
      [],
    ),
  };
}

/** What an export leaves out; undefined if that is nothing. */
export function imagesLeftOut(
  images: ExportLeftOut["images"],
  tables: ExportLeftOut["tables"],
): ExportLeftOut | undefined {
  return images.length + tables.length === 0 ? undefined : { images, tables };
}

/** Where an image comes from, to name it when it cannot be read. */
interface NamedImage {
  readonly imageId: string;
  readonly sourceRelPath?: string | undefined;
}

/** Collects what an export could not read, and goes on. */
export class Failures {
  readonly list: ExportFailure[] = [];
  #first: unknown;

  /** The images of a list that have not failed. */
  without<T extends NamedImage>(images: readonly T[]): readonly T[] {
    const failed = new Set(this.list.map(({ imageId }) => imageId));
    return images.filter(({ imageId }) => !failed.has(imageId));
  }

  /**
   * Runs the work of one image. If a stored file makes it fail, what it wrote is removed again.
   *
   * @returns undefined if it failed
   */
  async ofImage<T>(
    image: NamedImage,
    sink: ExportSink,
    work: (sink: ExportSink) => Promise<T>,
  ): Promise<T | undefined> {
    const { imageId, sourceRelPath } = image;
    return this.#run({ path: sourceRelPath ?? imageId, imageId }, sink, work);
  }

  /** The same for a pooled table. */
  async ofTable<T>(
    name: string,
    sink: ExportSink,
    work: (sink: ExportSink) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#run({ path: `the table ${name}` }, sink, work);
  }

  /** What the export leaves out, with what failed. */
  leftOut(others: ExportLeftOut | undefined, tables: readonly string[] = []): ExportLeftOut | undefined {
    const failed = this.list.flatMap(({ imageId, path, reason }) =>
      imageId === undefined
        ? []
        : [{ imageId, ...(path !== imageId && { sourceRelPath: path }), reason } as const],
    );
    return imagesLeftOut([...(others?.images ?? []), ...failed], tables);
  }

  /** @throws the first error if there were images and none could be read */
  assertSome(images: number): void {
    const failed = this.list.filter(({ imageId }) => imageId !== undefined).length;
    if (images > 0 && failed === images) {
      throw this.#first;
    }
  }

  async #run<T>(
    item: Pick<ExportFailure, "path" | "imageId">,
    sink: ExportSink,
    work: (sink: ExportSink) => Promise<T>,
  ): Promise<T | undefined> {
    const written: string[] = [];
    const noting: ExportSink = {
      write: async (path, bytes) => {
        const file = await sink.write(path, bytes);
        written.push(path);
        return file;
      },
      remove: (path) => sink.remove(path),
      ...(sink.canWriteAttachment && {
        canWriteAttachment: (bytes) => sink.canWriteAttachment?.(bytes) !== false,
      }),
      ...(sink.redactText && { redactText: (text) => sink.redactText?.(text) ?? text }),
    };
    try {
      return await work(noting);
    } catch (error) {
      const fault = storedFault(error);
      if (fault === undefined) {
        throw error;
      }
      this.#first ??= error;
      for (const path of written.toReversed()) {
        await sink.remove(path);
      }
      this.list.push({ ...item, ...fault });
      return undefined;
    }
  }
}
