/** `flow-analysis/<stem>_radon.json`: how the trace of the Radon analysis was made. */
import { FLOW_ANALYSIS_FOLDER, parseFlowAnalysis } from "../flow-analysis.ts";
import { radonJsonText } from "../kymflow/kymflow-json.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

const PARAMS = "radon/params";
const ANALYSIS = "radon/analysis";

export const radonJsonFormat: SidecarFormat = {
  name: "radon_json",
  endings: ["_radon.json"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [
    { kind: "json", name: PARAMS },
    { kind: "json", name: ANALYSIS },
  ],
  parse: (bytes) => {
    const { analyses, events = [], extra, warnings } = parseFlowAnalysis(bytes, "radon_json");
    return {
      runs: analyses,
      warnings,
      alsoHas: [...extra.keys(), ...(events.length > 0 ? ["velocity_events"] : [])],
    };
  },
  write: async ({ json }) => radonJsonText(await json(PARAMS), await json(ANALYSIS)),
};
