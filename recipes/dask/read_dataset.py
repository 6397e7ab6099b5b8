# Reads a dataset with Dask: all pooled rows as one table, and all images as arrays. Nothing is read before it is computed.
#
# A notebook as a script: each `# %%` begins a cell, for Jupyter, VS Code and Spyder. From a terminal:
#
#   python read_dataset.py /lab/study.zarr

# %% The dataset
import json
import sys
from pathlib import Path

import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import numpy as np
import pandas as pd
import zarr

DATASET = Path(sys.argv[1] if len(sys.argv) > 1 else "study.zarr")
IMAGES_A_TASK = 100

# %% One table: a pooled table is one file or, if it is large, a folder of parts
def pooled(name: str) -> dd.DataFrame:
    one = DATASET / "tables" / f"{name}.parquet"
    return dd.read_parquet(str(one) if one.exists() else str(DATASET / "tables" / name / "*.parquet"))


radon = pooled("kym_radon")

# %% Where the images came from. The last row of an image is the newest; an image that was deleted has no folder
sources = pd.read_parquet(DATASET / "tables" / "sources.parquet").drop_duplicates("image_id", keep="last")
there = [(DATASET / "images" / image_id / "zarr.json").exists() for image_id in sources["image_id"]]
images = sources[there].set_index("image_id")["source_rel_path"]

# %% All images as arrays: of each, only the small file that says its shape and type is read
def image(image_id: str) -> da.Array:
    folder = DATASET / "images" / image_id / "data"
    about = json.loads((folder / "zarr.json").read_text())
    pixels = dask.delayed(read_pixels)(str(folder))
    return da.from_delayed(pixels, shape=tuple(about["shape"]), dtype=np.dtype(about["data_type"]))


def read_pixels(folder: str) -> np.ndarray:
    return zarr.open_array(folder, mode="r", zarr_format=3)[...]


arrays = {image_id: image(image_id) for image_id in images.index}

# %% A number of each image, in as many tasks as there are hundreds of images
def brightness(image_id: str) -> dict:
    return {"image_id": image_id, "mean": float(read_pixels(str(DATASET / "images" / image_id / "data")).mean())}


means = db.from_sequence(list(images.index), partition_size=IMAGES_A_TASK).map(brightness).to_dataframe(
    meta={"image_id": radon.dtypes["image_id"], "mean": float}
)

# %% Both together: velocity against brightness, one row per ROI
if __name__ == "__main__":
    table = radon.merge(means, on="image_id", how="left").compute(scheduler="threads")
    pixels = sum(array.size for array in arrays.values())
    first = next(iter(arrays.values()))
    print(f"{len(arrays)} images of {pixels} pixels, {len(table)} rows, {table['image_id'].nunique()} analysed images")
    print(f"the first image: {first.shape}, {first.dtype}, mean {float(first.mean().compute()):.3f}")
    print(f"mean of all images: {float(means['mean'].compute().mean()):.3f}")
