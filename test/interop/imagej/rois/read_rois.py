"""Prints as JSON what ImageJ reads in `.roi` and `.zip` files, with one list per file."""

import json
import sys

from imagej_rois import describe, manager
from ij.io import RoiDecoder


def read(path):
    if not path.endswith(".zip"):
        return [describe(RoiDecoder(path).getRoi())]
    opened = manager()
    if not opened.open(path):
        raise SystemExit(f"ImageJ did not open {path}")
    return [describe(roi) for roi in opened.getRoisAsArray()]


print(json.dumps([read(path) for path in sys.argv[1:]]))
