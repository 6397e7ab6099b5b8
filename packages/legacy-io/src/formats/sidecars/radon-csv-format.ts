// The format of `flow-analysis/<stem>_radon.csv`: the velocity trace of the Radon analysis.

import { ARTIFACTS } from "@kym/kym-schema";
import { FLOW_ANALYSIS_FOLDER } from "../flow-analysis.ts";
import { traceCsv } from "../kymflow/trace-csv.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";

export const radonCsvFormat: SidecarFormat = {
  name: "radon_csv",
  endings: ["_radon.csv"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [{ kind: "table", name: ARTIFACTS.radonVelocity }],
  precedence: { trace: 100 },
  parse: (bytes) => ({
    trace: { table: parseVelocityTrace(bytes), runsFrom: ["radon_json", "kymanalysis_json"] },
  }),
  write: async (image) => {
    const trace = await image.table(ARTIFACTS.radonVelocity);
    return trace === undefined ? undefined : traceCsv(trace, image);
  },
};
