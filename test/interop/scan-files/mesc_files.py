# Writes files in MESc's layout with h5py, in every layout and filter that we read and some that we do not, and says what h5py reads of them.
import json
import pathlib
import sys

import h5py
import numpy

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(35)
said = {}


def text(value, dtype="uint8"):
    """A text as MESc keeps it: an array of characters that ends with 0."""
    return numpy.array([ord(letter) for letter in value] + [0], dtype)


def describe(unit, channels, z_scale=2.0, role=0, **more):
    attributes = {
        "VecChannelsSize": numpy.uint32(channels),
        "MeasurementDatePosix": numpy.array([1_700_000_000], "uint64"),
        "MeasurementDateNanoSecs": numpy.array([707_000_000], "uint32"),
        "XAxisConversionConversionLinearScale": 0.25,
        "XAxisConversionUnitName": text("µm", "uint16"),
        "ZAxisConversionConversionLinearScale": z_scale,
        "ZAxisConversionUnitName": text("ms" if role == 0 else "µm", "uint16"),
        "ZAxisGeomRole": numpy.array([role], "uint32"),
        "Comment": text("Gefäß 1"),
        "CreatingMEScVersion": "MESc 4.0",
        "ExperimenterSetupID": numpy.bytes_("SETUP-1"),
        **more,
    }
    for channel in range(channels):
        attributes[f"Channel_{channel}_Name"] = text(["UG", "UR"][channel])
        attributes[f"Channel_{channel}_Conversion_ConversionLinearScale"] = 1.0
        attributes[f"Channel_{channel}_Conversion_ConversionLinearOffset"] = [-786.0, -1170.0][channel]
    for name, value in attributes.items():
        unit.attrs[name] = value


