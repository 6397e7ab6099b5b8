// The format of `<stem>.<artifact>.json`: a JSON under the artifact's name.

import { decodeJsonText } from "@kym/zarr-store/json";
import { MAX_SIDECAR_NODES } from "../../sidecar-limits.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const jsonFormat: SidecarFormat = {
  name: "json",
  endings: [".json"],
  named: "json",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: (bytes, { artifact, relPath: where }) => {
    const { text } = decodeJsonText(bytes, { where, maxNodes: MAX_SIDECAR_NODES });
    return { artifacts: [{ kind: "json", name: artifact, text }] };
  },
};
