// The format of `<stem>.json`: metadata and ROIs that the older application keeps and people edit.

import { ARTIFACTS } from "@kym/kym-schema";
import { parseClassicJson } from "../json/classic-json.ts";
import { classicJsonText } from "../kymflow/kymflow-json.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const classicJsonFormat: SidecarFormat = {
  name: "classic_json",
  endings: [".json"],
  artifacts: [{ kind: "json", name: ARTIFACTS.metadata }],
  precedence: { classic: 100, accepted: 100 },
  parse: (bytes) => {
    const classic = parseClassicJson(bytes);
    return {
      classic,
      accepted: classic.accepted,
      warnings: [...classic.warnings, ...classic.rejectedRois.map(({ reason }) => reason)],
    };
  },
  write: async ({ json, shape }) => classicJsonText(await json(ARTIFACTS.metadata), shape),
};
