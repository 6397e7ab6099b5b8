import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "first-generation/index": "src/first-generation/index.ts",
  "staleness/index": "src/staleness/index.ts",
});
