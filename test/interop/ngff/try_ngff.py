"""Lets readers of OME-Zarr open exports, and prints what each reads: `try_ngff.py FOLDER`.

The folder holds `study.ome.zarr` with several images, `line.ome.zarr` and `line.ozx` with the first of them, and `acqstore`, a folder
of `.cs.ome.zarr`. Prints an object of JSON: `facts`, what each reader says of each image; `rows`, sentences for the page of readers.
"""

import hashlib
import importlib.metadata
import json
import os
import pathlib
import sys
import warnings

HOME = os.path.join(sys.argv[1], "home")
os.environ.update(NAPARI_CONFIG=f"{HOME}/settings.yaml", XDG_CACHE_HOME=HOME, XDG_CONFIG_HOME=HOME)
warnings.simplefilter("ignore")

import numpy
import ome_zarr_models
import ome_zarr_models.v05
import zarr
from iohub import open_ome_zarr
from napari_ome_zarr import napari_get_reader
from ngff_zarr import from_ngff_zarr
from ome_zarr.io import parse_url
from ome_zarr.reader import Reader

folder = pathlib.Path(sys.argv[1]).resolve()
os.chdir(folder)
facts, rows = [], []


def version(package):
    return importlib.metadata.version(package)


def row(reader, package, given, result):
    rows.append({"reader": reader, "version": version(package), "given": given, "result": result})


def is_right(pixels, image):
    """Whether these are the pixels of the dataset, by the hash that the export states."""
    stated = json.loads((image / "kym/export.json").read_text())["pixels"]
    order = stated["axis_order"]
    values = numpy.transpose(numpy.asarray(pixels), [order.index(axis) for axis in range(len(order))])
    little = numpy.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
    return list(values.shape) == stated["shape"] and hashlib.sha256(little.tobytes()).hexdigest() == stated["sha256"]


def numbers(values):
    return [float(value) for value in values]


def fact(reader, image, **said):
    facts.append({"reader": reader, "image": str(image.relative_to(folder)), **said})


def by_models(image):
    model = ome_zarr_models.open_ome_zarr(zarr.open_group(image, mode="r"))
    fact("ome-zarr-models", image, model=f"{type(model).__module__}.{type(model).__name__}")


def by_ngff_zarr(image, stored=None):
    scales = from_ngff_zarr(str(stored or image), validate=True)
    first = scales.images[0]
    units = first.axes_units or {}
    fact(
        "ngff-zarr",
        stored or image,
        right=is_right(first.data, image),
        scale=numbers(first.scale[dim] for dim in first.dims),
        units=[units.get(dim) for dim in first.dims],
        levels=[list(one.data.shape) for one in scales.images],
    )


def by_iohub(image, stored=None):
    with open_ome_zarr(stored or image, mode="r") as position:
        fact(
            "iohub",
            stored or image,
            right=is_right(position["0"][:], image),
            scale=numbers(position.scale),
            units=[getattr(axis, "unit", None) for axis in position.axes],
        )


def by_ome_zarr_py(image):
    (node,) = Reader(parse_url(image))()
    fact(
        "ome-zarr-py",
        image,
        right=is_right(node.data[0], image),
        scale=numbers(node.metadata["coordinateTransformations"][0][0]["scale"]),
        units=[axis.get("unit") for axis in node.metadata["axes"]],
        contrast=[numbers(window) for window in node.metadata["contrast_limits"]],
        levels=[list(level.shape) for level in node.data],
    )


def by_napari(image):
    layers = napari_get_reader(str(image))(str(image))
    names = [axis["name"] for axis in json.loads((image / "zarr.json").read_text())["attributes"]["ome"]["multiscales"][0]["axes"]]
    levels = [list(data) if isinstance(data, list) else [data] for data, _, _ in layers]
    whole = [numpy.asarray(level[0]) for level in levels]
    pixels = numpy.stack(whole, names.index("c")) if "c" in names else whole[0]
    first = layers[0][1]
    fact(
        "napari-ome-zarr",
        image,
        right=is_right(pixels, image),
        scale=numbers(first["scale"]),
        units=[str(unit) for unit in first.get("units") or []],
        contrast=[numbers(options["contrast_limits"]) for _, options, _ in layers],
        levels=[list(level.shape) for level in levels[0]],
        # The first block of each level is the mean of as many lines of level 0.
        means=[float(abs(numpy.asarray(level)[..., 0, :] - whole[0][..., : 2**at, :].mean(-2)).max()) for at, level in enumerate(levels[0])],
    )


