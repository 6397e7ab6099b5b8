#!/usr/bin/env bash
# roifile: the edges of a ROI beyond row 65535 wrap round without an error, though its points are kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check roifile==2026.2.10 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys, roifile
from roifile import ROI_TYPE, ImagejRoi

rect = ImagejRoi()
rect.roitype = ROI_TYPE.RECT
rect.top, rect.left, rect.bottom, rect.right = 60000, 0, 70000, 20
rect.tofile("rect.roi")
polygon = ImagejRoi.frompoints([[0, 60000], [20, 60000], [20, 70000]])
polygon.tofile("polygon.roi")
r, p = ImagejRoi.fromfile("rect.roi"), ImagejRoi.fromfile("polygon.roi")
print(f"roifile {roifile.__version__}: lines 60000 to 70000 of a line scan, as a rectangle and as a polygon")
print("rectangle, read back: top", r.top, "bottom", r.bottom)
print("polygon, read back:   top", p.top, "bottom", p.bottom, "rows", p.coordinates()[:, 1].tolist())
print("The format has 16 bits an edge. Writing gives neither error nor warning; the bottom lies above the top.")
sys.exit((r.top, r.bottom, p.bottom) != (60000, 4464, 4465))
PY
