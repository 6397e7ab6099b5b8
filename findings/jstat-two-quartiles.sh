#!/usr/bin/env bash
# jStat: percentile(), quantiles() and quartiles() of one library give three different first quartiles of the same numbers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund jstat@1.9.6
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import jstat from "jstat";

const { version } = JSON.parse(readFileSync("node_modules/jstat/package.json", "utf8"));
const velocities = [0.61, 0.78, 0.94, 1.02, 1.31, 1.75];
const seen = {
  "percentile(v, 0.25)": jstat.percentile(velocities, 0.25),
  "quantiles(v, [0.25])[0]": jstat.quantiles(velocities, [0.25])[0],
  "quartiles(v)[0]": jstat.quartiles(velocities)[0],
};
console.log(`jstat ${version}: the first quartile of ${velocities.join(" ")}`);
for (const [call, value] of Object.entries(seen)) console.log(`${call} = ${value}`);
console.log("Python's numpy.percentile and R's quantile give 0.82 by default.");
process.exit(new Set(Object.values(seen).map((value) => value.toFixed(6))).size === 3 ? 0 : 1);
JS
node probe.mjs
