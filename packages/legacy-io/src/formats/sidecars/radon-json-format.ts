// The format of `flow-analysis/<stem>_radon.json`: how the trace of the Radon analysis was made.

import { ARTIFACTS } from "@kym/kym-schema";
import { FLOW_ANALYSIS_FOLDER, parseFlowAnalysis } from "../flow-analysis.ts";
import { radonJsonText } from "../kymflow/kymflow-json.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const radonJsonFormat: SidecarFormat = {
  name: "radon_json",
  endings: ["_radon.json"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [
    { kind: "json", name: ARTIFACTS.radonParams },
    { kind: "json", name: ARTIFACTS.radonAnalysis },
  ],
  parse: (bytes) => {
    const { analyses, events = [], extra, warnings } = parseFlowAnalysis(bytes, "radon_json");
    return {
      runs: analyses,
      warnings,
      alsoHas: [...extra.keys(), ...(events.length > 0 ? ["velocity_events"] : [])],
    };
  },
  write: async ({ json }) =>
    radonJsonText(await json(ARTIFACTS.radonParams), await json(ARTIFACTS.radonAnalysis)),
};
