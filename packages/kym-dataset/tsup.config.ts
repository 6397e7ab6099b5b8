import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "copies/index": "src/copies/index.ts",
  "first-generation/index": "src/first-generation/index.ts",
  // A module of its own, which the threads of the pool load.
  "node/analysis-worker": "src/node/analysis-worker.ts",
  "node/index": "src/node/index.ts",
  "sources/index": "src/sources/index.ts",
  "staleness/index": "src/staleness/index.ts",
  "statistics/index": "src/statistics/index.ts",
});
