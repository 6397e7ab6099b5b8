#!/usr/bin/env bash
# zarrita: a selection with fewer entries than the array has axes returns one number, and a wrong one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund zarrita@0.7.5
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import * as zarr from "zarrita";

const store = new Map();
const array = await zarr.create(zarr.root(store), {
  shape: [4, 3], chunkShape: [2, 3], dtype: "uint16", fillValue: 7,
  codecs: [{ name: "bytes", configuration: { endian: "little" } }],
});
await zarr.set(array, null, { data: Uint16Array.from({ length: 12 }, (_, i) => 100 + i), shape: [4, 3], stride: [3, 1] });
const whole = await zarr.get(array);
const row = await zarr.get(array, [0, null]);
const short = await zarr.get(array, [0]);
const { version } = JSON.parse(readFileSync("node_modules/zarrita/package.json", "utf8"));
console.log(`zarrita ${version}, a 4 x 3 array of 100 to 111, fill value 7`);
console.log("get(array):           ", [...whole.data].join(" "));
console.log("get(array, [0, null]):", [...row.data].join(" "));
console.log("get(array, [0]):      ", short);
console.log("NumPy and zarr-python read row 0 for [0]; an error would do as well. Here it is the fill value, in no cell of the array.");
if (short !== 7 || [...row.data].join() !== "100,101,102") {
  console.log("The behaviour changed.");
  process.exit(1);
}
JS
node probe.mjs
