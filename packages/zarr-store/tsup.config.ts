import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "bytes/index": "src/bytes/index.ts",
  "node/index": "src/node/index.ts",
  "runtime/index": "src/runtime/index.ts",
  "testing/index": "src/testing/index.ts",
});
