// The formats of the files in an OME-Zarr image of acqstore: tables of one ROI and channel, and files that are only kept.

import { ARTIFACTS } from "@kym/kym-schema";
import { LegacyIoError } from "../../errors.ts";
import { type AcqstoreTableName, readStoredTable } from "../acqstore/acqstore-table.ts";
import { parseLegacyJson } from "../json/legacy-json.ts";
import { readSidecarCsv } from "../sidecar-csv.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { ACQSTORE_VERSION } from "./acqstore-json-format.ts";

const TABLES: Readonly<Record<AcqstoreTableName, string>> = {
  radon_velocity: ARTIFACTS.acqstoreVelocity,
  diameter: ARTIFACTS.acqstoreDiameter,
  sum_intensity: ARTIFACTS.acqstoreSumIntensity,
};
const KEY = /^([a-z_]+):(\d{1,3}):(\d{1,9})$/;

/** The name under which a table's file is listed: which analysis it is of, and of which channel, from 0, and ROI. */
export function storedTableKey(name: AcqstoreTableName, channel: number, roiId: number): string {
  return `${name}:${channel}:${roiId}`;
}

/** The analysis, if it has a table. */
export function tableOfAnalysis(name: string): AcqstoreTableName | undefined {
  return (Object.keys(TABLES) as AcqstoreTableName[]).find((known) => known === name);
}

export const acqstoreStoredTableFormat: SidecarFormat = {
  name: "acqstore_stored_table",
  version: ACQSTORE_VERSION,
  endings: [],
  isOneOfMany: true,
  artifacts: Object.values(TABLES).flatMap((name) => [
    { kind: "table", name },
    { kind: "json", name },
  ]),
  parse: (bytes, { artifact }) => {
    const [, analysis = "", channel = "", roiId = ""] = KEY.exec(artifact) ?? [];
    const name = tableOfAnalysis(analysis);
    if (name === undefined) {
      throw new LegacyIoError("not_supported", `no table of ${artifact} is known`, { found: artifact });
    }
    const key = { channel: Number(channel), roiId: Number(roiId) };
    return { acqstoreTable: readStoredTable(bytes, name, key) };
  },
};

/** The peaks of one ROI and channel. What is stored of them stands in the sidecar as well. */
export const acqstorePeaksFormat: SidecarFormat = {
  name: "acqstore_peaks",
  version: ACQSTORE_VERSION,
  endings: [],
  isOneOfMany: true,
  artifacts: [],
  parse: (bytes) => {
    readSidecarCsv(bytes);
    return { isOfAcqstore: true };
  },
};

/** The manifest of a stored image, the document of its collection, and the `zarr.json` of its group. */
export const acqstoreDocumentFormat: SidecarFormat = {
  name: "acqstore_document",
  version: ACQSTORE_VERSION,
  endings: [],
  isOneOfMany: true,
  artifacts: [],
  parse: (bytes, { relPath }) => {
    parseLegacyJson(bytes, relPath);
    return { isOfAcqstore: true };
  },
};

/** The image in which the line of a scan was drawn. Its folder is read elsewhere, not as bytes. */
export const acqstoreReferenceFormat: SidecarFormat = {
  name: "acqstore_reference",
  version: ACQSTORE_VERSION,
  endings: [],
  artifacts: [{ kind: "array", name: ARTIFACTS.acqstoreReference }],
  parse: () => ({}),
};

/** The formats of files that no name tells: a manifest says what they are. */
export const STORED_FORMATS: readonly SidecarFormat[] = [
  acqstoreStoredTableFormat,
  acqstorePeaksFormat,
  acqstoreDocumentFormat,
  acqstoreReferenceFormat,
];
