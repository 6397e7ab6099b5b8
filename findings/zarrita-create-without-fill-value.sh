#!/usr/bin/env bash
# zarrita: create() without a fill value writes metadata that zarr-python and tensorstore refuse, and int64 arrays that it cannot read itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module"}' > package.json
npm install --silent --no-audit --no-fund zarrita@0.7.5
cat > probe.mjs <<'JS'
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as zarr from "zarrita";

const store = {
  async get(key) {
    try { return readFileSync(`data${key}`); } catch { return undefined; }
  },
  async set(key, bytes) {
    mkdirSync(dirname(`data${key}`), { recursive: true });
    writeFileSync(`data${key}`, bytes);
  },
};
const codecs = [{ name: "bytes", configuration: { endian: "little" } }];
await zarr.create(zarr.root(store).resolve("u2"), { shape: [2], chunkShape: [2], dtype: "uint16", codecs });
const i8 = await zarr.create(zarr.root(store).resolve("i8"), { shape: [2], chunkShape: [2], dtype: "int64", codecs });
const { version } = JSON.parse(readFileSync("node_modules/zarrita/package.json", "utf8"));
console.log(`zarrita ${version} wrote fill_value:`, JSON.parse(readFileSync("data/u2/zarr.json", "utf8")).fill_value);
const own = await zarr.get(i8).then((read) => `read ${read.data}`, (error) => `${error.name}: ${error.message}`);
console.log("zarrita reads its own empty int64 array:", own);
if (!own.startsWith("TypeError")) { process.exit(1); }
JS
node probe.mjs
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check zarr==3.1.6 tensorstore==0.1.86
env/bin/python - <<'PY'
import sys, tensorstore, zarr

def outcome(read):
    try:
        return f"read {read()}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:110]}"

spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": "data/u2"}}
seen = {
    f"zarr-python {zarr.__version__}": outcome(lambda: zarr.open_array("data/u2", mode="r")[:]),
    "tensorstore 0.1.86": outcome(lambda: tensorstore.open(spec).result().read().result()),
}
for name, what in seen.items():
    print(f"{name} opens the uint16 array: {what}")
print("The Zarr v3 specification requires a fill value of the array's type; null is none.")
sys.exit(any(what.startswith("read") for what in seen.values()))
PY
