import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "node/index": "src/node/index.ts",
  "tiff/index": "src/tiff/index.ts",
});
