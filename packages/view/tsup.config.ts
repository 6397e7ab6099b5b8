import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "stored/index": "src/stored/index.ts",
  "styles/index": "src/styles/index.ts",
});
