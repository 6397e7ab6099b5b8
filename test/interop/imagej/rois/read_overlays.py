"""Prints as JSON the selection, the overlay and the info that ImageJ finds in TIFFs."""

import json
import sys

from imagej_rois import describe
from ij import IJ


def read(path):
    image = IJ.openImage(path)
    overlay, selection = image.getOverlay(), image.getRoi()
    return {
        "overlay": [] if overlay is None else [describe(roi) for roi in overlay.toArray()],
        "selection": None if selection is None else describe(selection),
        "info": str(image.getProperty("Info")),
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
