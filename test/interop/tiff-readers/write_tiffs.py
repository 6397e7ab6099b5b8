"""Writes TIFFs as Python's libraries and other programs make them: `write_tiffs.py folder`.

Beside each `name.tif` it writes `name.bin`, the pixels in C order, little-endian, and it prints one JSON object: by name, the
dtype, the shape, how far a sample may be off, and words of the warning that we give. What tifffile or Pillow reads itself is
the truth; where they do not read a file, it is the array that was written.
"""

import json
import logging
import pathlib
import struct
import sys

import imagecodecs
import numpy
import PIL.Image
import tifffile

logging.disable(logging.CRITICAL)
folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(19)
listed = {}
TYPES = {1: "B", 2: "B", 3: "H", 4: "I"}


def keep(name, truth, shape=None, most_off=0, warning=None):
    truth = numpy.asarray(truth)
    if truth.dtype == numpy.float16:
        truth = truth.astype(numpy.float32)
    little = numpy.ascontiguousarray(truth.astype(truth.dtype.newbyteorder("<")))
    (folder / f"{name}.bin").write_bytes(little.tobytes())
    shape = list(truth.shape if shape is None else shape)
    listed[name] = {"dtype": truth.dtype.name, "shape": shape, "mostOff": most_off, "warning": warning}


def path_of(name):
    return folder / f"{name}.tif"


def with_tifffile(name, array, shape=None, warning=None, **options):
    """A file by tifffile, which must give back what it was given."""
    tifffile.imwrite(path_of(name), array, **{"metadata": None, **options})
    assert numpy.array_equal(tifffile.imread(path_of(name)), array), name
    keep(name, array, shape, warning=warning)


def raw(name, pages, order="<"):
    """A file tag by tag. Each page is a dict of tags to (type, values) and a list of segments; None was never written."""
    out = bytearray(struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 0))
    link = 4
    for tags, segments in pages:
        tags, places = dict(tags), []
        for segment in segments:
            places.append(0 if segment is None else len(out))
            out += segment or b""
            out += b"\0" * (len(out) % 2)
        tags.setdefault(273, (4, places))
        tags.setdefault(279, (4, [len(segment or b"") for segment in segments]))
        struct.pack_into(f"{order}I", out, link, len(out))
        start = len(out)
        out += struct.pack(f"{order}H", len(tags)) + bytes(12 * len(tags) + 4)
        for index, (tag, (kind, values)) in enumerate(sorted(tags.items())):
            data = struct.pack(f"{order}{len(values)}{TYPES[kind]}", *values)
            at = start + 2 + 12 * index
            struct.pack_into(f"{order}HHI", out, at, tag, kind, len(values))
            if len(data) <= 4:
                out[at + 8 : at + 8 + len(data)] = data
            else:
                struct.pack_into(f"{order}I", out, at + 8, len(out))
                out += data + b"\0" * (len(data) % 2)
        link = start + 2 + 12 * len(tags)
    path_of(name).write_bytes(out)


def tags_of(array, bits, **more):
    """The tags of a grey image; `more` are others, as t279=(4, [0])."""
    height, width = array.shape
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits]), 259: (3, [1]), 262: (3, [1]), 277: (3, [1])}
    return {**tags, **{int(tag[1:]): value for tag, value in more.items()}}


def text(words):
    return (2, [*words.encode(), 0])


def packed(array, bits):
    """Rows of samples of a few bits, the most significant first."""
    places = numpy.arange(bits - 1, -1, -1)
    return numpy.packbits(((array[..., None] >> places) & 1).astype("uint8").reshape(len(array), -1), axis=1)


def strips_of(array, rows, order="<"):
    return [array[at : at + rows].astype(array.dtype.newbyteorder(order)).tobytes() for at in range(0, len(array), rows)]


# Samples of a few bits, in both orders of bits and of bytes.
for bits in (1, 2, 4, 10, 12, 14):
    array = random.integers(0, 2**bits, (9, 13)).astype("bool" if bits == 1 else "uint8" if bits < 8 else "uint16")
    rows = packed(array.astype("int64"), bits)
    for fill in (1, 2):
        data = rows if fill == 1 else numpy.packbits(numpy.unpackbits(rows, axis=1), axis=1, bitorder="little")
        for order in "<>":
            name = f"bits-{bits}-fill-{fill}-{'little' if order == '<' else 'big'}"
            segments = [data[at : at + 4].tobytes() for at in range(0, 9, 4)]
            raw(name, [(tags_of(array, bits, t266=(3, [fill]), t278=(3, [4])), segments)], order)
            assert numpy.array_equal(tifffile.imread(path_of(name)), array), name
            keep(name, array)
    name = f"bits-{bits}-deflate"
    raw(name, [(tags_of(array, bits, t259=(3, [8])), [imagecodecs.zlib_encode(rows.tobytes())])])
    assert numpy.array_equal(tifffile.imread(path_of(name)), array), name
    keep(name, array)


