import { basename, dirname, join } from "node:path";
import {
  type ArtifactNames,
  type ArtifactStore,
  decodeJsonText,
  encodeParquet,
  isJsonText,
  type JsonText,
  jsonText,
  type NdArray,
  type PixelStore,
  parseArtifactName,
  parseLossless,
  plainValue,
  schemaOfTable,
  serializeLossless,
  type TableInput,
  tableOf,
} from "@kym/zarr-store";
import { LegacyIoError, throwIfAborted } from "../../errors.ts";
import { type ArtifactFormat, commonStem, imageStem } from "../../folder/sidecar-name.ts";
import {
  type ArtifactFile,
  type ImageSidecars,
  newArtifactFile,
  sidecarsOfImage,
} from "../../folder/sidecars-of-image.ts";
import { readNpy, writeNpy } from "../../formats/npy.ts";
import { FolderListing } from "../files/folder-listing.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { writeFileAtomic } from "../files/write-file-atomic.ts";
import { loadFileMetadata } from "./load-file-metadata.ts";
import { loadFileTable } from "./load-file-table.ts";
import { namingFile, withStoreErrors } from "./store-errors.ts";
import { TiffPixelStore } from "./tiff-pixel-store.ts";

type Table = Awaited<ReturnType<ArtifactStore["loadTable"]>>;
type SaveTableOptions = NonNullable<Parameters<ArtifactStore["saveTable"]>[2]>;
type ReadOptions = NonNullable<Parameters<ArtifactStore["list"]>[0]>;

const METADATA = "metadata";
/** Of several files for one table the first counts, as in an ingest: Parquet has types, which text has not. */
const TABLE_FORMATS = ["parquet", "csv", "csv.gz"] as const;

/**
 * The artifacts of an image as files beside it: `<stem>.<name>.json`, tables as `.parquet` (read also from `.csv` and
 * `.csv.gz`), arrays as `.npy`; `/` in a name is written `__`, reversibly. Other names beside the image, and the image
 * itself, are never written. Reading never creates a file; a file is put in place whole or not at all.
 *
 * `metadata` has the edits of `<stem>.metadata.json` and, where that says nothing, what `<stem>.json` and the header of
 * the microscope say; it is there if one of the three is.
 *
 * Errors, all `ZarrStoreError`: `not_found`, `invalid_name`, `invalid_file`, `read_only`, `io`, `aborted`; `conflict` for
 * a name whose file would be another image's; `invalid_argument` for a path that is no TIFF's.
 * Source: tickets 11 to 13 (`SidecarArtifactStore`).
 *
 * @example
 * const store = new SidecarArtifactStore("lab/scan.tif");
 * await store.saveJson("qc", { good: true }); // lab/scan.qc.json
 */
export class SidecarArtifactStore implements ArtifactStore {
  readonly #folder: string;
  readonly #image: string;
  readonly #pixels: PixelStore;
  readonly #listing: FolderListing;

  /**
   * @param pixels the pixels of the image, if they are more than the one file; only their shape is asked for.
   * @param listing the names in the image's folder, shared by those whose folder it is.
   */
  constructor(
    path: string,
    pixels: PixelStore = new TiffPixelStore(path),
    listing: FolderListing = new FolderListing(dirname(path)),
  ) {
    this.#folder = dirname(path);
    this.#image = basename(path);
    this.#pixels = pixels;
    this.#listing = listing;
  }

