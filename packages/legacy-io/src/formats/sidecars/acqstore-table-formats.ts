// The formats of `<stem>.tif.<analysis>.csv`: the tables of acqstore's analyses, one file for all ROIs and channels.

import { ARTIFACTS, type ArtifactName } from "@kym/kym-schema";
import { type AcqstoreTableName, readAcqstoreTable } from "../acqstore/acqstore-table.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { ACQSTORE_VERSION } from "./acqstore-json-format.ts";

// Each call is marked as pure, so that a bundle without these formats leaves out what reads their tables.
export const acqstoreVelocityFormat: SidecarFormat = /* @__PURE__ */ tableFormat(
  "radon_velocity",
  ARTIFACTS.acqstoreVelocity,
);
export const acqstoreDiameterFormat: SidecarFormat = /* @__PURE__ */ tableFormat(
  "diameter",
  ARTIFACTS.acqstoreDiameter,
);
export const acqstoreSumIntensityFormat: SidecarFormat = /* @__PURE__ */ tableFormat(
  "sum_intensity",
  ARTIFACTS.acqstoreSumIntensity,
);

function tableFormat(analysis: AcqstoreTableName, name: ArtifactName): SidecarFormat {
  return {
    name: `acqstore_${analysis}`,
    version: ACQSTORE_VERSION,
    endings: [`.tif.${analysis}.csv`, `.tiff.${analysis}.csv`],
    isOfAllChannels: true,
    artifacts: [
      { kind: "table", name },
      { kind: "json", name },
    ],
    parse: (bytes) => ({ acqstoreTable: readAcqstoreTable(bytes, analysis) }),
  };
}
