"""Writes line scans with pylibCZIrw and tifffile, and says what czifile, slideio, pylibCZIrw and tifffile read of them and of ours."""

import json
import struct
import sys
from pathlib import Path

import czifile
import numpy
import slideio
import tifffile
from pylibCZIrw import czi as pyczi

folder = Path(sys.argv[1])
random = numpy.random.default_rng(26)
said = {}


def write(name, lines=300, width=64, channels=1, start=0, skip=(), twice=(), kind=None, types=None):
    types = types or [numpy.uint16] * channels
    data = [random.integers(0, 250 if one == numpy.uint8 else 4000, (lines, width)).astype(one) for one in types]
    options = {} if kind is None else {"compression_options": kind}
    with pyczi.create_czi(str(folder / f"{name}.czi"), exist_ok=True, **options) as file:
        for line in range(lines):
            for channel, plane in enumerate(data):
                at = {"C": channel, "T": line + start, "Z": 0}
                if line in skip:
                    plane[line] = 0
                    continue
                if line in twice:
                    file.write(data=255 - plane[line][None, :, None] % 200, plane=at)
                file.write(data=plane[line][None, :, None], plane=at)
        file.write_metadata(
            document_name=name,
            channel_names={channel: f"ch{channel}" for channel in range(len(types))},
            scale_x=2.5e-7,
            scale_y=2.5e-7,
        )
    whole = numpy.stack([plane.astype(numpy.result_type(*types)) for plane in data])
    (whole if len(types) > 1 else whole[0]).tofile(folder / f"{name}.bin")


write("plain")
write("zstd0", kind="zstd0:ExplicitLevel=3")
write("zstd1", channels=2, kind="zstd1:ExplicitLevel=3;PreProcess=HiLoByteUnpack")
write("late", start=5)
write("gap", skip=(10, 11))
write("twice", twice=(3,))
write("mixed", types=[numpy.uint8, numpy.uint16])


def write_lsm(name, lines=200, width=48, step=0.0015):
    """A line scan as in a TIFF of tifffile: the tag 34412, then stamps behind the file."""
    data = random.integers(0, 4095, (lines, width)).astype(numpy.uint16)
    info = bytearray(512)
    struct.pack_into("<II", info, 0, 0x0400494C, 512)
    struct.pack_into("<iiiiii", info, 8, width, 1, 1, 1, lines, 2)
    struct.pack_into("<ddd", info, 40, 2.5e-7, 2.5e-7, 0)
    struct.pack_into("<H", info, 88, 2)
    struct.pack_into("<d", info, 112, 0.01)
    path = folder / f"{name}.lsm"
    with tifffile.TiffWriter(path) as file:
        file.write(data, photometric="minisblack", extratags=[(34412, "B", 512, bytes(info), True)], metadata=None)
        thumbnail = numpy.zeros((8, 8, 3), numpy.uint8)
        file.write(thumbnail, photometric="rgb", subfiletype=1, metadata=None)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, bytes(content).index(bytes(info)) + 132, len(content))
    stamps = 900.5 + step * numpy.arange(lines)
    content += struct.pack("<Ii", 8 + 8 * lines, lines) + stamps.tobytes()
    path.write_bytes(content)
    data.tofile(folder / f"{name}.bin")
    with tifffile.TiffFile(path) as file:
        lsm = file.lsm_metadata
        return {
            "axes": file.series[0].axes,
            "same": bool(numpy.array_equal(file.series[0].asarray().reshape(data.shape), data)),
            "interval": lsm["TimeIntervall"],
            "first_stamp": float(lsm["TimeStamps"][0]),
        }


def attempt(read):
    try:
        return read()
    except Exception as error:  # noqa: BLE001 a reader's own word for what it does not read
        return {"error": type(error).__name__}


def of_czifile(path, bytes_of_ours):
    with czifile.CziFile(path) as file:
        stamps = [one.data() for one in file.attachments() if one.attachment_entry.name == "TimeStamps"]
        pixels = numpy.squeeze(file.asarray())
        if path.stem == "gap":
            # What czifile gives for lines that are missing is whatever was in its memory.
            pixels[10:12] = 0
        found = {"axes": file.axes, "start": int(file.start[file.axes.index("T")])}
        if stamps:
            found["first_stamp"] = float(stamps[0][0])
        return {**found, "same": numpy.ascontiguousarray(moved(pixels)).tobytes() == bytes_of_ours}


def moved(pixels):
    """Channels first, as ours are."""
    return numpy.moveaxis(pixels, 1, 0) if pixels.ndim == 3 else pixels


def of_slideio(path, bytes_of_ours):
    scene = slideio.open_slide(str(path), "CZI").get_scene(0)
    pixels = numpy.squeeze(scene.read_block(frames=(0, scene.num_t_frames)))
    pixels = numpy.moveaxis(pixels, -1, 0) if scene.num_channels > 1 else pixels
    return {
        "t": scene.t_resolution,
        "x": scene.resolution[0],
        "same": numpy.ascontiguousarray(pixels).tobytes() == bytes_of_ours,
    }


def of_pylibczirw(path, bytes_of_ours):
    with pyczi.open_czi(str(path)) as file:
        box = file.total_bounding_box
        channels = [
            numpy.stack([numpy.squeeze(file.read(plane={"C": channel, "T": line})) for line in range(*box["T"])])
            for channel in range(*box["C"])
        ]
        pixels = numpy.stack(channels)
        scale = file.metadata["ImageDocument"]["Metadata"]["Scaling"]["Items"]["Distance"]
        x = next((float(one["Value"]) for one in scale if one["@Id"] == "X"), None)
        return {"lines": box["T"][1], "x": x, "same": pixels.tobytes() == bytes_of_ours}


READERS = {"czifile": of_czifile, "slideio": of_slideio, "pylibCZIrw": of_pylibczirw}
for path in sorted(folder.glob("*.czi")):
    content = path.with_suffix(".bin").read_bytes()
    said[path.stem] = {
        name: attempt(lambda read=read: read(path, content)) for name, read in READERS.items()
    }
said["line"] = {"tifffile": write_lsm("line")}
print(json.dumps(said))
