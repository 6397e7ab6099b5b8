"""Prints what ImageJ shows of `scan.tif` in a folder, as a row of JSON: `try_imagej.py FOLDER`."""

import json
import pathlib
import sys

from ij import IJ
from ij.io import Opener

image = Opener().openImage(str(pathlib.Path(sys.argv[1]) / "scan.tif"))
scale = image.getCalibration()
overlay = image.getOverlay()
result = (
    f"{image.getWidth()} × {image.getHeight()}; steps {scale.pixelWidth:.6g} {scale.getXUnit()} along a line and "
    f"{scale.pixelHeight:.6g} {scale.getYUnit()} from line to line; {overlay.size() if overlay else 0} ROIs"
)
row = {"reader": "ImageJ", "version": str(IJ.getVersion()), "given": "a TIFF of `kym export --to imagej`", "result": result}
print(json.dumps([row]))
