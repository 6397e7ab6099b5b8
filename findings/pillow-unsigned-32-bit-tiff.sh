#!/usr/bin/env bash
# Pillow: a TIFF of unsigned 32-bit counts is read as signed; counts from 2^31 on turn negative, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import numpy, PIL, tifffile
from PIL import Image

counts = numpy.array([[0, 2**31 - 1, 2**31, 2**32 - 1]], "u4")
tifffile.imwrite("counts.tif", counts)
image = Image.open("counts.tif")
read = numpy.asarray(image)
print(f"Pillow {PIL.__version__}: mode {image.mode}, {read.dtype}, {read[0].tolist()}")
print(f"tifffile {tifffile.__version__}: {tifffile.imread('counts.tif').dtype}, {tifffile.imread('counts.tif')[0].tolist()}")
sys.exit(read[0].tolist() != [0, 2**31 - 1, -(2**31), -1])
PY
