#!/usr/bin/env bash
# read-roi: the vertices of a subpixel polygon come back rounded to whole pixels, those of a line do not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check read-roi==1.6.0 roifile==2026.2.10 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
from importlib.metadata import version
from read_roi import read_roi_file
from roifile import ROI_TYPE, ImagejRoi

ImagejRoi.frompoints([[1.5, 2.25], [10.0, 2.25], [10.0, 7.75]]).tofile("polygon.roi")
line = ImagejRoi()
line.roitype = ROI_TYPE.LINE
line.x1, line.y1, line.x2, line.y2 = 1.5, 2.25, 10.0, 7.75
line.tofile("line.roi")
p, l = read_roi_file("polygon.roi")["polygon"], read_roi_file("line.roi")["line"]
print(f"read-roi {version('read-roi')}; the file says x 1.5 10 10, y 2.25 2.25 7.75; roifile reads", ImagejRoi.fromfile("polygon.roi").coordinates().tolist())
print("polygon by read-roi: x", p["x"], "y", p["y"])
print("line by read-roi:    ", [l[key] for key in ("x1", "y1", "x2", "y2")])
sys.exit((p["x"], p["y"], l["x1"]) != ([2, 10, 10], [2, 2, 8], 1.5))
PY
