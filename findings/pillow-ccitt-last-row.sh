#!/usr/bin/env bash
# Pillow (libtiff): a black and white image saved as "tiff_ccitt" can come back with its last row blank; the file itself is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 tifffile==2026.3.3 imagecodecs==2026.3.6 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys
import imagecodecs, numpy, PIL, tifffile
from PIL import Image, features

image = numpy.array([[0, 1, 1], [0, 1, 1]], "bool")
Image.fromarray(image).save("saved.tif", compression="tiff_ccitt")
pillow = numpy.asarray(Image.open("saved.tif")).astype(int).tolist()
with tifffile.TiffFile("saved.tif") as tif:
    page = tif.pages[0]
    strip = tif.filehandle.read_segments(page.dataoffsets, page.databytecounts)
    # A run of one 0 is 000111, a run of two 1s is 11 (ITU-T T.4): each row takes just one byte.
    print("stored rows:", *(f"{byte:08b}" for data, _ in strip for byte in data))
    other = page.asarray().astype(int).tolist()
print(f"saved: {image.astype(int).tolist()}")
print(f"Pillow {PIL.__version__}, libtiff {features.version('libtiff')}: {pillow}")
print(f"tifffile {tifffile.__version__}, imagecodecs {imagecodecs.__version__}: {other}")
sys.exit(pillow != [[0, 1, 1], [0, 0, 0]] or other != [[0, 1, 1], [0, 1, 1]])
PY
