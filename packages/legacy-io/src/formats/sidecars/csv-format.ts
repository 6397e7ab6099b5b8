// The format of `<stem>.<artifact>.csv`: a table under the artifact's name; the types are inferred from its cells.

import { readSidecarCsv } from "../sidecar-csv.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

/**
 * Of both formats that infer the types of columns. 2: text in quotes stays text, and numbers of 19 digits keep them all. 3: the
 * dialects of Excel and R.
 */
export const CSV_VERSION = 3;

export const csvFormat: SidecarFormat = {
  name: "csv",
  version: CSV_VERSION,
  endings: [".csv"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: (bytes, { artifact }) => ({ tables: [{ name: artifact, csv: readSidecarCsv(bytes) }] }),
};
