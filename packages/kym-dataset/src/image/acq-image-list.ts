// A list of images over any source of them, read lazily: what a viewer opens first.

import type { ImageSource } from "@kym/zarr-store";
import { AcqImage } from "./acq-image.ts";

/**
 * A list of images, from `dataset.openImages()` or a folder of TIFFs. Listing reads names; an image is read when a
 * method of it is called.
 *
 * @example
 * const image = await AcqImageList.from(openFolder("./kymographs")).get(0);
 */
export class AcqImageList implements AsyncIterable<AcqImage> {
  readonly #source: AsyncIterable<ImageSource> | Iterable<ImageSource>;
  #images: Promise<readonly AcqImage[]> | undefined;

  private constructor(source: AsyncIterable<ImageSource> | Iterable<ImageSource>) {
    this.#source = source;
  }

  static from(source: AsyncIterable<ImageSource> | Iterable<ImageSource>): AcqImageList {
    return new AcqImageList(source);
  }

  /** Returns all images in the source's order. Lists the source once. Throws the errors of the source. */
  async images(): Promise<readonly AcqImage[]> {
    this.#images ??= listImages(this.#source).catch((error: unknown) => {
      this.#images = undefined;
      throw error;
    });
    return this.#images;
  }

  /** The number of images. */
  async count(): Promise<number> {
    return (await this.images()).length;
  }

  /** Finds an image by its source key, or by its position from 0. */
  async get(key: string | number): Promise<AcqImage | undefined> {
    const images = await this.images();
    return typeof key === "number" ? images[key] : images.find(({ sourceKey }) => sourceKey === key);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<AcqImage> {
    yield* await this.images();
  }
}

async function listImages(
  source: AsyncIterable<ImageSource> | Iterable<ImageSource>,
): Promise<readonly AcqImage[]> {
  const images: AcqImage[] = [];
  for await (const image of source) {
    images.push(AcqImage.from(image));
  }
  return images;
}
