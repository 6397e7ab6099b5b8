# /// script
# requires-python = ">=3.11"
# dependencies = ["zarr==3.1.6", "numcodecs==0.16.6", "numpy==2.4.6"]
# ///
"""Writes zarr-python.json: small arrays as zarr-python 3 stores them, with the hashes of their values. Run: uv run make_golden.py"""

import base64
import hashlib
import json
import warnings
from pathlib import Path

import numcodecs
import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec
from zarr.codecs.sharding import ShardingCodec
from zarr.storage import MemoryStore

warnings.simplefilter("ignore")
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]
cases = []


def values(shape, dtype):
    n = int(np.prod(shape))
    flat = np.arange(n) * 2654435761 % 251
    if dtype == "bool":
        return (flat % 3 == 0).reshape(shape)
    out = flat.astype(dtype).reshape(shape)
    if np.dtype(dtype).kind in "iu" and n > 1:
        out.flat[0], out.flat[1] = np.iinfo(dtype).min, np.iinfo(dtype).max
    if np.dtype(dtype).kind == "f" and n > 2:
        out.flat[0], out.flat[1], out.flat[2] = np.nan, np.inf, -0.0
    return out


def add(name, shape, dtype, data=None, **options):
    store = MemoryStore()
    array = zarr.create_array(store, shape=shape, dtype=dtype, **options)
    data = values(shape, np.dtype(dtype).name) if data is None else data
    if data.size:
        array[...] = data
    objects = {key: base64.b64encode(value.to_bytes()).decode() for key, value in sorted(store._store_dict.items())}
    little = np.ascontiguousarray(data.astype(np.dtype(dtype).newbyteorder("<")))
    sha256 = hashlib.sha256(little.tobytes()).hexdigest()
    cases.append({"name": name, "dtype": np.dtype(dtype).name, "shape": list(shape), "sha256": sha256, "objects": objects})


SHAPE, CHUNKS = (5, 7), (2, 3)
for dtype in DTYPES:
    add(f"v3 {dtype} zstd", SHAPE, dtype, chunks=CHUNKS)
    add(f"v2 {dtype} blosc", SHAPE, dtype, chunks=CHUNKS, zarr_format=2, compressors=numcodecs.Blosc(cname="zstd", shuffle=2))
add("v3 uncompressed", SHAPE, "uint16", chunks=CHUNKS, compressors=None)
add("v3 key separator .", SHAPE, "uint16", chunks=CHUNKS, chunk_key_encoding={"name": "default", "separator": "."})
add("v3 v2 keys", SHAPE, "uint16", chunks=CHUNKS, chunk_key_encoding={"name": "v2", "separator": "."})
add("v3 gzip", SHAPE, "uint16", chunks=CHUNKS, compressors=GzipCodec())
add("v3 gzip crc32c", SHAPE, "uint16", chunks=CHUNKS, compressors=[GzipCodec(), Crc32cCodec()])
add("v3 zstd gzip", SHAPE, "uint16", chunks=CHUNKS, compressors=[ZstdCodec(checksum=True), GzipCodec()])
for cname in ["lz4", "lz4hc", "blosclz", "zstd", "zlib"]:
    for shuffle in ["noshuffle", "shuffle", "bitshuffle"]:
        for dtype in ["uint8", "int32"] if shuffle == "bitshuffle" else ["int32"]:
            wave = (np.arange(1600) // 11 * 37 % 241 * (np.arange(1600) % 97 > 3)).astype(dtype).reshape(32, 50)
            codec = BloscCodec(cname=cname, shuffle=shuffle, typesize=np.dtype(dtype).itemsize)
            add(f"v3 blosc {cname} {shuffle} {dtype}", (32, 50), dtype, data=wave, chunks=(32, 50), compressors=codec)
steps = (np.arange(150_000) // 1501 * 301).astype("uint16").reshape(300, 500)
for cname in ["lz4", "blosclz", "zstd", "zlib"]:
    codec = BloscCodec(cname=cname, shuffle="shuffle", typesize=2, blocksize=65536)
    add(f"v3 blosc {cname} in blocks", (300, 500), "uint16", data=steps, chunks=(300, 500), compressors=codec)
add("v3 big-endian", SHAPE, "float64", chunks=CHUNKS, serializer=BytesCodec(endian="big"))
add("v3 transposed", (3, 4, 5), "uint16", chunks=(2, 3, 4), filters=[TransposeCodec(order=(2, 0, 1))])
add("v3 transposed twice", (3, 4, 5), "uint16", chunks=(2, 3, 4), filters=[TransposeCodec(order=(2, 0, 1)), TransposeCodec(order=(1, 0, 2))])
add("v3 sharded", (9, 10), "uint16", chunks=(2, 3), shards=(4, 6))
add("v3 sharded start", (9, 10), "uint16", chunks=(4, 6), compressors=None, serializer=ShardingCodec(chunk_shape=(2, 3), index_location="start"))
add("v3 sharded transposed", (9, 10), "int64", chunks=(6, 6), compressors=None, filters=[TransposeCodec(order=(1, 0))], serializer=ShardingCodec(chunk_shape=(3, 2), codecs=[TransposeCodec(order=(1, 0)), BytesCodec(), BloscCodec(), Crc32cCodec()]))
sparse = np.zeros((9, 10), "uint16")
sparse[3, 4] = 7
add("v3 sharded sparse", (9, 10), "uint16", data=sparse, chunks=(2, 3), shards=(4, 6))
add("v3 sparse", (9, 10), "uint16", data=sparse + 5 * (sparse == 0).astype("uint16"), chunks=(2, 3), fill_value=5)
add("v3 rank 0", (), "float32")
add("v3 rank 1", (7,), "uint16", chunks=(3,))
add("v3 empty", (0, 5), "int32")
add("v3 rank 6", (2, 1, 2, 1, 2, 3), "uint8", chunks=(1, 1, 2, 1, 2, 2))
add("v2 big-endian", SHAPE, ">i4", chunks=CHUNKS, zarr_format=2)
add("v2 order F", (3, 4, 5), ">f8", chunks=(2, 3, 4), zarr_format=2, order="F")
add("v2 nested keys", SHAPE, "uint16", chunks=CHUNKS, zarr_format=2, chunk_key_encoding={"name": "v2", "separator": "/"})
for codec in [numcodecs.Zstd(), numcodecs.GZip(), numcodecs.Zlib(), numcodecs.LZ4()]:
    add(f"v2 {codec.codec_id}", SHAPE, "uint16", chunks=CHUNKS, zarr_format=2, compressors=codec)
add("v2 uncompressed", SHAPE, "uint16", chunks=CHUNKS, zarr_format=2, compressors=None)
add("v2 rank 0", (), "int16", zarr_format=2)
add("v2 empty", (3, 0), "int16", zarr_format=2)

Path(__file__).with_name("zarr-python.json").write_text(json.dumps({"zarr": zarr.__version__, "cases": cases}, indent=1) + "\n")
