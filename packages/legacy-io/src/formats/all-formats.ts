// The list of built-in sidecar formats: the first one that fits a file's name reads it. New ones are listed here.

import type { SidecarFormat } from "./sidecar-format.ts";
import { acqstoreJsonFormat } from "./sidecars/acqstore-json-format.ts";
import {
  acqstoreDiameterFormat,
  acqstoreSumIntensityFormat,
  acqstoreVelocityFormat,
} from "./sidecars/acqstore-table-formats.ts";
import { classicJsonFormat } from "./sidecars/classic-json-format.ts";
import { csvFormat } from "./sidecars/csv-format.ts";
import { csvGzFormat } from "./sidecars/csv-gz-format.ts";
import { eventsJsonFormat } from "./sidecars/events-json-format.ts";
import { geoJsonRoisFormat } from "./sidecars/geojson-rois-format.ts";
import { imageJRoisFormat } from "./sidecars/imagej-rois-format.ts";
import { jsonFormat } from "./sidecars/json-format.ts";
import { kymanalysisCsvFormat } from "./sidecars/kymanalysis-csv-format.ts";
import { kymanalysisJsonFormat } from "./sidecars/kymanalysis-json-format.ts";
import { npyFormat } from "./sidecars/npy-format.ts";
import { olympusHeaderFormat } from "./sidecars/olympus-header-format.ts";
import { parquetFormat } from "./sidecars/parquet-format.ts";
import { prairieXmlFormat } from "./sidecars/prairie-xml-format.ts";
import { radonCsvFormat } from "./sidecars/radon-csv-format.ts";
import { radonJsonFormat } from "./sidecars/radon-json-format.ts";
import { v0CsvFormat } from "./sidecars/v0-csv-format.ts";

/** In the order in which a file's name is compared with them. */
export const ALL_FORMATS: readonly SidecarFormat[] = [
  classicJsonFormat,
  olympusHeaderFormat,
  radonJsonFormat,
  radonCsvFormat,
  kymanalysisJsonFormat,
  kymanalysisCsvFormat,
  eventsJsonFormat,
  v0CsvFormat,
  acqstoreJsonFormat,
  acqstoreVelocityFormat,
  acqstoreDiameterFormat,
  acqstoreSumIntensityFormat,
  prairieXmlFormat,
  imageJRoisFormat,
  geoJsonRoisFormat,
  jsonFormat,
  csvFormat,
  csvGzFormat,
  parquetFormat,
  npyFormat,
];
