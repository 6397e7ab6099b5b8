"""Shared by the scripts inside ImageJ: a ROI Manager without its window, and descriptions of selections."""

from ij.gui import Line, PolygonRoi
from ij.plugin.frame import RoiManager
from java.util import ArrayList
from javax.swing import DefaultListModel, JList
from sun.misc import Unsafe


def manager():
    """ImageJ's own ROI Manager, made without its constructor, which opens a window."""
    unsafe = Unsafe.class_.getDeclaredField("theUnsafe")
    unsafe.setAccessible(True)
    made = unsafe.get(None).allocateInstance(RoiManager.class_)
    model = DefaultListModel()
    for name, value in {"rois": ArrayList(), "listModel": model, "list": JList(model)}.items():
        field = RoiManager.class_.getDeclaredField(name)
        field.setAccessible(True)
        field.set(made, value)
    return made


def describe(roi):
    """Type, name, bounds, points and position, as ImageJ has them; points are those that it keeps, not what it draws."""
    bounds = roi.getFloatBounds()
    points = []
    if isinstance(roi, Line):
        points = [[roi.x1d, roi.y1d], [roi.x2d, roi.y2d]]
    elif isinstance(roi, PolygonRoi):
        polygon = roi.getNonSplineFloatPolygon()
        points = [[polygon.xpoints[index], polygon.ypoints[index]] for index in range(polygon.npoints)]
    return {
        "type": str(roi.getTypeAsString()),
        "name": None if roi.getName() is None else str(roi.getName()),
        "bounds": [bounds.x, bounds.y, bounds.width, bounds.height],
        "points": [[float(x), float(y)] for x, y in points],
        "position": [roi.getPosition(), roi.getCPosition(), roi.getZPosition(), roi.getTPosition()],
    }
