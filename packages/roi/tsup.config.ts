import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild({
  index: "src/index.ts",
  "geojson/index": "src/geojson/index.ts",
  "imagej/index": "src/imagej/index.ts",
});
