"""Edits exported OME-Zarr images with zarr-python, and writes images of its own in the codecs that it has."""

import json
import sys

import numpy as np
import zarr

work = sys.argv[1]


def edit(group, bright):
    """Adds to the pixels of level 0 through zarr-python, and doubles the step of a line."""
    root = zarr.open_group(group, mode="r+")
    level = root["0"]
    values = level[...]
    values[..., 0, :] = bright
    level[...] = values
    ome = root.attrs["ome"]
    scale = ome["multiscales"][0]["datasets"][0]["coordinateTransformations"][0]["scale"]
    scale[-2] = scale[-2] * 2
    root.attrs["ome"] = ome
    return values.tolist()


def touch(group):
    """Writes the same values again in other chunks and without compression, as a converter does."""
    root = zarr.open_group(group, mode="r+")
    values = root["0"][...]
    names = root["0"].metadata.dimension_names
    del root["0"]
    root.create_array("0", data=values, chunks=(7,) * values.ndim, compressors=None, dimension_names=names)


def write(name, values, version, **options):
    """An image of another program: NGFF 0.5 in Zarr v3, 0.4 in Zarr v2."""
    root = zarr.open_group(f"{work}/plain/{name}.ome.zarr", mode="w", zarr_format=3 if version == "0.5" else 2)
    axes = [{"name": "y", "type": "space", "unit": "second"}, {"name": "x", "type": "space", "unit": "micrometer"}]
    if values.ndim == 3:
        axes = [{"name": "c", "type": "channel"}, *axes]
    scale = ([1] * (values.ndim - 2)) + [0.001, 0.25]
    datasets = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]
    multiscales = [{"axes": axes, "datasets": datasets}]
    if version == "0.5":
        root.attrs["ome"] = {"version": version, "multiscales": multiscales}
    else:
        root.attrs["multiscales"] = [{**multiscales[0], "version": version}]
    root.create_array("0", data=values, **options)


def main():
    said = {"ome-zarr": edit(f"{work}/out.ome.zarr/0", 9), "acqstore": edit(f"{work}/out/a.cs.ome.zarr", 9)}
    touch(f"{work}/out.ome.zarr/1")
    values = np.arange(40 * 30, dtype="uint16").reshape(40, 30)
    codecs = zarr.codecs
    write("zstd", values, "0.5", chunks=(16, 16), compressors=codecs.ZstdCodec())
    write("blosc", values, "0.5", chunks=(16, 16), compressors=codecs.BloscCodec(cname="lz4", shuffle="shuffle"))
    write("sharded", values, "0.5", chunks=(8, 8), shards=(32, 32))
    write("big", values.astype(">f4"), "0.5", chunks=(40, 30), compressors=codecs.GzipCodec())
    write("channels", np.stack([values, values + 1]), "0.5", chunks=(1, 20, 30))
    write("two", values, "0.4", chunks=(16, 16))
    write("fortran", values, "0.4", chunks=(16, 30), order="F", chunk_key_encoding={"name": "v2", "separator": "."})
    print(json.dumps(said))


main()
