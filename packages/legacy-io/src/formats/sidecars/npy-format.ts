// The format of `<stem>.<artifact>.npy`: an array under the artifact's name.

import { readNpy } from "../npy.ts";
import type { SidecarFormat } from "../sidecar-format.ts";

export const npyFormat: SidecarFormat = {
  name: "npy",
  endings: [".npy"],
  named: "array",
  artifacts: [],
  precedence: { artifacts: 200 },
  parse: (bytes, { artifact }) => ({
    artifacts: [{ kind: "array", name: artifact, array: readNpy(bytes) }],
  }),
};