  async list(options: ReadOptions = {}): Promise<ArtifactNames> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options);
      const namesOf = (...formats: readonly ArtifactFormat[]): readonly string[] =>
        sidecars.artifacts.flatMap(({ artifact, format }) => (formats.includes(format) ? [artifact] : []));
      const json = [...namesOf("json"), ...(hasMetadata(sidecars) ? [METADATA] : [])];
      return {
        json: sortedNames(json),
        tables: sortedNames(namesOf(...TABLE_FORMATS)),
        arrays: sortedNames(namesOf("npy")),
      };
    });
  }

  async loadJson(name: string, options: ReadOptions = {}): Promise<unknown> {
    const { text } = await this.loadJsonText(name, options);
    return plainValue(parseLossless(text, { allowNonFinite: true, duplicateKeys: "error", where: name }));
  }

  async loadJsonText(name: string, options: ReadOptions = {}): Promise<JsonText> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options, name);
      if (name === METADATA && hasMetadata(sidecars)) {
        const shape = async () => (await this.#pixels.describe(options)).shape;
        return jsonText(await loadFileMetadata(this.#folder, sidecars, shape));
      }
      const file = this.#require(sidecars, name, "json");
      return decodeJsonText(await readWholeFile(file), { allowNonFinite: true, where: file });
    });
  }

  async saveJson(name: string, value: unknown, options: ReadOptions = {}): Promise<void> {
    const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
    await this.#save(name, "json", options, async () => new TextEncoder().encode(text));
  }

  async loadTable(name: string, options: ReadOptions = {}): Promise<Table> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options, name);
      const formats = TABLE_FORMATS.filter((format) => find(sidecars, name, format) !== undefined);
      const format = formats[0] ?? "parquet";
      return loadFileTable(this.#require(sidecars, name, format), format);
    });
  }

  async saveTable(name: string, rows: TableInput, options: SaveTableOptions = {}): Promise<void> {
    await this.#save(name, "parquet", options, async (path) => {
      const table = tableOf(rows, options.schema, path);
      return encodeParquet(table, { schema: options.schema ?? schemaOfTable(table) });
    });
  }

  async loadArray(name: string, options: ReadOptions = {}): Promise<NdArray> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options, name);
      const path = this.#require(sidecars, name, "npy");
      return namingFile(path, async () => readNpy(await readWholeFile(path)));
    });
  }

  /** The names of axes have no place in an `.npy`: they are not kept. */
  async saveArray(name: string, array: NdArray, options: ReadOptions = {}): Promise<void> {
    await this.#save(name, "npy", options, async () => writeNpy(array));
  }

  async #save(
    name: string,
    format: "json" | "parquet" | "npy",
    options: ReadOptions,
    encode: (path: string) => Promise<Uint8Array>,
  ): Promise<void> {
    await withStoreErrors(async () => {
      parseArtifactName(name);
      const files = await this.#fileNames(options);
      const fileName =
        find(sidecarsOfImage(this.#image, files), name, format)?.fileName ??
        newArtifactFile(this.#image, files, name, format);
      if (fileName === undefined) {
        throw new LegacyIoError(
          "conflict",
          `${name} cannot be kept beside ${this.#image}: a file of that name would not be this image's artifact`,
          { path: join(this.#folder, this.#image), found: name },
        );
      }
      const path = join(this.#folder, fileName);
      const bytes = await encode(path);
      throwIfAborted(options.signal);
      await writeFileAtomic(path, bytes);
    });
  }

  async #sidecars(options: ReadOptions, name?: string): Promise<ImageSidecars> {
    if (name !== undefined) {
      parseArtifactName(name);
    }
    return sidecarsOfImage(this.#image, await this.#fileNames(options));
  }

  async #fileNames({ signal }: ReadOptions): Promise<readonly string[]> {
    throwIfAborted(signal);
    const stem = imageStem(this.#image);
    if (stem === undefined) {
      throw new LegacyIoError("invalid_argument", `${this.#image} is not the name of a TIFF`, {
        path: join(this.#folder, this.#image),
      });
    }
    return this.#listing.namesFrom(commonStem(stem));
  }

  #require(sidecars: ImageSidecars, name: string, format: ArtifactFormat): string {
    const file = find(sidecars, name, format);
    if (file === undefined) {
      const path = join(this.#folder, this.#image);
      throw new LegacyIoError("not_found", `beside ${path} is no ${format} artifact ${name}`, { path });
    }
    return join(this.#folder, file.fileName);
  }
}

function find(sidecars: ImageSidecars, name: string, format: ArtifactFormat): ArtifactFile | undefined {
  return sidecars.artifacts.find((file) => file.artifact === name && file.format === format);
}

function hasMetadata(sidecars: ImageSidecars): boolean {
  return (
    find(sidecars, METADATA, "json") !== undefined ||
    sidecars.classicJson !== undefined ||
    sidecars.olympusHeader !== undefined
  );
}

function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
