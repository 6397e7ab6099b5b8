// Defines a sidecar format: how its files are named, what they say, and how they are written back.

import type { DatasetContents, NdArray, TableSchema } from "@kym/zarr-store";
import type { CsvTable } from "@kym/zarr-store/table/reading";
import type { AcqstoreSidecar } from "./acqstore/acqstore-sidecar.ts";
import type { AcqstoreTable } from "./acqstore/acqstore-table.ts";
import type { RoiAnalysis, RoiEvents } from "./flow-analysis.ts";
import type { ClassicJson } from "./json/classic-json.ts";
import type { OlympusHeader } from "./olympus/olympus-header.ts";
import type { PrairieRecording } from "./prairie/prairie-recording.ts";
import type { FoundRois } from "./rois/found-rois.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** Decides which files belong to a format, from their names alone. */
export interface SidecarNameRule {
  /** Unique among the formats. `artifact`, `other`, `picture` and `tiff` are reserved. */
  readonly name: string;
  /** What follows the image's stem, in lower case: `.json`, `_radon.csv`. File names match in any case. */
  readonly endings: readonly string[];
  /** The folder beside the image that holds the files. Default: the image's own folder. */
  readonly folder?: ((imageFolder: string) => string) | undefined;
  /** The kind of artifact, if file names contain its name: `<stem>.<artifact><ending>`. Default: they do not. */
  readonly named?: ArtifactRef["kind"] | undefined;
  /** True if one file belongs to all channels, under their common stem: `<base>.txt` for `<base>_C001T001.tif`. */
  readonly isOfAllChannels?: boolean | undefined;
  /**
   * True if one file belongs to all images of a recording, under the text before their cycle: `<base>.xml` for
   * `<base>_Cycle00001_Ch1_000001.tif` and the other cycles. Such a format reads no file beside another image.
   */
  readonly isOfRecording?: boolean | undefined;
  /** Names, in lower case, of files that belong to the only image of their folder: `roiset.zip`. Default: no file does. */
  readonly ofOnlyImage?: readonly string[] | undefined;
  /** True if all files of an image count, whatever their endings: what they hold is added up. Default: the first one counts. */
  readonly isOneOfMany?: boolean | undefined;
  /** Larger files are not read: they do not belong to the image. Default: any size that can be read. */
  readonly mostBytes?: number | undefined;
}

