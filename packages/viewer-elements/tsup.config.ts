import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "dataset/index": "src/dataset/index.ts",
  "node/page-script": "src/node/page-script.ts",
});