STUDY = folder / "study.ome.zarr"
series = json.loads((STUDY / "OME/zarr.json").read_text())["attributes"]["ome"]["series"]
stores = sorted(path.parent.parent for path in folder.glob("acqstore/**/kym/export.json"))
for image in [*(STUDY / path for path in series), folder / "line.ome.zarr", *stores]:
    for read in (by_models, by_ngff_zarr, by_iohub, by_ome_zarr_py, by_napari):
        read(image)
for read in (by_ngff_zarr, by_iohub):
    read(folder / "line.ome.zarr", folder / "line.ozx")


def tried(read):
    try:
        return read()
    except Exception as error:
        words = str(error).replace(str(folder), "…").strip().splitlines()[0]
        return f"refuses it: {type(error).__name__}, “{words[:100]}”"


def said(reader, image):
    (found,) = [one for one in facts if one["reader"] == reader and one["image"] == image]
    steps = ", ".join(f"{step:g}{f' {unit}' if unit else ''}" for step, unit in zip(found["scale"], found["units"] or [None] * 9))
    words = [f"every pixel {'right' if found['right'] else '**wrong**'}", f"steps {steps}"]
    words += [f"{len(found['levels'])} levels"] if "levels" in found else []
    words += [f"contrast {found['contrast'][0]}"] if "contrast" in found else []
    return "; ".join(words)


ONE = "one image of `kym export --to ome-zarr`"
SEVERAL = "the root of several images of `kym export --to ome-zarr`"
STORE = "a store of `kym export --to acqstore`"
OZX = "the same as one file, `.ozx`"
line_store = str(next(path for path in stores if path.name.startswith("line")).relative_to(folder))
row("ome-zarr-models", "ome-zarr-models", ONE, f"valid, {facts[0]['model'].split('.')[1]}")
row("ome-zarr-models", "ome-zarr-models", SEVERAL, "its model of such a root takes it" if ome_zarr_models.v05.BioFormats2Raw.from_zarr(zarr.open_group(STUDY, mode="r")).ome_attributes.bioformats2raw_layout == 3 else "no")
row("ome-zarr-models", "ome-zarr-models", f"{SEVERAL}, by `open_ome_zarr`", tried(lambda: ome_zarr_models.open_ome_zarr(zarr.open_group(STUDY, mode="r"))))
for reader, package in (("ngff-zarr", "ngff-zarr"), ("iohub", "iohub"), ("ome-zarr-py", "ome-zarr"), ("napari-ome-zarr", "napari-ome-zarr")):
    row(reader, package, ONE, said(reader, "line.ome.zarr"))
    row(reader, package, STORE, said(reader, line_store))
    if reader in ("ngff-zarr", "iohub"):
        row(reader, package, OZX, said(reader, "line.ozx"))
row("ngff-zarr", "ngff-zarr", SEVERAL, tried(lambda: f"opens {len(from_ngff_zarr(str(STUDY)).images)}"))
with open_ome_zarr(STUDY, mode="r") as found:
    row("iohub", "iohub", SEVERAL, f"opens {len(list(found.positions()))} images")
count = len(list(Reader(parse_url(STUDY))()))
row("ome-zarr-py", "ome-zarr", SEVERAL, f"opens {count} images" if count else "**opens none of its images**, without an error")
layers = napari_get_reader(str(STUDY))(str(STUDY))
row("napari-ome-zarr", "napari-ome-zarr", SEVERAL, f"opens all of it, {len(layers)} layers")
opened = napari_get_reader(str(folder / "line.ozx"))
row("napari-ome-zarr", "napari-ome-zarr", OZX, "does not take it" if opened is None else "opens it")
print(json.dumps({"facts": facts, "rows": rows}))
