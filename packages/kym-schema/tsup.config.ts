import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "keys/index": "src/keys/index.ts",
  "merge/index": "src/merge/index.ts",
  "tables/index": "src/tables/index.ts",
});
