import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "node/index": "src/node/index.ts",
  // A module of its own, which the threads of an ingest load.
  "node/threads/image-worker": "src/node/threads/image-worker.ts",
  "tiff/index": "src/tiff/index.ts",
});
