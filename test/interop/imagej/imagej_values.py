"""Prints how ImageJ shows calibrated values: `imagej_values.py folder saved`.

Writes TIFFs to `folder`: one row of uint16, with ImageJ descriptions that calibrate the values differently. Then opens
every .tif in it, saves it with ImageJ to `saved`, and prints the values that ImageJ shows as JSON, by file name, and the range of stored values from black to white.
"""

import json
import pathlib
import sys

import numpy
import tifffile
from ij.io import FileSaver, Opener

LINE = "cf=0\nc0=-32768.0\nc1=1.0\n"
DESCRIBED = {
    "signed": f"{LINE}vunit=Gray Value\n",
    "without unit": LINE,
    "clipped": f"{LINE}vunit=Gray Value\nzeroclip=true\n",
    "line": "cf=0\nc0=10.0\nc1=2.0\nvunit=ratio\n",
    "none": "cf=20\nvunit=Gray Value\n",
}


def shown(image):
    pixels = numpy.array(image.getProcessor().getPixels()).view("uint16")
    table = image.getCalibration().getCTable()
    return [float(value) for value in (pixels if table is None else numpy.array(table)[pixels.astype("int64")])]


folder, saved = (pathlib.Path(path) for path in sys.argv[1:])
values = numpy.array([[0, 32_767, 32_768, 65_535]], "uint16")
for name, lines in DESCRIBED.items():
    tifffile.imwrite(folder / f"{name}.tif", values, description=f"ImageJ=1.54p\n{lines}", metadata=None)
said = {}
for path in sorted(folder.glob("*.tif")):
    image = Opener().openImage(str(path))
    said[path.stem] = shown(image)
    said[f"{path.stem} range"] = [image.getDisplayRangeMin(), image.getDisplayRangeMax()]
    if not FileSaver(image).saveAsTiff(str(saved / path.name)):
        raise SystemExit(f"ImageJ cannot save {path.name}")
print(json.dumps(said))