def made(dtype, shape):
    kind = numpy.dtype(dtype)
    if kind.kind == "f":
        return (random.standard_normal(shape) * 100).astype(kind)
    limits = numpy.iinfo(kind)
    return random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)


# Whole types, both orders of bytes; strips and tiles; samples pixel by pixel and plane by plane.
for dtype in "u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8".split():
    for order in "<>":
        side = "little" if order == "<" else "big"
        with_tifffile(f"{dtype}-{side}", made(dtype, (21, 17)), byteorder=order, rowsperstrip=5)
    with_tifffile(f"{dtype}-tiles", made(dtype, (37, 41)), tile=(16, 32))
    with_tifffile(f"{dtype}-bigtiff-stack", made(dtype, (3, 9, 11)), bigtiff=True, photometric="minisblack")
    with_tifffile(f"{dtype}-contig", made(dtype, (11, 9, 3)), photometric="rgb", planarconfig="contig")
    with_tifffile(f"{dtype}-planar", made(dtype, (3, 11, 9)), photometric="rgb", planarconfig="separate", rowsperstrip=4)

# Compressions, with the predictors that each type can have.
for compression in ("lzw", "adobe_deflate", "packbits", "zstd"):
    for dtype in "u1 u2 u4 i2 f2 f4 f8".split():
        for predictor in (1,) if compression == "packbits" else (1, 2, 3) if dtype[0] == "f" else (1, 2):
            for order in "<>":
                name = f"{compression}-{dtype}-predictor-{predictor}-{'little' if order == '<' else 'big'}"
                options = {"compression": compression, "byteorder": order, "rowsperstrip": 6}
                if predictor == 2 and dtype[0] == "f":
                    # tifffile writes it only for whole numbers: it is the differences of their bits.
                    if dtype == "f4":
                        array = made("f4", (20, 15))
                        bits = array.view("u4")
                        rows = numpy.diff(bits, axis=1, prepend=numpy.zeros((20, 1), "u4")).astype("u4")
                        encode = {"lzw": imagecodecs.lzw_encode, "zstd": imagecodecs.zstd_encode}
                        data = encode.get(compression, imagecodecs.zlib_encode)(rows.astype(f"{order}u4").tobytes())
                        code = {"lzw": 5, "zstd": 50000}.get(compression, 8)
                        more = {"t259": (3, [code]), "t317": (3, [2]), "t339": (3, [3])}
                        raw(name, [(tags_of(array, 32, **more), [bytes(data)])], order)
                        keep(name, array)
                    continue
                with_tifffile(name, made(dtype, (20, 15)), predictor=predictor, **options)
    with_tifffile(f"{compression}-tiles", made("u2", (40, 37)), compression=compression, tile=(16, 16))
    with_tifffile(f"{compression}-rgb", made("u1", (20, 15, 3)), compression=compression, photometric="rgb")

frames = made("u2", (12, 10))
half = frames.tobytes()[:120], frames.tobytes()[120:]
skippable = struct.pack("<II", 0x184D2A53, 5) + b"notes"
for name, data in {
    "zstd-two-frames": b"".join(imagecodecs.zstd_encode(part) for part in half),
    "zstd-skippable-frame": skippable + imagecodecs.zstd_encode(half[0]) + skippable + imagecodecs.zstd_encode(half[1]),
}.items():
    raw(name, [(tags_of(frames, 16, t259=(3, [50000])), [data])])
    keep(name, frames)

