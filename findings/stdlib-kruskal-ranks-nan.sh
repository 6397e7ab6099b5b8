#!/usr/bin/env bash
# @stdlib/stats-kruskal-test: a missing value (NaN) is ranked as the greatest of all, and p = 0.044 becomes p = 0.30 without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @stdlib/stats-kruskal-test@0.2.3
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import kruskal from "@stdlib/stats-kruskal-test";

const { version } = JSON.parse(readFileSync("node_modules/@stdlib/stats-kruskal-test/package.json", "utf8"));
const [control, treated] = [[1.2, 0.9, 1.7], [2.5, 2.8, 3.1]];
const seen = {
  "without the missing value": kruskal(control, [0.4, 0.3], treated),
  "with the missing value as NaN": kruskal(control, [0.4, Number.NaN, 0.3], treated),
  "with 99 in its place": kruskal(control, [0.4, 99, 0.3], treated),
};
console.log(`@stdlib/stats-kruskal-test ${version}`);
for (const [what, { statistic, pValue }] of Object.entries(seen)) console.log(`${what}: H ${statistic.toFixed(4)}, p ${pValue.toFixed(4)}`);
console.log("scipy.stats.kruskal gives NaN by default; R's kruskal.test leaves the value out: H 6.25, p 0.0439.");
const [without, withNaN, with99] = Object.values(seen).map(({ pValue }) => pValue);
process.exit(withNaN === with99 && Math.abs(without - withNaN) > 0.2 ? 0 : 1);
JS
node probe.mjs
