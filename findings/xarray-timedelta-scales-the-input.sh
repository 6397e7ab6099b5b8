#!/usr/bin/env bash
# xarray: decoding fractional "seconds" as timedelta multiplies the caller's own array by 1000; the second look is 1000 times too long.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check xarray==2026.9.0 numpy==2.4.6 pandas==3.1.1
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import numpy, xarray

times = numpy.array([0.0, 0.5, 1.5])
dataset = xarray.Dataset({"line_start": ("line", times, {"units": "seconds"})})
print(f"xarray {xarray.__version__}, before: {times} seconds")
looks = []
for look in (1, 2):
    found = xarray.decode_cf(dataset, decode_timedelta=True)["line_start"].values
    looks.append(found.astype("timedelta64[ms]").astype("int64").tolist())
    print(f"look {look}: {looks[-1]} ms; the caller's array is now {times}")
print("whole seconds are left alone: ", end="")
whole = numpy.array([0.0, 1.0, 2.0])
xarray.decode_cf(xarray.Dataset({"t": ("line", whole, {"units": "seconds"})}), decode_timedelta=True)["t"].values
print(whole)
sys.exit(not (looks[0] == [0, 500, 1500] and looks[1] == [0, 500_000, 1_500_000] and times.tolist() == [0.0, 500.0, 1500.0] and whole.tolist() == [0.0, 1.0, 2.0]))
PY
