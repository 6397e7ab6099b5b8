#!/usr/bin/env bash
# resvg-wasm: a style "image-rendering: pixelated" cancels the attribute image-rendering="optimizeSpeed", and pixels are smoothed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund @resvg/resvg-wasm@2.6.2 fast-png@8.0.0
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { encode } from "fast-png";

await initWasm(readFileSync("node_modules/@resvg/resvg-wasm/index_bg.wasm"));
const { version } = JSON.parse(readFileSync("node_modules/@resvg/resvg-wasm/package.json", "utf8"));
// Two pixels, black and white, each drawn 10 units wide.
const png = encode({ width: 2, height: 1, data: Uint8Array.of(0, 255), depth: 8, channels: 1 });
const href = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
const greys = (attributes) => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="1"><image width="20" height="1" preserveAspectRatio="none" ${attributes} href="${href}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  return new Set(Array.from({ length: 20 }, (_, x) => pixels[4 * x])).size;
};
const speed = greys('image-rendering="optimizeSpeed"');
const both = greys('image-rendering="optimizeSpeed" style="image-rendering: pixelated"');
console.log(`@resvg/resvg-wasm ${version}: a black and a white pixel, each 10 units wide`);
console.log(`image-rendering="optimizeSpeed": ${speed} greys`);
console.log(`the same with style="image-rendering: pixelated": ${both} greys`);
console.log("CSS keeps the attribute where a value of a style is not understood, and browsers understand it. Here data get values that were never measured, in silence.");
if (speed !== 2 || both <= 2) {
  console.log("The behaviour changed.");
  process.exit(1);
}
JS
node probe.mjs
