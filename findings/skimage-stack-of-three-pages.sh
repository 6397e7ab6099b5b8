#!/usr/bin/env bash
# scikit-image: imread() of a gray TIFF with 3 or 4 pages moves the pages to the last axis; with 2 or 5 pages it does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check scikit-image==0.26.0 tifffile==2026.3.3 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import numpy as np, skimage, tifffile
from skimage import io

print(f"scikit-image {skimage.__version__}: skimage.io.imread() of gray pages of 100 lines x 38 pixels, no colours stated")
moved = {}
for pages in (2, 3, 4, 5):
    stack = np.random.default_rng(pages).integers(0, 4096, (pages, 100, 38), dtype="uint16")
    tifffile.imwrite("stack.tif", stack, photometric="minisblack")
    read = io.imread("stack.tif")
    moved[pages] = read.shape == (100, 38, pages) and np.array_equal(np.moveaxis(read, -1, 0), stack)
    print(f"{pages} pages: tifffile reads {tifffile.imread('stack.tif').shape}, scikit-image reads {read.shape}")
print("A loop over the pages so runs over the lines, for three or four recordings in one file alone.")
sys.exit(int(moved != {2: False, 3: True, 4: True, 5: False}))
PY
