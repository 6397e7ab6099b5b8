#!/usr/bin/env bash
# apache-arrow in JavaScript: dates in whole milliseconds, stored as nanoseconds, are other instants; as seconds, some are refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund apache-arrow@21.1.0
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { TimestampMicrosecond, TimestampMillisecond, TimestampNanosecond, TimestampSecond, vectorFromArray } from "apache-arrow";

const { version } = JSON.parse(readFileSync("node_modules/apache-arrow/package.json", "utf8"));
const dates = Array.from({ length: 1000 }, (_, index) => new Date(Date.UTC(2025, 6, 22) + index));
const perMs = { TimestampMillisecond: 1n, TimestampMicrosecond: 1000n, TimestampNanosecond: 1000000n };
console.log(`apache-arrow ${version}: ${dates.length} dates, one a millisecond`);
const seen = {};
for (const Type of [TimestampMillisecond, TimestampMicrosecond, TimestampNanosecond]) {
  const vector = vectorFromArray(dates, new Type());
  const stored = vector.data[0].values;
  const errors = dates.map((date, index) => Number(stored[index] - BigInt(date.getTime()) * perMs[Type.name]));
  const wrong = errors.filter((error) => error !== 0).length;
  const back = dates.filter((date, index) => vector.get(index) !== date.getTime()).length;
  console.log(`${Type.name}: ${wrong} stored wrongly, by up to ${Math.max(...errors.map(Math.abs))}; ${back} read back as another time`);
  seen[Type.name] = [wrong, back];
}
let refused = "nothing";
try {
  vectorFromArray([dates[1]], new TimestampSecond());
} catch (error) {
  refused = error.name;
}
console.log(`TimestampSecond of a date that is no whole second: ${refused}`);
const asSeen =
  seen.TimestampMillisecond.every((count) => count === 0) &&
  seen.TimestampMicrosecond.every((count) => count === 0) &&
  seen.TimestampNanosecond.every((count) => count > 100) &&
  refused === "RangeError";
process.exit(asSeen ? 0 : 1);
JS
node probe.mjs
