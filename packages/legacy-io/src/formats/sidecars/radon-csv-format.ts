/** `flow-analysis/<stem>_radon.csv`: the velocity trace of the Radon analysis. */
import { FLOW_ANALYSIS_FOLDER } from "../flow-analysis.ts";
import { traceCsv } from "../kymflow/trace-csv.ts";
import type { SidecarFormat } from "../sidecar-format.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";

const VELOCITY = "radon/velocity";

export const radonCsvFormat: SidecarFormat = {
  name: "radon_csv",
  endings: ["_radon.csv"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [{ kind: "table", name: VELOCITY }],
  precedence: { trace: 100 },
  parse: (bytes) => ({
    trace: { table: parseVelocityTrace(bytes), runsFrom: ["radon_json", "kymanalysis_json"] },
  }),
  write: async (image) => {
    const trace = await image.table(VELOCITY);
    return trace === undefined ? undefined : traceCsv(trace, image);
  },
};
