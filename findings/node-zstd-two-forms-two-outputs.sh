#!/usr/bin/env bash
# Node: zstdCompress and zstdCompressSync give different bytes for the same input and options, so a hash of a compressed
# object depends on which form wrote it. The two forms of deflate and brotli agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund node@24.21.0
cat > probe.mjs <<'JS'
import { promisify } from "node:util";
import * as zlib from "node:zlib";

const input = Uint8Array.from({ length: 1 << 20 }, (_, index) => ((index * 7) >>> 5) & 255);
const same = {};
for (const name of ["deflate", "brotliCompress", "zstdCompress"]) {
  const atOnce = zlib[`${name}Sync`](input);
  const later = await promisify(zlib[name])(input);
  same[name] = atOnce.equals(later);
  console.log(`${name.padEnd(14)} ${atOnce.length} and ${later.length} bytes, ${same[name] ? "the same" : "DIFFERENT"}; ends ${atOnce.subarray(-4).toString("hex")} and ${later.subarray(-4).toString("hex")}`);
}
const back = zlib.zstdDecompressSync(await promisify(zlib.zstdCompress)(input));
console.log(`node ${process.version}, zstd ${process.versions.zstd}; both decompress to the input: ${back.equals(input)}`);
if (!same.deflate || !same.brotliCompress || same.zstdCompress || !back.equals(input)) {
  console.log("This has changed.");
  process.exit(1);
}
JS
node_modules/node/bin/node probe.mjs
