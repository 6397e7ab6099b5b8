#!/usr/bin/env bash
# npm tiff: of a MinIsWhite TIFF the stored numbers are inverted (65535 - v), where tifffile and libtiff's users get them as stored.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund tiff@7.1.3
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { decode } from "tiff";

function greyTiff(photometric) {
  const tags = [[256, 4, 4], [257, 4, 1], [258, 3, 16], [259, 3, 1], [262, 3, photometric], [273, 4, 8], [277, 3, 1], [278, 4, 1], [279, 4, 8]];
  const bytes = Buffer.alloc(16 + 2 + tags.length * 12 + 4);
  bytes.write("II*\0", 0, "latin1");
  bytes.writeUInt32LE(16, 4);
  [0, 100, 200, 65535].forEach((value, i) => { bytes.writeUInt16LE(value, 8 + i * 2); });
  bytes.writeUInt16LE(tags.length, 16);
  tags.forEach(([tag, type, value], i) => {
    const at = 18 + i * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    type === 3 ? bytes.writeUInt16LE(value, at + 8) : bytes.writeUInt32LE(value, at + 8);
  });
  return bytes;
}
const { version } = JSON.parse(readFileSync("node_modules/tiff/package.json", "utf8"));
const [white, black] = [0, 1].map((photometric) => [...decode(greyTiff(photometric))[0].data]);
console.log(`tiff ${version}; both files store 0 100 200 65535`);
console.log("PhotometricInterpretation 1 (BlackIsZero):", black.join(" "));
console.log("PhotometricInterpretation 0 (WhiteIsZero):", white.join(" "));
console.log("The tag says how to show the numbers; a measurement from them changes its value here, and nothing in the result says so.");
if (white.join() !== "65535,65435,65335,0" || black.join() !== "0,100,200,65535") { process.exit(1); }
JS
node probe.mjs
