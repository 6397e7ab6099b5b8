// The format of `<stem>.<artifact>.parquet`: a table under the artifact's name. It has types, so it counts before a CSV.

import type { SidecarFormat } from "../sidecar-format.ts";

export const parquetFormat: SidecarFormat = {
  name: "parquet",
  endings: [".parquet"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 100 },
  parse: (bytes, { artifact }) => ({ tables: [{ name: artifact, parquet: bytes }] }),
};