# JPEG: the truth is Pillow's.
smooth = numpy.add.outer(numpy.arange(48) * 3, numpy.arange(64) * 2).astype("uint8")
colours = numpy.stack([smooth, smooth[::-1], 255 - smooth], axis=-1)
for name, array, options in (
    ("jpeg-grey", smooth, {"photometric": "minisblack"}),
    ("jpeg-grey-strips", smooth, {"photometric": "minisblack", "rowsperstrip": 16}),
    ("jpeg-grey-tiles", smooth, {"photometric": "minisblack", "tile": (32, 32)}),
    ("jpeg-rgb", colours, {"photometric": "rgb"}),
    ("jpeg-rgb-tiles", colours, {"photometric": "rgb", "tile": (32, 32)}),
    ("jpeg-ycbcr-subsampled", colours, {"photometric": "rgb", "subsampling": (2, 2), "rowsperstrip": 16}),
):
    tifffile.imwrite(path_of(name), array, compression="jpeg", metadata=None, **options)
    keep(name, numpy.asarray(PIL.Image.open(path_of(name))), most_off=2)
PIL.Image.fromarray(colours).save(path_of("jpeg-of-pillow"), compression="jpeg", quality=90)
keep("jpeg-of-pillow", numpy.asarray(PIL.Image.open(path_of("jpeg-of-pillow"))), most_off=2)

# CCITT as libtiff writes it: noise, lines of every length of a run, and empty ones. 1 is black, whatever white is.
lengths = numpy.arange(2600)[::19, None]
columns = numpy.arange(5400)
drawings = {
    "noise": random.random((41, 37)) < 0.5,
    "sparse": random.random((64, 2561)) < 0.01,
    "runs": (columns >= lengths) & (columns < 2 * lengths),
    "white": numpy.zeros((9, 300), "bool"),
    "black": numpy.ones((9, 300), "bool"),
}
for kind, options in {"tiff_ccitt": {}, "group3": {}, "group3-2d": {292: 1}, "group4": {}}.items():
    for what, drawing in drawings.items():
        for fill in (1, 2):
            for white in (1, 0):
                name = f"ccitt-{kind}-{what}-{fill}-{white}"
                tags = {262: white, 266: fill, 278: 16, **options}
                image = PIL.Image.fromarray(drawing)
                image.save(path_of(name), compression=kind.removesuffix("-2d"), tiffinfo=tags)
                # Pillow stores the opposite where white is 0.
                keep(name, drawing if white == 1 else ~drawing)

# LERC without loss, alone and inside other compressions.
for dtype in "u1 i2 u2 u4 f4 f8".split():
    for inside in (None, "deflate", "zstd"):
        arguments = {"level": 0, **({"compression": inside} if inside else {})}
        array = made(dtype, (24, 18))
        with_tifffile(f"lerc-{dtype}-{inside}", array, compression="lerc", compressionargs=arguments, rowsperstrip=10)

# Pages beside the image, below it, and of another type.
image, small = made("u2", (16, 12)), made("u2", (4, 3))
with tifffile.TiffWriter(path_of("sub-ifds")) as tif:
    tif.write(image, subifds=2, metadata=None)
    tif.write(image[::2, ::2], subfiletype=1, metadata=None)
    tif.write(image[::4, ::4], subfiletype=1, metadata=None)
keep("sub-ifds", image, warning="SubIFDs")
for name, first in (("thumbnail-first", True), ("thumbnail-last", False)):
    with tifffile.TiffWriter(path_of(name)) as tif:
        for is_small in (first, not first):
            tif.write(small if is_small else image, subfiletype=int(is_small), metadata=None)
    keep(name, image, warning="a thumbnail")
with tifffile.TiffWriter(path_of("second-image-of-another-type")) as tif:
    tif.write(image, metadata=None)
    tif.write(made("f4", (16, 12)), metadata=None)
    tif.write(image + 1, metadata=None)
keep("second-image-of-another-type", numpy.stack([image, image + 1]), warning="left out: page 1")

# Strips that were never written, as GDAL leaves them out.
for name, nodata, value in (("sparse", None, 0), ("sparse-nodata", "7", 7), ("sparse-nodata-float", "-9999", -9999)):
    array = made("f4" if value < 0 else "u2", (16, 12))
    array[4:12] = value
    strips = strips_of(array, 4)
    more = {"t278": (3, [4]), "t339": (3, [3 if value < 0 else 1]), **({"t42113": text(nodata)} if nodata else {})}
    raw(name, [(tags_of(array, array.itemsize * 8, **more), [strips[0], None, None, strips[3]])])
    assert numpy.array_equal(tifffile.imread(path_of(name)), array), name
    keep(name, array, warning="2 of 4 strips were never written: lines 4 to 11")

