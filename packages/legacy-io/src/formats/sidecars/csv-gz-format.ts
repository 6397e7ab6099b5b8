// The format of `<stem>.<artifact>.csv.gz`: a gzipped table under the artifact's name.

import type { SidecarFormat } from "../sidecar-format.ts";
import { CSV_VERSION, csvArtifact } from "./csv-format.ts";

export const csvGzFormat: SidecarFormat = {
  name: "csv.gz",
  version: CSV_VERSION,
  endings: [".csv.gz"],
  named: "table",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: async (bytes, { artifact, gunzip }) => ({
    artifacts: [csvArtifact(artifact, await gunzip(bytes))],
  }),
};
