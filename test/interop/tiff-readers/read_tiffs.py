"""Prints how tifffile reads TIFFs: `read_tiffs.py folder`, with one JSON object per .tif, by file name."""

import hashlib
import json
import pathlib
import sys

import tifffile


def describe(path):
    with tifffile.TiffFile(path) as tif:
        array = tif.asarray()
        series = tif.series[0]
        metadata = tif.imagej_metadata or {}
        tags = tif.pages[0].tags
        step = lambda name: tags[name].value[1] / tags[name].value[0] if name in tags else None
        return {
            "dtype": array.dtype.name,
            "shape": list(array.shape),
            "sha256": hashlib.sha256(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest(),
            "isImageJ": tif.is_imagej,
            "axes": series.axes.lower(),
            "pages": len(tif.pages),
            "unit": metadata.get("unit"),
            "yunit": metadata.get("yunit"),
            "spacing": metadata.get("spacing"),
            "finterval": metadata.get("finterval"),
            "x": step("XResolution"),
            "y": step("YResolution"),
        }


print(json.dumps({path.name: describe(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tif"))}))