# Tables that do not fit: rows of a strip, byte counts.
tall = made("u1", (65_541, 3))
raw("rows-of-16-bits", [(tags_of(tall, 8, t278=(3, [5])), [tall.tobytes()])])
keep("rows-of-16-bits", tall, warning="RowsPerStrip")
raw("rows-of-0", [(tags_of(image, 16, t278=(3, [0])), [image.tobytes()])])
keep("rows-of-0", image, warning="RowsPerStrip")
for name, counts in (("counts-of-0", [0, 0, 0, 0]), ("counts-too-large", [2**31] * 4), ("counts-too-small", [1] * 4)):
    raw(name, [(tags_of(image, 16, t278=(3, [4]), t279=(4, counts)), strips_of(image, 4))])
    keep(name, image, warning="StripByteCounts: 4 of 4")
deflated = [imagecodecs.zlib_encode(strip) for strip in strips_of(image, 4)]
raw("deflate-counts-of-0", [(tags_of(image, 16, t259=(3, [8]), t278=(3, [4]), t279=(4, [0] * 4)), deflated)])
keep("deflate-counts-of-0", image, warning="taken from what follows")
longer = [imagecodecs.lzw_encode(image.tobytes() + b"\0\1\2")]
raw("lzw-with-more-data", [(tags_of(image, 16, t259=(3, [5])), longer)])
keep("lzw-with-more-data", image, warning="more data than rows")
tile = made("u2", (16, 16))
raw("tiles-under-strip-tags", [(tags_of(tile, 16, t322=(3, [16]), t323=(3, [16])), [tile.tobytes()])])
keep("tiles-under-strip-tags", tile)

# Stacks, and descriptions that count otherwise.
stack = made("u2", (5, 8, 6))
with_tifffile("imagej-stack", stack, imagej=True, metadata={"axes": "TYX"})
with_tifffile("imagej-hyperstack", made("u1", (2, 3, 2, 8, 6)), imagej=True, metadata={"axes": "TZCYX"})
with_tifffile("ome-stack", made("u2", (3, 2, 8, 6)), ome=True, metadata={"axes": "TCYX"}, photometric="minisblack")
described = text("ImageJ=1.53t\nimages=5\nframes=5\n")
raw("imagej-one-directory", [(tags_of(stack[0], 16, t270=described), [stack.tobytes()])])
assert numpy.array_equal(tifffile.imread(path_of("imagej-one-directory")), stack)
listed_counts = {"t270": described, "t279": (4, [stack[0].nbytes])}
raw("imagej-one-directory-counts-one", [(tags_of(stack[0], 16, **listed_counts), [stack.tobytes()])])
keep("imagej-one-directory", stack)
keep("imagej-one-directory-counts-one", stack)
for index, frame in enumerate(stack):
    name, options = path_of("frames-one-by-one"), {"append": index > 0, "description": f"frame {index} of many"}
    tifffile.imwrite(name, frame, metadata=None, **options)
    tifffile.imwrite(path_of("frames-one-by-one-shaped"), frame, append=index > 0)
keep("frames-one-by-one", stack)
keep("frames-one-by-one-shaped", stack, warning="shape")
OME = '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">'
PIXELS = '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYTZC" Type="uint16" SizeX="6" SizeY="8" SizeZ="1"'
binary = OME + '<BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:2"/></OME>'
half_set = f'{OME}{PIXELS} SizeC="1" SizeT="10">' + "".join(
    f'<TiffData IFD="{frame % 5}" FirstT="{frame}" PlaneCount="1"><UUID FileName="part-{frame // 5}.ome.tif">'
    f"urn:uuid:{1 + frame // 5}</UUID></TiffData>"
    for frame in range(10)
)
for name, words in (("ome-binary-only", binary), ("ome-set", half_set + "</Pixels></Image></OME>")):
    first = tags_of(stack[0], 16, t270=text(words))
    raw(name, [(first, [stack[0].tobytes()]), *((tags_of(frame, 16), [frame.tobytes()]) for frame in stack[1:])])
    keep(name, stack, warning="pages of this file are read")
raw("chain-to-garbage", [(tags_of(frame, 16), [frame.tobytes()]) for frame in stack])
whole = path_of("chain-to-garbage").read_bytes()
path_of("chain-to-garbage").write_bytes(whole[:-4] + struct.pack("<I", 8))
keep("chain-to-garbage", stack, warning="chain of directories")

print(json.dumps(listed))
