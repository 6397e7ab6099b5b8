// Makes files beside an image for each row of the page's table of sidecars.
import { gzipSync } from "node:zlib";
import { createRectRoi } from "@kym/roi";
import { writeImageJRoi, writeImageJRois } from "@kym/roi/imagej";
import { createNdArray } from "@kym/zarr-store";
import { encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import { artifactsOfSidecars } from "../../src/content/artifacts-of-sidecars.ts";
import type { ParsedSidecar } from "../../src/content/parsed-sidecar.ts";
import { decideFileRoles } from "../../src/folder/sidecar-name.ts";
import { ALL_FORMATS } from "../../src/formats/all-formats.ts";
import { writeNpy } from "../../src/formats/npy.ts";
import { parseSidecar } from "../../src/formats/parse-sidecar.ts";
import type { SidecarFormat } from "../../src/formats/sidecar-format.ts";
import { gunzip } from "../../src/node/files/gunzip.ts";
import { CLASSIC_JSON, RADON_JSON, TRACE_CSV } from "../node/lab-folder.ts";
import { acqstoreJson, analysis, DIAMETER_CSV, peak, RADON_CSV, SUM_CSV } from "../support/acqstore-files.ts";
import { prairieTiff, prairieXml } from "../support/prairie-files.ts";
import type { RowTrials, Trial } from "./page-table.ts";

/** The shape of the image that all files of this page belong to. */
const SHAPE = [4, 3];
const FOLDER = "day";
const STEM = "scan";
const ARTIFACT = "qc";

type Content = string | Uint8Array;

/** The row of a format: the names of its files. */
export function formatRow({ endings, folder, named, isOfRecording }: SidecarFormat): string {
  const place = folder === undefined ? "" : `${folder("<folder>")}/`;
  if (isOfRecording === true) {
    return endings.map((ending) => `\`<base>${ending}\``).join(", ");
  }
  const artifact = named === undefined ? "" : ".<artifact>";
  return endings.map((ending) => `\`${place}<stem>${artifact}${ending}\``).join(", ");
}

async function parsed(path: string, content: Content): Promise<ParsedSidecar> {
  const role = decideFileRoles(FOLDER, [`${STEM}.tif`, PRAIRIE_TIFF, path]).get(path);
  const name = role?.role === "sidecar" ? (role.format ?? role.kind) : "";
  const format = ALL_FORMATS.find((one) => one.name === name);
  if (format === undefined) {
    throw new Error(`${path} has no format`);
  }
  const bytes = new Uint8Array(typeof content === "string" ? Buffer.from(content) : content);
  const artifact = role?.role === "sidecar" ? (role.artifact ?? "") : "";
  const meaning = await parseSidecar(format, bytes, {
    relPath: path,
    artifact,
    gunzip: (packed) => gunzip(packed, path),
  });
  return { relPath: path, fileName: path.slice(path.lastIndexOf("/") + 1), bytes, content: meaning };
}

/** Reads the first file with the others beside it, as an ingest does; throws the error of a file that is refused. */
function reading(files: readonly (readonly [path: string, content: Content])[]): Trial {
  return async () => {
    const sidecars = await Promise.all(files.map(([path, content]) => parsed(path, content)));
    const [subject] = sidecars;
    if (subject?.content.kind === "opaque") {
      throw subject.content.cause;
    }
    const { artifacts, notes } = await artifactsOfSidecars({
      shape: SHAPE,
      tiff:
        subject?.relPath === PRAIRIE_FILE
          ? { relPath: PRAIRIE_TIFF, scales: [], isTurned: false }
          : undefined,
      pixelsSha256: "",
      sidecars,
    });
    const ofSubject = artifacts.filter(
      ({ kind, from }) => kind !== "attachment" && from.includes(subject?.relPath ?? ""),
    );
    return {
      words: ofSubject.map(({ name }) => (name === ARTIFACT ? "<artifact>" : name)),
      warnings: notes.filter(({ path }) => path === subject?.relPath).map(({ reason }) => reason),
    };
  };
}

const PRAIRIE_FILE = "run.xml";
const PRAIRIE_TIFF = prairieTiff("run", 1, 1);
const ACQSTORE_STEM = `${STEM}.tif`;
const ACQSTORE_FILE = `${ACQSTORE_STEM}.json`;
const JSON_FILE = `${STEM}.json`;
const HEADER_FILE = `${STEM}.txt`;
const RADON_JSON_FILE = `flow-analysis/${STEM}_radon.json`;
const RADON_CSV_FILE = `flow-analysis/${STEM}_radon.csv`;
const KYM_JSON_FILE = `flow-analysis/${STEM}_kymanalysis.json`;
const KYM_CSV_FILE = `flow-analysis/${STEM}_kymanalysis.csv`;
const EVENTS_FILE = `flow-analysis/${STEM}_events.json`;
const V0_FILE = `${FOLDER}-analysis/${STEM}.csv`;

const V0_CSV = ",time,velocity\n0,0.002,1.5\n1,0.003,\n";
const NOT_CSV = 'time,velocity\n1,"2\n';
const EVENTS_JSON = JSON.stringify({
  version: "2.0",
  velocity_events: { "1:1": [{ event_type: "baseline_drop", t_start: 0.5 }] },
});
const KYM_JSON = JSON.stringify({
  version: "2.0",
  accepted: true,
  analysis_metadata: { "1": { roi_id: 1, algorithm: "mpRadon", window_size: 16 } },
  velocity_events: { "1": [{ event_type: "baseline_drop", t_start: 0.5 }] },
});

function classic(change: (json: { header: { voxels: unknown }; rois: unknown[] }) => void): string {
  const json = JSON.parse(CLASSIC_JSON);
  change(json);
  return JSON.stringify(json);
}

const OLYMPUS = [
  '"[General]"\t""',
  '"Date"\t"07/22/2025 02:54:36.250 PM"',
  '"[Dimensions]"\t""',
  '"X Dimension"\t"3, 0.0 - 1.5 [um], 0.500 [um/pixel]"',
  '"T Dimension"\t"1, 0.000 - 0.004 [s], Interval FreeRun"',
  '"[Image]"\t""',
  '"Image Size"\t"3 * 4 [pixel]"',
].join("\r\n");

const with1 = (entry: object): string => JSON.stringify({ analysis_metadata: { "1:1": entry } });
const withEvent = (event: object): string => JSON.stringify({ velocity_events: { "1:1": [event] } });
const withStalls = (text: string): string =>
  JSON.stringify({ ...JSON.parse(text), stall_analysis: { "1": {} } });
const WRONG_STRUCTURE = JSON.stringify({ analysis_metadata: { one: {} }, velocity_events: { one: [] } });

const table = tableFromColumns({ columns: [{ name: "v", type: "int64" }] }, { v: BigInt64Array.of(1n) }, 1);

/** A `.npy` file of Python objects: its type code is `|O`. */
function pickled(): Uint8Array {
  const bytes = writeNpy(createNdArray("uint8", [2]));
  const at = Buffer.from(bytes).indexOf("|u1");
  return bytes.map((byte, index) =>
    index === at + 1 ? 0x4f : index === at + 2 ? 0x27 : index === at + 3 ? 0x20 : byte,
  );
}

/** A table under the artifact's own name, whose types are found. */
function csvTrials(ending: string, pack: (text: string) => Content): Pick<RowTrials, "read" | "warned"> {
  const file = `${STEM}.${ARTIFACT}${ending}`;
  return {
    read: [reading([[file, pack("v\n1\n")]])],
    warned: [
      async () => {
        const parquet = await encodeParquet(table);
        return reading([
          [file, pack("v\n1\n")],
          [`${STEM}.${ARTIFACT}.parquet`, parquet],
        ])();
      },
    ],
  };
}

const gzip = (text: string): Uint8Array => new Uint8Array(gzipSync(text));

/** What pyarrow writes for a column of bytes. */
const PARQUET_OF_BYTES = new Uint8Array(
  Buffer.from(
    [
      "UEFSMRUAFRYVFiwVAhUAFQYVBhwAAAACAAAAAgEBAAAAYRUEGSw1ABgGc2NoZW1hFQIAFQwlAhgBawAWAhkcGRwmABwVDBkl",
      "BgAZGAFrFQAWAhY8FjwmCEkcFQAVABUCADwWAhkGGSYAAgAAABY8FgImCBY8ACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lv",
      "biAyMS4wLjAZHBwAAAB8AAAAUEFSMQ==",
    ].join(""),
    "base64",
  ),
);

function roiAt(y: number): Uint8Array {
  return writeImageJRoi({ type: "rect", bounds: { x: 0, y, width: 2, height: 2 } });
}

function zipOf(): Uint8Array {
  const bounds = { dim0Start: 0, dim0Stop: 2, dim1Start: 0, dim1Stop: 2 };
  return writeImageJRois([createRectRoi({ id: 1, bounds })]).file;
}

function geoJsonOf(type: string): string {
  return JSON.stringify({ type: "Feature", geometry: { type, coordinates: [1, 1] }, properties: {} });
}

/** The files for each built-in format, by its name. */
export const SIDECAR_TRIALS: Readonly<Record<string, RowTrials>> = {
  prairie_xml: {
    read: [reading([[PRAIRIE_FILE, prairieXml()]])],
    warned: [
      reading([[PRAIRIE_FILE, prairieXml({ shard: "" })]]),
      reading([[PRAIRIE_FILE, prairieXml({ type: "ZSeries" })]]),
      reading([[PRAIRIE_FILE, prairieXml({ line: '<Line startPixelX="1" lineLength="9" />' })]]),
    ],
    refused: [
      reading([[PRAIRIE_FILE, "<OME/>"]]),
      reading([[PRAIRIE_FILE, prairieXml().slice(0, -9)]]),
      reading([[PRAIRIE_FILE, prairieXml().replace("<PVScan", "<!DOCTYPE PVScan><PVScan")]]),
    ],
  },
  classic_json: {
    read: [reading([[JSON_FILE, CLASSIC_JSON]])],
    warned: [
      reading([[JSON_FILE, classic((json) => Object.assign(json.header, { voxels: ["?"] }))]]),
      reading([[JSON_FILE, classic((json) => json.rois.splice(0, 1, { id: 1 }))]]),
      reading([
        [JSON_FILE, classic((json) => Object.assign(json.header, { voxels: [0.5, 0.5] }))],
        [HEADER_FILE, OLYMPUS],
      ]),
    ],
    refused: [reading([[JSON_FILE, "[1]"]]), reading([[JSON_FILE, '{"other": 1}']])],
  },
  acqstore_json: {
    read: [
      reading([
        [
          ACQSTORE_FILE,
          acqstoreJson({
            analysis: [
              ...[analysis("event", 1), analysis("heart_rate", 1)],
              analysis("sum_intensity", 1, { peak_events: [peak(1)] }),
            ],
            image_contrast: { 0: { value_max: 9 } },
            reference_image_metadata: { scan_path_x_pixels: [1, 2], scan_path_y_pixels: [1, 2] },
          }),
        ],
        [`${ACQSTORE_STEM}.sum_intensity.csv`, SUM_CSV],
      ]),
    ],
    warned: [
      reading([[ACQSTORE_FILE, acqstoreJson({ rois: [{ roi_id: 1 }] })]]),
      reading([[ACQSTORE_FILE, acqstoreJson({ analysis: [analysis("tortuosity", 1)] })]]),
      reading([[ACQSTORE_FILE, acqstoreJson({ analysis: [analysis("diameter", 1)] })]]),
    ],
    refused: [reading([[ACQSTORE_FILE, acqstoreJson({ version: 1 })]]), reading([[ACQSTORE_FILE, "{"]])],
  },
  acqstore_radon_velocity: {
    read: [
      reading([
        [`${ACQSTORE_STEM}.radon_velocity.csv`, RADON_CSV.split("\n").slice(0, 1).join("")],
        [ACQSTORE_FILE, acqstoreJson({ analysis: [analysis("radon_velocity", 1)] })],
      ]),
    ],
    warned: [
      reading([[`${ACQSTORE_STEM}.radon_velocity.csv`, RADON_CSV]]),
      reading([[`${ACQSTORE_STEM}.radon_velocity.csv`, RADON_CSV]]),
    ],
    refused: [reading([[`${ACQSTORE_STEM}.radon_velocity.csv`, "channel,roi_id,time_s\n"]])],
  },
  acqstore_diameter: {
    read: [
      reading([
        [`${ACQSTORE_STEM}.diameter.csv`, DIAMETER_CSV],
        [ACQSTORE_FILE, acqstoreJson()],
      ]),
    ],
    warned: [reading([[`${ACQSTORE_STEM}.diameter.csv`, DIAMETER_CSV]])],
    refused: [reading([[`${ACQSTORE_STEM}.diameter.csv`, DIAMETER_CSV.replace("9.0", "bright")]])],
  },
  acqstore_sum_intensity: {
    read: [
      reading([
        [`${ACQSTORE_STEM}.sum_intensity.csv`, SUM_CSV],
        [ACQSTORE_FILE, acqstoreJson()],
      ]),
    ],
    warned: [reading([[`${ACQSTORE_STEM}.sum_intensity.csv`, SUM_CSV]])],
    refused: [reading([[`${ACQSTORE_STEM}.sum_intensity.csv`, NOT_CSV]])],
  },
  olympus_header: {
    read: [reading([[HEADER_FILE, OLYMPUS]])],
    warned: [
      reading([[HEADER_FILE, OLYMPUS.replace("3 * 4 [pixel]", "three [pixel]")]]),
      reading([[HEADER_FILE, OLYMPUS.replace("07/22/2025", "22.7.")]]),
      reading([[HEADER_FILE, OLYMPUS.replace("3 * 4", "38 * 30000")]]),
    ],
    refused: [reading([[HEADER_FILE, "a note"]]), reading([[HEADER_FILE, OLYMPUS.padEnd(2 ** 20 + 1)]])],
  },
  radon_json: {
    read: [
      reading([
        [RADON_JSON_FILE, RADON_JSON],
        [RADON_CSV_FILE, TRACE_CSV],
      ]),
    ],
    warned: [
      reading([
        [RADON_JSON_FILE, with1({ roi_id: 7 })],
        [RADON_CSV_FILE, TRACE_CSV],
      ]),
      reading([
        [RADON_JSON_FILE, withStalls(RADON_JSON)],
        [RADON_CSV_FILE, TRACE_CSV],
      ]),
      reading([[RADON_JSON_FILE, RADON_JSON]]),
    ],
    refused: [reading([[RADON_JSON_FILE, "["]]), reading([[RADON_JSON_FILE, WRONG_STRUCTURE]])],
  },
  radon_csv: {
    read: [reading([[RADON_CSV_FILE, TRACE_CSV]])],
    refused: [
      reading([[RADON_CSV_FILE, "roi_id,time\n1,2\n"]]),
      reading([[RADON_CSV_FILE, TRACE_CSV.replace("1.5", "fast")]]),
      reading([[RADON_CSV_FILE, TRACE_CSV.replace("\n1,1,0.003", "\n,1,0.003")]]),
      reading([[RADON_CSV_FILE, NOT_CSV]]),
    ],
  },
  kymanalysis_json: {
    read: [
      reading([[KYM_JSON_FILE, KYM_JSON]]),
      reading([
        [KYM_JSON_FILE, KYM_JSON],
        [KYM_CSV_FILE, TRACE_CSV],
      ]),
    ],
    warned: [
      reading([[KYM_JSON_FILE, withEvent({ channel: 2 })]]),
      reading([[KYM_JSON_FILE, withStalls(KYM_JSON)]]),
      reading([
        [KYM_JSON_FILE, KYM_JSON],
        [KYM_CSV_FILE, TRACE_CSV],
        [EVENTS_FILE, EVENTS_JSON],
      ]),
    ],
    refused: [reading([[KYM_JSON_FILE, "1"]]), reading([[KYM_JSON_FILE, WRONG_STRUCTURE]])],
  },
  kymanalysis_csv: {
    read: [reading([[KYM_CSV_FILE, TRACE_CSV]])],
    warned: [
      reading([
        [KYM_CSV_FILE, TRACE_CSV],
        [RADON_CSV_FILE, TRACE_CSV],
      ]),
    ],
    refused: [reading([[KYM_CSV_FILE, "time\n1\n"]]), reading([[KYM_CSV_FILE, NOT_CSV]])],
  },
  events_json: {
    read: [reading([[EVENTS_FILE, EVENTS_JSON]])],
    warned: [
      reading([[EVENTS_FILE, withEvent({ channel: 2 })]]),
      reading([[EVENTS_FILE, withStalls(EVENTS_JSON)]]),
    ],
    refused: [reading([[EVENTS_FILE, "true"]]), reading([[EVENTS_FILE, WRONG_STRUCTURE]])],
  },
  v0_csv: {
    read: [reading([[V0_FILE, V0_CSV]])],
    warned: [
      reading([
        [V0_FILE, V0_CSV],
        [RADON_CSV_FILE, TRACE_CSV],
      ]),
    ],
    refused: [reading([[V0_FILE, "velocity\n1\n"]]), reading([[V0_FILE, NOT_CSV]])],
  },
  imagej_rois: {
    read: [reading([[`${STEM}.roi`, roiAt(1)]]), reading([[`${STEM}_RoiSet.zip`, zipOf()]])],
    warned: [
      reading([[`${STEM}.zip`, "PK\u0003\u0004"]]),
      reading([[`${STEM}.roi`, roiAt(90)]]),
      reading([[`${STEM}.zip`, writeImageJRois([]).file]]),
    ],
  },
  geojson_rois: {
    read: [reading([[`${STEM}.geojson`, geoJsonOf("Point")]])],
    warned: [
      reading([[`${STEM}.geojson`, `[${geoJsonOf("Point")},${geoJsonOf("Circle")}]`]]),
      reading([[`${STEM}.geojson`, "{"]]),
    ],
  },
  json: {
    read: [reading([[`${STEM}.${ARTIFACT}.json`, "[1.0]"]])],
    refused: [reading([[`${STEM}.${ARTIFACT}.json`, "[1.0"]])],
  },
  csv: {
    ...csvTrials(".csv", (text) => text),
    refused: [reading([[`${STEM}.${ARTIFACT}.csv`, NOT_CSV]])],
  },
  "csv.gz": {
    ...csvTrials(".csv.gz", gzip),
    refused: [
      reading([[`${STEM}.${ARTIFACT}.csv.gz`, "v\n1\n"]]),
      reading([[`${STEM}.${ARTIFACT}.csv.gz`, gzip(NOT_CSV)]]),
    ],
  },
  parquet: {
    read: [async () => reading([[`${STEM}.${ARTIFACT}.parquet`, await encodeParquet(table)]])()],
    refused: [
      reading([[`${STEM}.${ARTIFACT}.parquet`, "v\n1\n"]]),
      reading([[`${STEM}.${ARTIFACT}.parquet`, PARQUET_OF_BYTES]]),
    ],
  },
  npy: {
    read: [reading([[`${STEM}.${ARTIFACT}.npy`, writeNpy(createNdArray("uint8", [2]))]])],
    refused: [
      reading([[`${STEM}.${ARTIFACT}.npy`, pickled()]]),
      reading([[`${STEM}.${ARTIFACT}.npy`, writeNpy(createNdArray("uint8", [2])).subarray(0, -1)]]),
    ],
  },
};
