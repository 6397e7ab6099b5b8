#!/usr/bin/env bash
# OpenCV and Pillow: a TIFF whose zero is white is inverted at 8 bits and left alone at 16, without a word either way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
  opencv-python-headless==5.0.0.93 pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys, warnings
import cv2, numpy as np, PIL, tifffile
from PIL import Image

warnings.simplefilter("ignore")
print(f"OpenCV {cv2.__version__}, Pillow {PIL.__version__}; stored: 0 1 2 100, PhotometricInterpretation 0")
seen = {}
for dtype in ("uint8", "uint16", "float32"):
    stored = np.array([[0, 1], [2, 100]], dtype)
    tifffile.imwrite("white.tif", stored, photometric="miniswhite")
    for name, read in (("OpenCV", cv2.imread("white.tif", cv2.IMREAD_UNCHANGED)), ("Pillow", np.array(Image.open("white.tif")))):
        seen[name, dtype] = "as stored" if np.array_equal(read, stored) else "inverted" if np.array_equal(read, 255 - stored) else "other"
        print(f"{dtype}: {name} reads {read.ravel().tolist()}: {seen[name, dtype]}")
expected = {(name, dtype): "inverted" if dtype == "uint8" else "as stored" for name in ("OpenCV", "Pillow") for dtype in ("uint8", "uint16", "float32")}
print("So the same recording, saved once at 16 bits and once at 8, is bright where it was dark.")
sys.exit(int(seen != expected))
PY
