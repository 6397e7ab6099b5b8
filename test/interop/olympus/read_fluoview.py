"""What oirfile and oiffile say of files: pixels as channels, lines and columns, the time of a line and the pitch."""

import hashlib
import json
import re
import sys

import numpy
import oiffile
import oirfile


def said(array, **facts):
    array = numpy.ascontiguousarray(array)
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "sha256": hashlib.sha256(array.tobytes()).hexdigest(),
        **facts,
    }


def read_oir(path):
    with oirfile.OirFile(path) as oir:
        array = oir.asarray()
        dims = "".join(oir.dims)
        if "C" in dims:
            array = numpy.moveaxis(array, dims.index("C"), 0)
        scales = {axis: [value, oir.coord_units[axis]] for axis, value in oir.coord_scales.items()}
        facts = {"dims": dims, "scales": scales, "start": oir.datetime}
        if oir.reference is not None:
            facts["line"] = list(oir.reference.line_roi or ())
        return said(array, **facts)


def read_oif(path):
    with oiffile.OifFile(path) as oif:
        names = sorted(name for name in oif.glob("*.tif") if not re.search(r"-R\d+\.tif$", name))
        planes = numpy.stack([oif.asarray(name) for name in names])
        try:
            whole = list(oif.asarray().shape)
        except NotImplementedError as error:
            whole = str(error)
        return said(planes.squeeze(), dims=oif.axes, whole=whole)


READERS = {".oir": read_oir, ".oib": read_oif, ".oif": read_oif}

print(json.dumps([READERS[path[-4:]](path) for path in sys.argv[1:]]))
