/** What a format of files beside an image is: how they are named, what they say, and how they are written back. */

import type { DatasetContents, NdArray, TableSchema } from "@kym/zarr-store";
import type { CsvTable } from "@kym/zarr-store/table";
import type { ClassicJson } from "./classic-json.ts";
import type { RoiAnalysis, RoiEvents } from "./flow-analysis.ts";
import type { OlympusHeader } from "./olympus/olympus-header.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** Which files are of a format, by their names alone. */
export interface SidecarNameRule {
  /** Unique among the formats; `artifact` and `other` have a meaning already. */
  readonly name: string;
  /** What follows the image's stem, in lower case: `.json`, `_radon.csv`. Files may have it in any case. */
  readonly endings: readonly string[];
  /** The name of the folder beside the image that has the files. Default: they are in the image's own folder. */
  readonly folder?: ((imageFolder: string) => string) | undefined;
  /** The kind of artifact that a file is whose name says which: `<stem>.<artifact><ending>`. Default: names say none. */
  readonly named?: ArtifactRef["kind"] | undefined;
  /** True where one file is of all channels, under the stem that they share: `<base>.txt` of `<base>_C001T001.tif`. */
  readonly isOfAllChannels?: boolean | undefined;
}

/** The file that is read. */
export interface SidecarSource {
  /** Below the scanned folder, parts joined by `/`; for messages. */
  readonly relPath: string;
  /** The artifact that the name of the file says; empty where the format is not `named`. */
  readonly artifact: string;
  /** Unpacks a gzip whose size is bounded by that of the file. Errors: `invalid_file`. */
  readonly gunzip: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

/** An artifact by its kind and name. */
export interface ArtifactRef {
  readonly kind: "json" | "table" | "array";
  readonly name: string;
}

/** An artifact that a file gives. JSON as text, so that numbers keep the spelling that the lab's file has. */
export type GivenArtifact =
  | { readonly kind: "json"; readonly name: string; readonly text: string }
  | { readonly kind: "table"; readonly name: string; readonly table: Table; readonly schema: TableSchema }
  | { readonly kind: "array"; readonly name: string; readonly array: NdArray };

/** A velocity trace, and which files say how it was made. */
export interface TraceFacts {
  /** Under the names of `VELOCITY_TRACE_SCHEMA`. */
  readonly table: CsvTable;
  /** The formats whose `runs` belong to this trace; the first that is there counts. */
  readonly runsFrom?: readonly string[] | undefined;
  /** What is known of how it was made where no file says so. */
  readonly usualRuns?: readonly RoiAnalysis[] | undefined;
}

/** What a file says about its image. All is optional; what several files say counts by their formats' `precedence`. */
export interface SidecarFacts {
  /** Stored as they are. A JSON named `metadata` is completed by what the image and its other files say. */
  readonly artifacts?: readonly GivenArtifact[] | undefined;
  /** Facts of the acquisition. */
  readonly header?: OlympusHeader | undefined;
  /** What people edited: calibration, experiment, ROIs. */
  readonly classic?: ClassicJson | undefined;
  readonly accepted?: boolean | undefined;
  readonly trace?: TraceFacts | undefined;
  /** How a trace of another file was made. */
  readonly runs?: readonly RoiAnalysis[] | undefined;
  readonly events?: readonly RoiEvents[] | undefined;
  /** Sentences for people, which go into the report. */
  readonly warnings?: readonly string[] | undefined;
  /** Names of what else the file has. It is kept as an attachment too, so that nothing is lost. */
  readonly alsoHas?: readonly string[] | undefined;
  /** Why the file says nothing about an image of this shape; undefined where it does. Default: it does. */
  readonly whyNotOf?: ((shape: readonly number[]) => string | undefined) | undefined;
}

/** Facts of which one file's count. */
export type SidecarSubject = "artifacts" | "header" | "classic" | "accepted" | "trace" | "events";

/** An image of a dataset that is written for the older application. */
export interface ImageToWrite {
  readonly shape: readonly number[];
  readonly fileName: string;
  readonly parentFolder: string;
  /** Undefined where the image is not calibrated in seconds and µm. */
  readonly calibration: { readonly secondsPerLine: number; readonly umPerPx: number } | undefined;
  /** The text of a JSON artifact; undefined where there is none that can be read. */
  readonly json: (name: string) => Promise<string | undefined>;
  /** A table; undefined where there is none that can be read. */
  readonly table: (name: string) => Promise<Table | undefined>;
}

/**
 * A format of files beside an image: one object says all. The built-in ones are such objects too; pass your own as
 * `formats` to `ingestLegacyFolder`, `refreshFromFolder`, `openFolder`, `storesForPath` and the others.
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
  /** All that `parse` may give under `artifacts`. Empty for a `named` format, which gives the one that the file's name says. */
  readonly artifacts: readonly ArtifactRef[];
  /** Of several files that say the same, the one with the lowest number counts. Built-in formats have 100 to 300; default 1000. */
  readonly precedence?: { readonly [subject in SidecarSubject]?: number | undefined } | undefined;
  /**
   * What the bytes of a file say. Decides by its arguments alone, and does no I/O. A `LegacyIoError` or a `ZarrStoreError`
   * means that the file cannot be understood: it is kept as an attachment, with the message as the reason. Anything else
   * fails the image.
   */
  readonly parse: (
    bytes: Uint8Array<ArrayBuffer>,
    source: SidecarSource,
  ) => SidecarFacts | Promise<SidecarFacts>;
  /**
   * The content of the file that `exportLegacyFolder` writes with `format: "kymflow"`, as `<stem><first ending>` in the
   * format's folder; undefined where the image has nothing for it.
   */
  readonly write?: ((image: ImageToWrite) => Promise<string | Uint8Array | undefined>) | undefined;
}
