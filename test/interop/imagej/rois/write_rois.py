"""Writes `.roi` files, a RoiSet.zip and a TIFF with all of them in its overlay with ImageJ, and prints its descriptions as JSON."""

import json
import pathlib
import sys

from imagej_rois import describe, manager
from ij import ImagePlus
from ij.gui import Overlay, Arrow, EllipseRoi, ImageRoi, Line, OvalRoi, PointRoi, PolygonRoi, Roi, RotatedRectRoi, ShapeRoi, TextRoi
from ij.io import FileSaver, RoiDecoder, RoiEncoder
from ij.process import ByteProcessor
from java.awt import Color
from jpype import JArray, JFloat, JInt

folder = pathlib.Path(sys.argv[1])


def whole(kind, *points):
    xs, ys = zip(*points)
    return PolygonRoi(JArray(JInt)(xs), JArray(JInt)(ys), len(points), kind)


def fractions(kind, *points):
    xs, ys = zip(*points)
    return PolygonRoi(JArray(JFloat)(xs), JArray(JFloat)(ys), kind)


def named(name, roi):
    roi.setName(name)
    return roi


def placed(roi, *position):
    roi.setPosition(*position)
    return roi


def drawn(roi):
    roi.setStrokeWidth(2.5)
    roi.setStrokeColor(Color(255, 16, 0))
    roi.setProperty("scored by", "D.")
    return roi


def filled(roi):
    roi.setFillColor(Color(0, 0, 255, 64))
    return roi


def spline(roi):
    roi.fitSpline()
    return roi


KINDS = {"polygon": Roi.POLYGON, "freehand": Roi.FREEROI, "traced": Roi.TRACED_ROI}
PATHS = {"polyline": Roi.POLYLINE, "freeline": Roi.FREELINE}
POINTS = [(1, 2), (50, 2), (30, 60), (7, 31)]
FRACTIONS = [(1.5, 2.25), (50.125, 2), (30, 60.75), (-7.5, 31)]
rois = {
    "rect": Roi(1, 2, 3, 4),
    "rect_negative": Roi(-5, -6, 30, 40),
    "rect_long": Roi(2, 40000, 10, 20000),
    "rect_longer": Roi(2, 100000, 10, 70000),
    "rect_fractions": Roi(1.5, 2.25, 3.5, 4.5),
    "rect_rounded": Roi(1, 2, 30, 40, 8),
    "line": Line(1, 2, 30, 40),
    "line_fractions": Line(30.5, 2.25, 1.125, 40.75),
    "line_drawn": drawn(Line(1, 2, 30, 40)),
    "arrow": Arrow(1, 2, 30, 40),
    "polygon_long": whole(Roi.POLYGON, (1, 1), (50, 2), (30, 60000)),
    "polygon_longer": whole(Roi.POLYGON, (1, 1), (50, 2), (30, 90000)),
    "polyline_spline": spline(whole(Roi.POLYLINE, *POINTS)),
    "rotated_rect": RotatedRectRoi(1, 2, 30, 40, 5),
    "ellipse": EllipseRoi(1, 2, 30, 40, 0.5),
    "named": named("vessel µm 血管 🩸", Roi(1, 2, 3, 4)),
    "at_slice": placed(Roi(1, 2, 3, 4), 7),
    "at_channel": placed(named("c2", Line(1, 2, 3, 4)), 2, 3, 0),
    "at_frame": placed(Roi(1, 2, 3, 4), 2, 3, 4),
    "drawn": filled(drawn(Roi(1, 2, 3, 4))),
    "oval": OvalRoi(1, 2, 3, 4),
    "angle": whole(Roi.ANGLE, (1, 2), (50, 2), (30, 60)),
    "point": PointRoi(3, 4),
    "points": PointRoi(JArray(JFloat)([3.25, 7.75]), JArray(JFloat)([4.125, 9.875]), 2),
    "image": ImageRoi(5, 6, ByteProcessor(4, 3)),
    "composite": ShapeRoi(Roi(1, 2, 3, 4)).or_(ShapeRoi(Roi(10, 2, 3, 4))),
    "text": TextRoi(1, 2, "a note"),
    **{name: whole(kind, *POINTS) for name, kind in {**KINDS, **PATHS}.items()},
    **{f"{name}_fractions": fractions(kind, *FRACTIONS) for name, kind in {**KINDS, **PATHS}.items()},
}
said = {}
for name, roi in rois.items():
    path = folder / f"{name}.roi"
    path.write_bytes(bytes(byte & 255 for byte in RoiEncoder.saveAsByteArray(roi)))
    said[name] = describe(RoiDecoder.openFromByteArray(path.read_bytes()))

every = manager()
for roi in rois.values():
    every.addRoi(roi)
if not every.save(str(folder / "RoiSet.zip")):
    raise SystemExit("ImageJ did not write RoiSet.zip")
image = ImagePlus("all", ByteProcessor(60, 110_000))
image.setProperty("Info", "scored by hand µ")
overlay = Overlay()
for roi in rois.values():
    overlay.add(roi)
image.setOverlay(overlay)
image.setRoi(rois["oval"])
if not FileSaver(image).saveAsTiff(str(folder / "all.tif")):
    raise SystemExit("ImageJ did not write all.tif")
print(json.dumps({"files": said, "zip": [describe(roi) for roi in every.getRoisAsArray()]}))