/** The file that `parse` reads. */
export interface SidecarSource {
  /** The path below the scanned folder, parts joined by `/`; for messages. */
  readonly relPath: string;
  /** The artifact in the file's name; empty if the format is not `named`. */
  readonly artifact: string;
  /** Unpacks gzip data. The unpacked size is limited by the file's size. Throws `invalid_file`. */
  readonly gunzip: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/** An artifact by its kind and name. */
export interface ArtifactRef {
  readonly kind: "json" | "table" | "array";
  readonly name: string;
}

/** An artifact read from a file. JSON stays text, so that numbers keep the spelling of the lab's file. */
export type GivenArtifact =
  | { readonly kind: "json"; readonly name: string; readonly text: string }
  | { readonly kind: "table"; readonly name: string; readonly table: Table; readonly schema: TableSchema }
  | { readonly kind: "array"; readonly name: string; readonly array: NdArray };

/** A table as its file has it: the bytes of a Parquet file, or the columns of a CSV. What reads the sidecar decodes it. */
export type TableFile =
  | { readonly name: string; readonly parquet: Uint8Array<ArrayBuffer> }
  | { readonly name: string; readonly csv: CsvTable };

/** A velocity trace, and where to find how it was made. */
export interface TraceFacts {
  /** Columns have the names of `VELOCITY_TRACE_SCHEMA`. */
  readonly table: CsvTable;
  /** The formats whose `runs` describe this trace. The first one that has a file is used. */
  readonly runsFrom?: readonly string[] | undefined;
  /** How such traces were usually made, for a trace that no file describes. */
  readonly usualRuns?: readonly RoiAnalysis[] | undefined;
}

/** What a file says about its image. All fields are optional; `precedence` decides between files that give the same one. */
export interface SidecarFacts {
  /** Stored unchanged, except that a JSON named `metadata` is completed from the image and its other files. */
  readonly artifacts?: readonly GivenArtifact[] | undefined;
  /** Artifacts of the kind `table` that are still to be decoded, so that a format need not load what decodes them. */
  readonly tables?: readonly TableFile[] | undefined;
  /** Facts about the acquisition. */
  readonly header?: OlympusHeader | undefined;
  /** What people edit: calibration, experiment, ROIs. */
  readonly classic?: ClassicJson | undefined;
  readonly accepted?: boolean | undefined;
  /** ROIs of another program. They are added to those of `classic`, without duplicates. */
  readonly rois?: FoundRois | undefined;
  readonly trace?: TraceFacts | undefined;
  /** How the trace in another file was made. */
  readonly runs?: readonly RoiAnalysis[] | undefined;
  readonly events?: readonly RoiEvents[] | undefined;
  /** What acqstore's JSON says. It wins over `header` and `classic`, field by field. The file is kept as an attachment too. */
  readonly acqstore?: AcqstoreSidecar | undefined;
  /** A table of acqstore. What it means, `acqstore` says. The file is kept as an attachment too. */
  readonly acqstoreTable?: AcqstoreTable | undefined;
  /** What Prairie View says of the whole recording. The image's cycle in it counts. The file is kept as an attachment too. */
  readonly prairie?: PrairieRecording | undefined;
  /** Sentences for people; they go into the report. */
  readonly warnings?: readonly string[] | undefined;
  /** Names of further content. If there is any, the file is also kept as an attachment, so that nothing is lost. */
  readonly alsoHas?: readonly string[] | undefined;
  /** Says why the file cannot belong to an image of this shape; undefined if it can. Default: it always can. */
  readonly whyNotOf?: ((shape: readonly number[]) => string | undefined) | undefined;
}

/** The facts that only one file provides, chosen by precedence. */
export type SidecarSubject =
  | "artifacts"
  | "header"
  | "classic"
  | "accepted"
  | "trace"
  | "events"
  | "acqstore"
  | "prairie";

/** An image of a dataset, to be written for the older application. */
export interface ImageToWrite {
  readonly shape: readonly number[];
  readonly fileName: string;
  readonly parentFolder: string;
  /** Undefined if the image is not calibrated in seconds and µm. */
  readonly calibration: { readonly secondsPerLine: number; readonly umPerPx: number } | undefined;
  /** The text of a JSON artifact; undefined if it is missing or cannot be read. */
  readonly json: (name: string) => Promise<string | undefined>;
  /** A table; undefined if it is missing or cannot be read. */
  readonly table: (name: string) => Promise<Table | undefined>;
}

/**
 * A format of files beside an image, as one object. The built-in formats are such objects. Pass your own as `formats` to
 * `ingestLegacyFolder`, `refreshFromFolder`, `openFolder`, `storesForPath` and the others.
 *
 * @example
 * const heartRate: SidecarFormat = {
 *   name: "heart_rate",
 *   endings: ["_heartrate.json"],
 *   artifacts: [{ kind: "json", name: "heart/rate" }],
 *   parse: (bytes) => ({
 *     artifacts: [{ kind: "json", name: "heart/rate", text: new TextDecoder().decode(bytes) }],
 *   }),
 * };
 */
export interface SidecarFormat extends SidecarNameRule {
  /**
   * The version of `parse`. Raise it when you mend a fault that gave wrong content without an error. It is stored with each
   * image, and `refreshFromFolder` with `again` reads again what a lower version read. A whole number from 1; default 1.
   */
  readonly version?: number | undefined;
  /** Every artifact that `parse` may return. Empty for a `named` format, which returns the one in the file's name. */
  readonly artifacts: readonly ArtifactRef[];
  /** If several files give the same fact, the lowest number wins. Built-in formats have 100 to 300. Default 1000. */
  readonly precedence?: { readonly [subject in SidecarSubject]?: number | undefined } | undefined;
  /**
   * Reads the bytes of a file. It depends on its arguments alone and does no I/O. If it throws a `LegacyIoError` or a
   * `ZarrStoreError`, the file is kept as an attachment and the message is the reason. Any other error fails the image.
   */
  readonly parse: (
    bytes: Uint8Array<ArrayBuffer>,
    source: SidecarSource,
  ) => SidecarFacts | Promise<SidecarFacts>;
  /**
   * Returns the content of the file that `exportLegacyFolder` writes with `format: "kymflow"`, as `<stem><first ending>` in
   * the format's folder. Undefined if the image has nothing to write.
   */
  readonly write?: ((image: ImageToWrite) => Promise<string | Uint8Array | undefined>) | undefined;
}
