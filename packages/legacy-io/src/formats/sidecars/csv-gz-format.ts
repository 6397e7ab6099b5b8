// The format of `<stem>.<artifact>.csv.gz`: a gzipped table under the artifact's name.

import { readSidecarCsv } from "../sidecar-csv.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { CSV_VERSION } from "./csv-format.ts";

export const csvGzFormat: SidecarFormat = {
  name: "csv.gz",
  version: CSV_VERSION,
  endings: [".csv.gz"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: async (bytes, { artifact, gunzip }) => ({
    tables: [{ name: artifact, csv: readSidecarCsv(await gunzip(bytes)) }],
  }),
};
