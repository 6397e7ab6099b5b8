"""Prints as JSON what ImageJ measures with `.roi` files in a ramp of 60 rows by 80 columns: 100 · row + column."""

import json
import sys

from ij import ImagePlus
from ij.gui import Line
from ij.io import RoiDecoder
from ij.process import FloatProcessor
from jpype import JArray, JFloat

HEIGHT, WIDTH = 60, 80
ramp = JArray(JFloat)([float(100 * row + column) for row in range(HEIGHT) for column in range(WIDTH)])
image = ImagePlus("ramp", FloatProcessor(WIDTH, HEIGHT, ramp))


def measure(path):
    roi = RoiDecoder(path).getRoi()
    image.setRoi(roi)
    if isinstance(roi, Line):
        return {"profile": [float(value) for value in roi.getPixels()]}
    statistics = image.getAllStatistics()
    return {"n": int(statistics.pixelCount), "mean": float(statistics.mean)}


print(json.dumps([measure(path) for path in sys.argv[1:]]))
