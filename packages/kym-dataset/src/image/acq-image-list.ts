import type { ImageSource } from "@kym/zarr-store";
import { AcqImage } from "./acq-image.ts";

/** A list of images, such as `dataset.openImages()` or a folder of TIFFs. Lazy: an image is read when it is asked. */
export class AcqImageList implements AsyncIterable<AcqImage> {
  readonly #source: AsyncIterable<ImageSource> | Iterable<ImageSource>;
  #images: Promise<readonly AcqImage[]> | undefined;

  private constructor(source: AsyncIterable<ImageSource> | Iterable<ImageSource>) {
    this.#source = source;
  }

  static from(source: AsyncIterable<ImageSource> | Iterable<ImageSource>): AcqImageList {
    return new AcqImageList(source);
  }

  /** All images in the source's order, listed once. Throws what the source throws. */
  async images(): Promise<readonly AcqImage[]> {
    this.#images ??= listImages(this.#source).catch((error: unknown) => {
      this.#images = undefined;
      throw error;
    });
    return this.#images;
  }

  /** How many there are. */
  async count(): Promise<number> {
    return (await this.images()).length;
  }

  /** The image of a source key, or by its place from 0; undefined if there is none. */
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
