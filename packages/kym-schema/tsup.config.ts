import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "calibration/index": "src/calibration/index.ts",
  "flow/index": "src/flow/index.ts",
  "keys/index": "src/keys/index.ts",
  "merge/index": "src/merge/index.ts",
  "tables/index": "src/tables/index.ts",
});
