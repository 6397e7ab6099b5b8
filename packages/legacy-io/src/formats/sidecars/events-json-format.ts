// The format of `flow-analysis/<stem>_events.json`: the events of a velocity trace.

import { ARTIFACTS } from "@kym/kym-schema";
import { FLOW_ANALYSIS_FOLDER, parseFlowAnalysis } from "../flow-analysis.ts";
import { eventsJsonText, eventsOf } from "../kymflow/events-json.ts";
import { runsNamed } from "../kymflow/kymflow-json.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

/** Also writes events under the older artifact name, which a dataset of the Python system may have. */
export const eventsJsonFormat: SidecarFormat = {
  name: "events_json",
  endings: ["_events.json"],
  folder: () => FLOW_ANALYSIS_FOLDER,
  artifacts: [{ kind: "table", name: ARTIFACTS.events }],
  precedence: { accepted: 300, events: 100 },
  parse: (bytes) => {
    const { events = [], accepted, extra, warnings } = parseFlowAnalysis(bytes, "events_json");
    return { events, accepted, warnings, alsoHas: [...extra.keys()] };
  },
  write: async ({ json, table }) => {
    const events = (await table(ARTIFACTS.events)) ?? (await table(ARTIFACTS.firstEvents));
    return events === undefined
      ? undefined
      : eventsJsonText(
          eventsOf(events),
          runsNamed(await json(ARTIFACTS.radonParams), await json(ARTIFACTS.radonAnalysis)),
        );
  },
};
