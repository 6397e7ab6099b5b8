"""Prints how ImageJ reads TIFFs: `imagej_tiffs.py folder`, with one JSON object per .tif, by file name.

The values are those that ImageJ shows, plane by plane, after its calibration of signed numbers.
"""

import hashlib
import json
import pathlib
import sys

import numpy
from ij.io import Opener


def describe(path):
    image = Opener().openImage(str(path))
    calibration = image.getCalibration()
    stack = image.getStack()
    planes = [numpy.array(stack.getPixels(index + 1)) for index in range(stack.getSize())]
    pixels = numpy.concatenate(planes)
    if image.getBitDepth() in (8, 16):
        pixels = pixels.view(f"uint{image.getBitDepth()}").astype("float64")
        table = calibration.getCTable()
        if table is not None:
            pixels = numpy.array(table)[pixels.astype("int64")].astype("float64")
    return {
        "bits": int(image.getBitDepth()),
        "size": [int(image.getHeight()), int(image.getWidth())],
        "stack": [int(image.getNFrames()), int(image.getNSlices()), int(image.getNChannels())],
        "sha256": hashlib.sha256(pixels.astype("<f8").tobytes()).hexdigest(),
        "steps": [float(calibration.pixelWidth), float(calibration.pixelHeight), float(calibration.pixelDepth)],
        "units": [str(calibration.getXUnit()), str(calibration.getYUnit()), str(calibration.getZUnit())],
        "frameInterval": float(calibration.frameInterval),
    }


print(json.dumps({path.name: describe(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tif"))}))
