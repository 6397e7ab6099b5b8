// The format of `<stem>.<artifact>.csv`: a table under the artifact's name; the types are inferred from its cells.

import { tableFromColumns } from "@kym/zarr-store/table";
import { readSidecarCsv } from "../sidecar-csv.ts";
import type { GivenArtifact, SidecarFormat } from "../sidecar-format.ts";

/** Of both formats that infer the types of columns. 2: text in quotes stays text, and numbers of 19 digits keep them all. */
export const CSV_VERSION = 2;

export const csvFormat: SidecarFormat = {
  name: "csv",
  version: CSV_VERSION,
  endings: [".csv"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: (bytes, { artifact }) => ({ artifacts: [csvArtifact(artifact, bytes)] }),
};

/** The table of a CSV. */
export function csvArtifact(name: string, bytes: Uint8Array): GivenArtifact {
  const { schema, columns, rowCount } = readSidecarCsv(bytes);
  return { kind: "table", name, table: tableFromColumns(schema, columns, rowCount), schema };
}
