// The format of `<stem>.<artifact>.parquet`: a table under the artifact's name. It has types, so it counts before a CSV.

import { decodeParquet, schemaOfTable } from "@kym/zarr-store/table";
import type { SidecarFormat } from "../sidecar-format.ts";

export const parquetFormat: SidecarFormat = {
  name: "parquet",
  endings: [".parquet"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 100 },
  parse: async (bytes, { artifact, relPath }) => {
    const table = await decodeParquet(bytes, { where: relPath });
    return { artifacts: [{ kind: "table", name: artifact, table, schema: schemaOfTable(table) }] };
  },
};
