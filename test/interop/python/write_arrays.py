"""Writes arrays in all combinations of formats, codecs, dtypes and layouts into a folder, with their values beside them.

`<n>.zarr` is an array, `<n>.bin` its values: little-endian, in C order. Prints a description of each array as JSON.
"""

import itertools
import json
import pathlib
import sys
import warnings

import numcodecs
import numpy
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec

warnings.simplefilter("ignore")  # zarr-python says of its own codecs that they are not in the specification.
root = pathlib.Path(sys.argv[1])

NAMES = ["bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)), "float32", "float64"]
BIG = [numpy.dtype(name).newbyteorder(">").str for name in NAMES if numpy.dtype(name).itemsize > 1]
# All have edge chunks; also chunks of one element, and a chunk that is larger than its array.
LAYOUTS = [((11,), (4,)), ((5, 7), (2, 3)), ((3, 4, 5), (2, 4, 3)), ((2, 3, 4, 3), (1, 2, 4, 2)), ((3, 2), (1, 1)), ((2, 5), (3, 8))]
SHARDS = [((17,), (3,), (6,)), ((9, 10), (2, 3), (4, 6)), ((3, 5, 4), (1, 2, 2), (3, 4, 2)), ((2, 3, 4, 3), (1, 1, 2, 3), (2, 3, 4, 3))]
CNAMES = ["lz4", "lz4hc", "blosclz", "zlib", "zstd"]
SHUFFLES = ["noshuffle", "shuffle", "bitshuffle"]
FILLS = {"b": [True, False], "i": [-7, 0], "u": [9, 0], "f": [numpy.nan, numpy.inf, -numpy.inf, -1.5, 0.0]}

cases = []


def values(shape, dtype, fill, first):
    """All kinds of values; the box `first` is full of the fill value, so that its chunk is not stored."""
    flat = numpy.arange(numpy.prod(shape)) * 2654435761 % 251
    out = (flat % 3 == 0 if dtype.kind == "b" else flat.astype(dtype)).reshape(shape)
    if dtype.kind in "iu":
        out.flat[-1], out.flat[-2] = numpy.iinfo(dtype).min, numpy.iinfo(dtype).max
    if dtype.kind == "f":
        out.flat[-1], out.flat[-2], out.flat[-3] = -0.0, numpy.finfo(dtype).smallest_subnormal, numpy.nan
    if any(length > box for length, box in zip(shape, first)):
        out[tuple(slice(0, box) for box in first)] = fill
    return out


def add(name, dtype, shape, first, fill, **options):
    dtype = numpy.dtype(dtype)
    number = len(cases)
    path = root / f"{number}.zarr"
    array = zarr.create_array(path, shape=shape, dtype=dtype, fill_value=fill, config={"write_empty_chunks": False}, **options)
    data = values(shape, dtype, fill, first)
    array[...] = data
    numpy.ascontiguousarray(data.astype(dtype.newbyteorder("<"))).tofile(root / f"{number}.bin")
    stored = sum(1 for file in path.rglob("*") if file.is_file() and not file.name.startswith(".z") and file.name != "zarr.json")
    cases.append({"name": name, "dtype": dtype.name, "shape": shape, "missing": array.nchunks - stored if "shards" not in options else 0})


def fill_of(dtype, turn):
    fills = FILLS[numpy.dtype(dtype).kind]
    return fills[turn % len(fills)]


def v3_codecs(item_size):
    yield "none", {"compressors": None}
    yield "big-endian", {"compressors": None, "serializer": BytesCodec(endian="big")}
    yield "gzip", {"compressors": GzipCodec(level=6)}
    yield "crc32c", {"compressors": Crc32cCodec()}
    yield "zstd", {"compressors": ZstdCodec(level=3)}
    yield "zstd checksum", {"compressors": ZstdCodec(level=-5, checksum=True)}
    yield "zstd in gzip", {"compressors": [ZstdCodec(), GzipCodec(level=1)]}
    for cname, shuffle in itertools.product(CNAMES, SHUFFLES):
        yield f"blosc {cname} {shuffle}", {"compressors": BloscCodec(cname=cname, shuffle=shuffle, typesize=item_size, clevel=5)}


def inner_codecs(item_size):
    little = BytesCodec()
    yield "none", [little]
    yield "big-endian", [BytesCodec(endian="big")]
    yield "zstd", [little, ZstdCodec()]
    yield "gzip crc32c", [little, GzipCodec(), Crc32cCodec()]
    yield "blosc", [little, BloscCodec(cname="lz4", shuffle="bitshuffle", typesize=item_size)]
    yield "crc32c", [little, Crc32cCodec()]


def v2_compressors():
    yield "none", None
    yield "zstd", numcodecs.Zstd(level=3)
    yield "gzip", numcodecs.GZip(level=6)
    yield "zlib", numcodecs.Zlib(level=1)
    yield "lz4", numcodecs.LZ4()
    yield "blosc automatic", numcodecs.Blosc(cname="zstd", shuffle=-1)
    for cname, shuffle in itertools.product(CNAMES, (0, 1, 2)):
        yield f"blosc {cname} {SHUFFLES[shuffle]}", numcodecs.Blosc(cname=cname, shuffle=shuffle)


turn = 0
for dtype in NAMES:
    size = numpy.dtype(dtype).itemsize
    for codec, options in v3_codecs(size):
        shape, chunks = LAYOUTS[turn % len(LAYOUTS)]
        keys = [("default", "/"), ("default", "."), ("v2", "."), ("v2", "/")][turn // 2 % 4]
        encoding = {"name": keys[0], "separator": keys[1]}
        fill = fill_of(dtype, turn)
        add(f"v3 {dtype} {codec} {keys}", dtype, shape, chunks, fill, chunks=chunks, chunk_key_encoding=encoding, **options)
        turn += 1
    for codec, codecs in inner_codecs(size):
        for location, index in itertools.product(["end", "start"], [[BytesCodec(), Crc32cCodec()], [BytesCodec()], [BytesCodec(endian="big"), Crc32cCodec()]]):
            shape, chunks, shard = SHARDS[turn % len(SHARDS)]
            fill = fill_of(dtype, turn)
            transposed = turn % 3 == 0 and len(shape) > 1
            order = tuple(reversed(range(len(shape))))
            inner = [TransposeCodec(order=order), *codecs] if transposed else codecs
            sharding = ShardingCodec(chunk_shape=chunks, codecs=inner, index_codecs=index, index_location=location)
            # Without a compressor, or with one around the whole shard.
            outer = GzipCodec() if turn % 11 == 0 else None
            first = shard if turn % 2 else chunks
            name = f"v3 {dtype} sharded {codec} index {location} {len(index)}"
            add(name, dtype, shape, first, fill, chunks=shard, serializer=sharding, compressors=outer)
            turn += 1

turn = 0
for dtype in [*NAMES, *BIG]:
    for codec, compressor in v2_compressors():
        shape, chunks = LAYOUTS[turn % len(LAYOUTS)]
        order, separator = [("C", "."), ("F", "/"), ("C", "/"), ("F", ".")][turn // 3 % 4]
        fill = None if turn % 7 == 0 else fill_of(dtype, turn)
        encoding = {"name": "v2", "separator": separator}
        name = f"v2 {dtype} {codec} {order} {separator}"
        options = {"zarr_format": 2, "order": order, "chunks": chunks, "chunk_key_encoding": encoding, "compressors": compressor}
        add(name, dtype, shape, chunks, numpy.dtype(dtype).type(0) if fill is None else fill, **options)
        if fill is None:
            # `null`, as older writers store it: readers give zeros for the missing chunk.
            document = root / f"{len(cases) - 1}.zarr" / ".zarray"
            metadata = json.loads(document.read_text())
            document.write_text(json.dumps({**metadata, "fill_value": None}))
        turn += 1

print(json.dumps(cases))
