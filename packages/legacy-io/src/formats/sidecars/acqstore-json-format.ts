// The format of `<stem>.tif.json`: ROIs, experiment, calibration and analyses, as acqstore keeps them beside a TIFF.

import { ARTIFACTS } from "@kym/kym-schema";
import { decodeJsonText, parseLossless } from "@kym/zarr-store/json";
import { MAX_SIDECAR_NODES } from "../../sidecar-limits.ts";
import { isAcqstoreSidecar, readAcqstoreSidecar } from "../acqstore/acqstore-sidecar.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

/** Of all formats of acqstore. 1: the files were artifacts named `tif` and `tif.<analysis>`. */
export const ACQSTORE_VERSION = 2;

/** The artifact that a JSON of this name is if it is not acqstore's: as for any other `<stem>.<artifact>.json`. */
const OTHERWISE = "tif";

export const acqstoreJsonFormat: SidecarFormat = {
  name: "acqstore_json",
  version: ACQSTORE_VERSION,
  endings: [".tif.json", ".tiff.json"],
  isOfAllChannels: true,
  artifacts: [
    { kind: "json", name: ARTIFACTS.metadata },
    { kind: "json", name: ARTIFACTS.acqstoreHeartRate },
    { kind: "json", name: ARTIFACTS.acqstoreContrast },
    { kind: "json", name: ARTIFACTS.acqstoreScanPath },
    { kind: "json", name: ARTIFACTS.acqstoreEvents },
    { kind: "table", name: ARTIFACTS.acqstoreEvents },
    { kind: "table", name: ARTIFACTS.acqstorePeaks },
  ],
  precedence: { acqstore: 100, accepted: 50, artifacts: 200 },
  parse: (bytes, { relPath: where }) => {
    const { text } = decodeJsonText(bytes, { where, allowNonFinite: true, maxNodes: MAX_SIDECAR_NODES });
    const document = parseLossless(text, { where, allowNonFinite: true, maxNodes: MAX_SIDECAR_NODES });
    if (!isAcqstoreSidecar(document)) {
      return { artifacts: [{ kind: "json", name: OTHERWISE, text }] };
    }
    const acqstore = readAcqstoreSidecar(document);
    return { acqstore, accepted: acqstore.accepted, warnings: acqstore.problems };
  },
};
