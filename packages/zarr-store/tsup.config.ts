import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "array/index": "src/array/index.ts",
  "bytes/index": "src/bytes/index.ts",
  "json/index": "src/json/index.ts",
  "layout/index": "src/layout/index.ts",
  "node/index": "src/node/index.ts",
  "runtime/index": "src/runtime/index.ts",
  "table/index": "src/table/index.ts",
  "testing/index": "src/testing/index.ts",
});
