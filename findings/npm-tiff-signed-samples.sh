#!/usr/bin/env bash
# npm tiff: signed samples come back as unsigned, without a word: -10 is 65526.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund tiff@7.1.3
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { decode } from "tiff";

// A little-endian TIFF of 1 x 4 pixels; SampleFormat 2 says signed integers (TIFF 6.0, section 19).
function signedTiff(bits, write) {
  const tags = [[256, 4, 4], [257, 4, 1], [258, 3, bits], [259, 3, 1], [262, 3, 1], [273, 4, 8], [277, 3, 1], [278, 4, 1], [279, 4, bits / 2], [339, 3, 2]];
  const bytes = Buffer.alloc(16 + 2 + tags.length * 12 + 4);
  bytes.write("II*\0", 0, "latin1");
  bytes.writeUInt32LE(16, 4);
  [-10, -1, 0, 100].forEach((value, i) => { write(bytes, value, 8 + (i * bits) / 8); });
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
const [i16] = decode(signedTiff(16, (bytes, value, at) => bytes.writeInt16LE(value, at)));
const [i8] = decode(signedTiff(8, (bytes, value, at) => bytes.writeInt8(value, at)));
const { version } = JSON.parse(readFileSync("node_modules/tiff/package.json", "utf8"));
console.log(`tiff ${version}; the pixels are -10 -1 0 100`);
console.log("16 bits:", i16.data, "sampleFormat", i16.sampleFormat);
console.log(" 8 bits:", i8.data, "sampleFormat", i8.sampleFormat);
if (!(i16.data instanceof Uint16Array && i16.data[0] === 65526 && i8.data[0] === 246)) { process.exit(1); }
JS
node probe.mjs
