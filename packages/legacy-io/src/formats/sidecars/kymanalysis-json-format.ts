// The format of `flow-analysis/<stem>_kymanalysis.json`: how a trace was made, its events, and whether a person
// accepted the image.

import { ARTIFACTS } from "@kym/kym-schema";
import { FLOW_ANALYSIS_FOLDER, parseFlowAnalysis } from "../flow-analysis.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const kymanalysisJsonFormat: SidecarFormat = {
  name: "kymanalysis_json",
  endings: ["_kymanalysis.json"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [
    { kind: "json", name: ARTIFACTS.radonParams },
    { kind: "json", name: ARTIFACTS.radonAnalysis },
    { kind: "table", name: ARTIFACTS.events },
  ],
  precedence: { accepted: 200, events: 200 },
  parse: (bytes) => {
    const { analyses, events, accepted, extra, warnings } = parseFlowAnalysis(bytes, "kymanalysis_json");
    return { runs: analyses, events, accepted, warnings, alsoHas: [...extra.keys()] };
  },
};
