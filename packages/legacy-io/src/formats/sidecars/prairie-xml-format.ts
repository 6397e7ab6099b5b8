// The format of `<base>.xml`: what Prairie View says of a recording, one file for all its cycles and channels.

import { ARTIFACTS } from "@kym/kym-schema";
import { MAX_PRAIRIE_BYTES, readPrairie } from "../prairie/read-prairie.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const prairieXmlFormat: SidecarFormat = {
  name: "prairie_xml",
  endings: [".xml"],
  isOfRecording: true,
  mostBytes: MAX_PRAIRIE_BYTES,
  artifacts: [
    { kind: "json", name: ARTIFACTS.metadata },
    { kind: "json", name: ARTIFACTS.prairieScan },
    { kind: "json", name: ARTIFACTS.prairieScanPath },
  ],
  precedence: { prairie: 100 },
  parse: async (bytes) => {
    const prairie = await readPrairie(bytes);
    return { prairie, warnings: prairie.problems };
  },
};
