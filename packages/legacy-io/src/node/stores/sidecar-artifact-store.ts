// Keeps the artifacts of a TIFF as files beside it, so that an image can be analysed without an ingest.

import { basename, dirname, join } from "node:path";
import { ARTIFACTS } from "@kym/kym-schema";
import {
  type ArtifactNames,
  type ArtifactStore,
  type JsonText,
  jsonText,
  type NdArray,
  type PixelStore,
  parseArtifactName,
  type TableInput,
  tableOf,
} from "@kym/zarr-store";
import {
  decodeJsonText,
  isJsonText,
  parseLossless,
  plainValue,
  serializeLossless,
} from "@kym/zarr-store/json";
import { isZarrStoreError, throwIfAborted } from "@kym/zarr-store/runtime";
import { encodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import { givenArtifacts } from "../../content/first-saying.ts";
import { hasRois } from "../../content/rois/imagej-tags.ts";
import { LegacyIoError } from "../../errors.ts";
import { commonStem } from "../../folder/recordings/channel-stem.ts";
import { type ArtifactFormat, imageStem } from "../../folder/sidecar-name.ts";
import { newArtifactFile, sidecarsOfImage } from "../../folder/sidecars-of-image.ts";
import { ALL_FORMATS } from "../../formats/all-formats.ts";
import { readNpy, writeNpy } from "../../formats/npy.ts";
import { announcedBy, isAdded } from "../../formats/parse-sidecar.ts";
import type { ArtifactRef, GivenArtifact, SidecarFormat } from "../../formats/sidecar-format.ts";
import { FolderListing } from "../files/folder-listing.ts";
import { readWholeFile } from "../files/read-whole-file.ts";
import { writeFileAtomic } from "../files/write-file-atomic.ts";
import { type ImageFacts, loadFileMetadata } from "./load-file-metadata.ts";
import { loadFileTable } from "./load-file-table.ts";
import { loadSidecar, type StoreSidecar } from "./load-sidecar.ts";
import { namingFile, withStoreErrors } from "./store-errors.ts";
import { type SayingPixelStore, TiffPixelStore } from "./tiff-pixel-store.ts";

type Table = Awaited<ReturnType<ArtifactStore["loadTable"]>>;
type SaveTableOptions = NonNullable<Parameters<ArtifactStore["saveTable"]>[2]>;
type ReadOptions = NonNullable<Parameters<ArtifactStore["list"]>[0]>;

const NOTHING_SAID: ImageFacts = {
  shape: [],
  scales: [],
  isTurned: false,
  tags: undefined,
  start: undefined,
};

/** If several files hold one table, the first of these formats counts: Parquet stores types, text does not. */
const TABLE_FORMATS = ["parquet", "csv", "csv.gz"] as const;

/**
 * The artifacts of an image, as files beside its TIFF.
 *
 * | kind | file |
 * |---|---|
 * | JSON | `<stem>.<name>.json` |
 * | table | `<stem>.<name>.parquet`; `.csv` and `.csv.gz` are read too |
 * | array | `<stem>.<name>.npy` |
 *
 * - A `/` in a name becomes `__` in the file name, reversibly.
 * - The store never writes the TIFF or any other file. Reading never creates a file. A file is written whole or not at all.
 * - `metadata` is `<stem>.metadata.json`, completed by `<stem>.json`, the microscope's header, what the TIFF states
 *   of its scale, and the ROIs in it and beside it. It exists if one of the files does, or the TIFF has a scale or ROIs.
 * - Artifacts that files of added formats announce are listed and read too. A file under the artifact's own name wins,
 *   so that saved edits count. Files in other folders are only read by an ingest.
 *
 * All methods throw `ZarrStoreError`: `not_found`, `invalid_name`, `invalid_file`, `read_only`, `io`, `aborted`;
 * `conflict` for a name whose file would belong to another image; `invalid_argument` if the path is not that of a TIFF.
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
  readonly #formats: readonly SidecarFormat[];

  /**
   * @param pixels the image's pixels, if they are not just the file at `path`. Only their shape is read.
   * @param listing the file names of the folder; images of one folder can share it.
   * @param formats all formats, as `sidecarFormats` lists them.
   */
  constructor(
    path: string,
    pixels: PixelStore = new TiffPixelStore(path),
    listing: FolderListing = new FolderListing(dirname(path)),
    formats: readonly SidecarFormat[] = ALL_FORMATS,
  ) {
    this.#folder = dirname(path);
    this.#image = basename(path);
    this.#pixels = pixels;
    this.#listing = listing;
    this.#formats = formats;
  }

  async list(options: ReadOptions = {}): Promise<ArtifactNames> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options);
      const namesOf = (wanted: ArtifactRef["kind"]): readonly string[] =>
        sortedNames(sidecars.flatMap(announced).flatMap(({ kind, name }) => (kind === wanted ? [name] : [])));
      const json = namesOf("json");
      const isStated = !json.includes(ARTIFACTS.metadata) && hasMetadata(await this.#facts(false, options));
      return {
        json: isStated ? [...json, ARTIFACTS.metadata].sort() : json,
        tables: namesOf("table"),
        arrays: namesOf("array"),
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
      const own = find(sidecars, name, "json");
      const others = announcing(sidecars, { kind: "json", name }).filter((file) => file !== own);
      if (name === ARTIFACTS.metadata) {
        const facts = await this.#facts(others.length > 0, options);
        if (others.length > 0 || hasMetadata(facts)) {
          return jsonText(await loadFileMetadata(own, others, facts));
        }
      }
      const given = own === undefined ? await findGiven(others, name) : undefined;
      if (given?.kind === "json") {
        return jsonText(given.text);
      }
      const file = this.#require(own, name, "json");
      return decodeJsonText(await readWholeFile(file), { allowNonFinite: true, where: file });
    });
  }

  /** What the image's TIFF says about its axes. A TIFF that cannot be read says nothing, unless files beside it need it. */
  async #facts(isNeeded: boolean, options: ReadOptions): Promise<ImageFacts> {
    try {
      const { shape } = await this.#pixels.describe(options);
      const fileNames = [this.#image];
      return saysMore(this.#pixels)
        ? { shape, fileNames, ...(await this.#pixels.rememberedTiff(options)) }
        : { ...NOTHING_SAID, shape, fileNames };
    } catch (error) {
      if (isNeeded || isZarrStoreError(error, "aborted")) {
        throw error;
      }
      return NOTHING_SAID;
    }
  }

  async saveJson(name: string, value: unknown, options: ReadOptions = {}): Promise<void> {
    const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
    await this.#save(name, "json", options, async () => new TextEncoder().encode(text));
  }

  async loadTable(name: string, options: ReadOptions = {}): Promise<Table> {
    return withStoreErrors(async () => {
      const sidecars = await this.#sidecars(options, name);
      const format = TABLE_FORMATS.find((one) => find(sidecars, name, one) !== undefined) ?? "parquet";
      const own = find(sidecars, name, format);
      const others = own === undefined ? announcing(sidecars, { kind: "table", name }) : [];
      const given = await findGiven(others, name);
      return given?.kind === "table" ? given.table : loadFileTable(this.#require(own, name, format), format);
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
      const own = find(sidecars, name, "npy");
      const others = own === undefined ? announcing(sidecars, { kind: "array", name }) : [];
      const given = await findGiven(others, name);
      if (given?.kind === "array") {
        return given.array;
      }
      const path = this.#require(own, name, "npy");
      return namingFile(path, async () => readNpy(await readWholeFile(path)));
    });
  }

  /** Saves an array as `.npy`. That format has no place for axis names, so they are not kept. */
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
        find(this.#sidecarsOf(files), name, format)?.fileName ??
        newArtifactFile(this.#image, files, name, format, this.#formats);
      if (fileName === undefined) {
        throw new LegacyIoError(
          "conflict",
          `${name} cannot be kept beside ${this.#image}: a file of that name would not be this image's artifact`,
          { path: join(this.#folder, this.#image), found: name },
        );
      }
      const path = join(this.#folder, fileName);
      const bytes = await encode(path);
      throwIfAborted(options.signal, LegacyIoError);
      await writeFileAtomic(path, bytes);
    });
  }

  async #sidecars(options: ReadOptions, name?: string): Promise<readonly StoreSidecar[]> {
    if (name !== undefined) {
      parseArtifactName(name);
    }
    return this.#sidecarsOf(await this.#fileNames(options));
  }

  #sidecarsOf(files: readonly string[]): readonly StoreSidecar[] {
    return sidecarsOfImage(this.#image, files, this.#formats).flatMap((sidecar) => {
      const fileFormat = this.#formats.find(({ name }) => name === (sidecar.format ?? sidecar.kind));
      const path = join(this.#folder, sidecar.fileName);
      return fileFormat === undefined ? [] : [{ ...sidecar, path, fileFormat }];
    });
  }

  async #fileNames({ signal }: ReadOptions): Promise<readonly string[]> {
    throwIfAborted(signal, LegacyIoError);
    const stem = imageStem(this.#image);
    if (stem === undefined) {
      throw new LegacyIoError("invalid_argument", `${this.#image} is not the name of a TIFF`, {
        path: join(this.#folder, this.#image),
      });
    }
    return this.#listing.namesFrom(commonStem(stem));
  }

  #require(file: StoreSidecar | undefined, name: string, format: ArtifactFormat): string {
    if (file === undefined) {
      const path = join(this.#folder, this.#image);
      throw new LegacyIoError("not_found", `there is no ${format} artifact ${name} beside ${path}`, { path });
    }
    return file.path;
  }
}

function saysMore(pixels: PixelStore): pixels is SayingPixelStore {
  return "rememberedTiff" in pixels;
}

/** True if the file itself states a scale, a start or ROIs. */
function hasMetadata({ scales, tags, recording }: ImageFacts): boolean {
  return (
    recording !== undefined || scales.some((scale) => scale !== null) || (tags !== undefined && hasRois(tags))
  );
}

/** Finds the file that has the artifact's own name. */
function find(
  sidecars: readonly StoreSidecar[],
  name: string,
  format: ArtifactFormat,
): StoreSidecar | undefined {
  return sidecars.find((file) => file.artifact === name && file.format === format);
}

function announced({ fileFormat, artifact = "" }: StoreSidecar): readonly ArtifactRef[] {
  return announcedBy(fileFormat, artifact);
}

function announcing(sidecars: readonly StoreSidecar[], { kind, name }: ArtifactRef): readonly StoreSidecar[] {
  return sidecars.filter((sidecar) =>
    announced(sidecar).some((ref) => ref.kind === kind && ref.name === name),
  );
}

/** Reads an artifact from the files of added formats. */
async function findGiven(
  sidecars: readonly StoreSidecar[],
  name: string,
): Promise<GivenArtifact | undefined> {
  const added = sidecars.filter(({ fileFormat }) => isAdded(fileFormat));
  const loaded = await Promise.all(added.map(loadSidecar));
  return givenArtifacts(loaded).find(({ said }) => said.name === name)?.said;
}

function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
