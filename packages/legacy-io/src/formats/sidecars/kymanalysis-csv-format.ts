// The format of `flow-analysis/<stem>_kymanalysis.csv`: the velocity trace of the combined analysis files.

import { ARTIFACTS } from "@kym/kym-schema";
import { FLOW_ANALYSIS_FOLDER } from "../flow-analysis.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";

export const kymanalysisCsvFormat: SidecarFormat = {
  name: "kymanalysis_csv",
  endings: ["_kymanalysis.csv"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [{ kind: "table", name: ARTIFACTS.radonVelocity }],
  precedence: { trace: 200 },
  parse: (bytes) => ({
    trace: { table: parseVelocityTrace(bytes), runsFrom: ["kymanalysis_json", "radon_json"] },
  }),
};
