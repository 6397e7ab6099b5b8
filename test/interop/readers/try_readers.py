"""Lets programs of Python read what we wrote, and prints what each opens and shows: `try_readers.py FOLDER`.

The folder holds `study.zarr` with the images `line-scan`, whose chunk keys have `/`, and `older`, whose have `.`; `one.zarr`, whose
array artifacts are as an early build wrote them; `scan.tif`, an export; `rois.geojson`; `napari.py`, the lines that `kym show` prints.
Prints a list of JSON: the reader, its version, what it was given, and what it does with it.
"""

import asyncio
import importlib.metadata
import json
import os
import pathlib
import re
import sys
import warnings

# Readers keep settings and caches where they belong to this run.
HOME = os.path.join(sys.argv[1], "home")
os.environ.update(NAPARI_CONFIG=f"{HOME}/settings.yaml", XDG_CACHE_HOME=HOME, XDG_CONFIG_HOME=HOME)
warnings.simplefilter("ignore")

import netCDF4
import numpy
import rasterio
import xarray
import zarr

folder = pathlib.Path(sys.argv[1]).resolve()
os.chdir(folder)
STUDY = folder / "study.zarr"
KEYS = {"line-scan": "pixels, chunk keys with `/`", "older": "pixels, chunk keys with `.`"}
PIXELS = zarr.open_array(STUDY / "images/line-scan/data", mode="r")[:]
rows = []


def row(reader, version, given, result):
    rows.append({"reader": reader, "version": version, "given": given, "result": result})


def tried(read):
    """What a reader does: its own words, or those of its error without the path."""
    try:
        return read()
    except Exception as error:
        first = str(error).replace(str(folder), "…").strip().splitlines()[0].strip(" x")
        words = re.sub(r": .?(file://)?….*", "", first)
        return f"refuses it: {type(error).__name__}, “{words[:90]}”"


def said(pixels):
    pixels = numpy.asarray(pixels)
    if pixels.shape == PIXELS.shape and (pixels == PIXELS).all():
        return "every pixel right"
    return "**every pixel is 0, without an error**" if not pixels.any() else f"**other pixels**, shape {pixels.shape}"


def version(package):
    return importlib.metadata.version(package)


def tensorstore_reads(group):
    import tensorstore

    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(group / "data")}}
    array = tensorstore.open(spec, read=True).result()
    return f"{said(array.read().result())}; units {[str(unit) for unit in array.dimension_units]}"


def virtualizarr_reads(group):
    from obspec_utils.registry import ObjectStoreRegistry
    from obstore.store import LocalStore
    from virtualizarr.parsers import ZarrParser

    registry = ObjectStoreRegistry({"file://": LocalStore()})
    store = ZarrParser()(url=f"file://{group}", registry=registry)
    return said(xarray.open_zarr(store, consolidated=False, zarr_format=3)["data"].values)


def icechunk_takes(group):
    import icechunk
    from zarr.core.buffer import default_buffer_prototype

    async def copy():
        store = icechunk.Repository.create(icechunk.in_memory_storage()).writable_session("main").store
        files = sorted((path for path in (group / "data").rglob("*") if path.is_file()), key=lambda path: path.name != "zarr.json")
        for path in files:
            value = default_buffer_prototype().buffer.from_bytes(path.read_bytes())
            await store.set(f"data/{path.relative_to(group / 'data').as_posix()}", value)
        return store

    return said(zarr.open_array(asyncio.run(copy()), path="data", mode="r")[:])


def netcdf_reads(group):
    return f"opens it: {list(netCDF4.Dataset(f'file://{group}#mode=zarr,file').variables)}"


def gdal_reads(group):
    with rasterio.open(f'ZARR:"{group}/data"') as opened:
        return said(opened.read(1))


for image, given in KEYS.items():
    group = STUDY / "images" / image
    row("zarr-python", zarr.__version__, given, tried(lambda: said(zarr.open_array(group / "data", mode="r")[:])))
    row("TensorStore", version("tensorstore"), given, tried(lambda: tensorstore_reads(group)))
    row("xarray", xarray.__version__, given, tried(lambda: said(xarray.open_zarr(group, consolidated=False)["data"])))
    row("VirtualiZarr", version("virtualizarr"), given, tried(lambda: virtualizarr_reads(group)))
    row("icechunk", version("icechunk"), given.replace("pixels", "a copy of the files"), tried(lambda: icechunk_takes(group)))
    row("netCDF-C, by netCDF4", netCDF4.__netcdf4libversion__, given, tried(lambda: netcdf_reads(group)))
    row("GDAL, by rasterio", rasterio.__gdal_version__, given, tried(lambda: gdal_reads(group)))


