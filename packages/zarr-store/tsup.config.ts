import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "array/index": "src/array/index.ts",
  "bytes/index": "src/bytes/index.ts",
  "json/index": "src/json/index.ts",
  "layout/index": "src/layout/index.ts",
  "node/index": "src/node/index.ts",
  "node/workers/index": "src/node/workers/index.ts",
  "runtime/index": "src/runtime/index.ts",
  "table/index": "src/table/index.ts",
  "table/lazy/index": "src/table/lazy/index.ts",
  "table/reading/index": "src/table/reading/index.ts",
  "testing/index": "src/testing/index.ts",
  // The files behind `#arrow` and `#arrow-now`, of which package.json gives one to Node and the others to bundlers.
  "node/arrow-on-demand": "src/node/arrow-on-demand.ts",
  "table/columns/ensure-arrow": "src/table/columns/ensure-arrow.ts",
  "table/columns/loaded-arrow": "src/table/columns/loaded-arrow.ts",
});
