#!/usr/bin/env bash
# sirv: every file named *.gz is sent with Content-Encoding: gzip, so fetch gives its contents and never its bytes; a range of it gives nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund sirv@3.0.2
cat > probe.mjs <<'JS'
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import sirv from "sirv";

const file = gzipSync("time_s,velocity_mm_s\n".padEnd(5000, "0.1,1.25\n"));
mkdirSync("public");
writeFileSync("public/trace.csv.gz", file);
const server = createServer(sirv("public", { dev: true, gzip: false, brotli: false }));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/trace.csv.gz`;
const whole = await fetch(url);
const bytes = Buffer.from(await whole.arrayBuffer());
const part = await fetch(url, { headers: { range: "bytes=0-9" } });
const ten = await part.arrayBuffer().then((buffer) => `${buffer.byteLength} bytes`, (error) => `${error.name}: ${error.message}`);
server.close();
const { version } = JSON.parse(readFileSync("node_modules/sirv/package.json", "utf8"));
console.log(`sirv ${version} with { gzip: false, brotli: false }; trace.csv.gz has ${file.length} bytes`);
console.log("headers:", whole.headers.get("content-type"), "| content-encoding", whole.headers.get("content-encoding"), "| content-length", whole.headers.get("content-length"));
console.log(`fetch gives ${bytes.length} bytes that begin ${JSON.stringify(bytes.subarray(0, 21).toString("latin1"))}`);
console.log(`bytes=0-9: HTTP ${part.status}, content-encoding ${part.headers.get("content-encoding")}, fetch gives ${ten}`);
console.log("So a hash of the stored file can never be checked from a page, and a packed table cannot be unpacked by its reader.");
if (whole.headers.get("content-encoding") !== "gzip" || bytes.length !== 5000 || ten === "10 bytes") { process.exit(1); }
JS
node probe.mjs
