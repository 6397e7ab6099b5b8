// The format of `<stem>.<artifact>.json`: a JSON under the artifact's name.

import { decodeJsonText } from "@kym/zarr-store/json";
import type { SidecarFormat } from "../sidecar-format.ts";

export const jsonFormat: SidecarFormat = {
  name: "json",
  endings: [".json"],
  named: "json",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: (bytes, { artifact, relPath }) => ({
    artifacts: [{ kind: "json", name: artifact, text: decodeJsonText(bytes, { where: relPath }).text }],
  }),
};