def write(name, shape=(60, 1, 12), dtype="<u2", channels=2, file=None, attributes=None, fill=False, **options):
    path = folder / f"{name}.mesc"
    with h5py.File(path, "w", **(file or {})) as h5:
        unit = h5.create_group("MSession_0").create_group("MUnit_0")
        describe(unit, channels, **(attributes or {}))
        for channel in range(channels):
            if numpy.dtype(dtype).kind == "f":
                data = random.normal(0, 100, shape).astype(dtype)
            else:
                data = random.integers(0, 100, shape).astype(dtype)
            if fill:
                dataset = unit.create_dataset(f"Channel_{channel}", shape, dtype, **options)
                dataset[: shape[0] // 3] = data[: shape[0] // 3]
            else:
                unit.create_dataset(f"Channel_{channel}", data=data, **options)
    with h5py.File(path, "r") as h5:
        unit = h5["MSession_0/MUnit_0"]
        arrays = [unit[f"Channel_{channel}"][()] for channel in range(channels)]
    array = numpy.stack(arrays).reshape(channels, -1, shape[-1])
    array = array.astype(array.dtype.newbyteorder("="))
    (folder / f"{name}.bin").write_bytes(array.tobytes())
    said[name] = {"shape": list(array.shape), "dtype": str(array.dtype)}


LATEST = {"libver": "latest"}

write("contiguous")
write("user block", file={"userblock_size": 512})
write("chunked", chunks=(16, 1, 5))
write("line by line", chunks=(1, 1, 12))
write("deflate", chunks=(7, 1, 12), compression="gzip")
write("all filters", chunks=(16, 1, 12), compression="gzip", shuffle=True, fletcher32=True)
write("checksum alone", chunks=(16, 1, 11), fletcher32=True)
write("checksum odd", dtype="u1", chunks=(7, 1, 11), fletcher32=True)
write("big endian", dtype=">u2", chunks=(16, 1, 12), shuffle=True, compression="gzip")
write("signed", dtype="<i4")
write("float", dtype="<f4", chunks=(16, 1, 12), compression="gzip", shuffle=True)
write("double big", dtype=">f8")
write("may grow", chunks=(16, 1, 12), maxshape=(None, 1, 12), compression="gzip")
write("two axes", shape=(60, 12), chunks=(25, 7), compression="gzip")
write("one frame", shape=(1, 60, 12), chunks=(1, 25, 12), attributes={"MethodType": numpy.uint32(6), "TStepInMs": 2.0})
write("fill", chunks=(10, 1, 12), fill=True, fillvalue=7)
write("many chunks", shape=(3000, 1, 4), chunks=(1, 1, 4), channels=1)
write("empty", chunks=(1, 1, 12), fill=True, fillvalue=3, channels=1, shape=(2, 1, 12))

for name, options in {
    "lzf": {"compression": "lzf", "chunks": (16, 1, 12)},
    "scaleoffset": {"scaleoffset": 0, "chunks": (16, 1, 12)},
    "attributes in a heap": {"file": LATEST},
}.items():
    write(name, **options)


def write_latest(name, shape=(60, 1, 12), more_groups=0, **options):
    """Headers of version 2 with few attributes, which stay in the header."""
    path = folder / f"{name}.mesc"
    data = random.integers(0, 5000, shape).astype("uint16")
    with h5py.File(path, "w", **LATEST) as h5:
        unit = h5.create_group("MSession_0").create_group("MUnit_0")
        unit.attrs["ZAxisGeomRole"] = 0
        unit.attrs["ZAxisConversionConversionLinearScale"] = 2.0
        unit.attrs["ZAxisConversionUnitName"] = text("ms", "uint16")
        unit.attrs["XAxisConversionConversionLinearScale"] = 0.25
        unit.attrs["MeasurementDatePosix"] = 1_700_000_000
        unit.attrs["MeasurementDateNanoSecs"] = 707_000_000
        unit.attrs["Comment"] = "text"
        for group in range(more_groups):
            unit.create_group(f"Curve_{group}")
        unit.create_dataset("Channel_0", data=data, **options)
    with h5py.File(path, "r") as h5:
        array = h5["MSession_0/MUnit_0/Channel_0"][()]
    (folder / f"{name}.bin").write_bytes(array.tobytes())
    said[name] = {"shape": [1, shape[0], shape[2]], "dtype": "uint16"}


write_latest("latest contiguous")
write_latest("links in a heap", more_groups=20)
write_latest("latest single", chunks=(60, 1, 12))
write_latest("latest single filtered", chunks=(60, 1, 12), compression="gzip", shuffle=True, fletcher32=True)
write_latest("latest fixed", chunks=(16, 1, 5))
write_latest("latest fixed filtered", chunks=(16, 1, 5), compression="gzip")
write_latest("latest paged", shape=(400, 1, 6), chunks=(1, 1, 1))
write_latest("latest paged filtered", shape=(3000, 1, 6), chunks=(1, 1, 6), compression="gzip")
write_latest("latest fixed may grow", chunks=(16, 1, 5), maxshape=(100, 4, 33))
write_latest("latest tree", chunks=(16, 1, 5), maxshape=(None, None, 12))
write_latest("latest extensible", chunks=(16, 1, 5), maxshape=(None, 1, 12))

with h5py.File(folder / "session.mesc", "w") as h5:
    """What a session has: a scan, frames, a stack, and a unit without channels."""
    session = h5.create_group("MSession_0")
    for at, (shape, options) in enumerate([
        ((40, 1, 8), {}),
        ((4, 16, 8), {}),
        ((4, 16, 8), {"role": 3, "z_scale": 1.0}),
        ((1, 16, 8), {}),
    ]):
        unit = session.create_group(f"MUnit_{at}")
        describe(unit, 1, **options)
        unit.create_dataset("Channel_0", data=random.integers(0, 100, shape).astype("uint16"))
    session.create_group("MUnit_10")
    with_rows = session.create_group("MUnit_9")
    describe(with_rows, 1, z_scale=20.0, YAxisConversionConversionLinearScale=2.0, YAxisConversionUnitName=text("ms"))
    with_rows.create_dataset("Channel_0", data=random.integers(1, 100, (3, 8, 5)).astype("uint16"))

with h5py.File(folder / "contiguous.mesc", "r") as h5:
    attributes = h5["MSession_0/MUnit_0"].attrs
    said["contiguous"]["scales"] = [float(attributes[f"{axis}AxisConversionConversionLinearScale"]) for axis in "ZX"]

print(json.dumps(said))