def tree_of(path):
    tree = xarray.open_datatree(path, engine="zarr", consolidated=False)
    node = tree["images/line-scan"]
    arrays = {name: dict(zip(part["data"].dims, part["data"].shape)) for name, part in node["analysis_arrays"].subtree_with_keys if "data" in part}
    return f"opens all of it; {said(node['data'])}; array artifacts {json.dumps(dict(sorted(arrays.items())))}"


row("xarray", xarray.__version__, "`open_datatree` of a dataset", tried(lambda: tree_of(STUDY)))
row("xarray", xarray.__version__, "`open_datatree` where an early build stored an array artifact with an axis `t` of its own", tried(lambda: tree_of(folder / "one.zarr")))
groups = tried(lambda: f"opens all of it, {len(xarray.open_groups(folder / 'one.zarr', engine='zarr', consolidated=False))} groups")
row("xarray", xarray.__version__, "`open_groups` of the same", groups)


import npe2
from napari.components import ViewerModel

npe2.PluginManager.instance().discover()
NAPARI = version("napari")


def shown(layer):
    start, end = layer.extent.world.round(9).tolist()
    units = [f"{unit:~}" for unit in layer.units]
    return f"{type(layer).__name__.lower()} from {start} to {end}, in {', '.join(units)}"


def napari_recipe():
    names = {"viewer": ViewerModel(), "zarr": zarr}
    exec(pathlib.Path("napari.py").read_text(encoding="utf-8"), names)
    image, shapes = names["viewer"].layers
    corners = [numpy.asarray(shapes.data_to_world(corner)) for corner in shapes.data[0]]
    first, last = numpy.min(corners, axis=0).round(9).tolist(), numpy.max(corners, axis=0).round(9).tolist()
    return f"{said(image.data)}; {shown(image)}; the ROI from {first} to {last}"


def napari_opens(path):
    viewer = ViewerModel()
    viewer.open(path, plugin="napari")
    (layer,) = viewer.layers
    return f"{said(layer.data)}; {shown(layer)}: **a line is as long as a pixel**"


def ome_zarr_opens(path):
    from napari_ome_zarr._reader import napari_get_reader

    reader = napari_get_reader(str(path))
    if reader is None:
        return "leaves it to other readers"
    import contextlib, io

    with contextlib.redirect_stdout(io.StringIO()):
        found = reader(str(path))
    return "**claims it and shows nothing**, without an error" if found == [] else f"shows {len(found)} layers"


def napari_tiff_opens(path):
    from napari_tiff.napari_tiff_reader import napari_get_reader

    ((data, about, *_),) = napari_get_reader(path)(path)
    steps = ", ".join(f"{step:.6g} {unit}" for step, unit in zip(about["scale"], about["units"]))
    wrong = ": **the line period is taken for a length**" if about["units"][0] == "um" else ""
    return f"{said(data)}; steps {steps}{wrong}"


def geojson_opens(path):
    from napari.layers import Shapes
    from napari_geojson import napari_get_reader

    layers = [Shapes(data, **about) for data, about, _ in napari_get_reader(path)(path)]
    names = [list(layer.features["name"]) for layer in layers]
    return f"{sum(len(layer.data) for layer in layers)} ROIs, named {json.dumps(names[0])}"


row("napari", NAPARI, "the lines of `kym show`, with ROIs by napari-geojson", tried(napari_recipe))
row("napari", NAPARI, "`images/<id>/data`, opened by itself", tried(lambda: napari_opens(str(STUDY / "images/line-scan/data"))))
row("napari-ome-zarr", version("napari-ome-zarr"), "a dataset", tried(lambda: ome_zarr_opens(STUDY)))
row("napari-ome-zarr", version("napari-ome-zarr"), "`images/<id>`", tried(lambda: ome_zarr_opens(STUDY / "images/line-scan")))
row("napari-tiff", version("napari-tiff"), "a TIFF of `kym export --to imagej`", tried(lambda: napari_tiff_opens("scan.tif")))
row("napari-geojson", version("napari-geojson"), "ROIs of `kym roi export`, one without a name", tried(lambda: geojson_opens("rois.geojson")))

import duckdb
import pandas

TABLE = "study.zarr/tables/quality.parquet"


def pandas_reads(**options):
    frame = pandas.read_parquet(TABLE, **options)
    seen = int(frame["seen_ns"].iloc[0])
    kept = "with every digit" if seen == 1667392215461000001 else f"**rounded, to {seen}**"
    return f"types {', '.join(str(kind) for kind in frame.dtypes)}; a whole number of 19 digits {kept}"


row("pandas", pandas.__version__, "a pooled table", tried(pandas_reads))
row("pandas", pandas.__version__, 'a pooled table, with `dtype_backend="numpy_nullable"`', tried(lambda: pandas_reads(dtype_backend="numpy_nullable")))
row("DuckDB", duckdb.__version__, "a pooled table", tried(lambda: f"rows {duckdb.read_parquet(TABLE).fetchall()}"))

print(json.dumps(rows))
