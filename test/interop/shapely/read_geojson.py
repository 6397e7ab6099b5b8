"""Prints as JSON how shapely reads the features of our file, and writes them again with shapely's mapping."""

import json
import pathlib
import sys

from shapely.geometry import mapping, shape

features = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
shapes = [shape(feature["geometry"]) for feature in features]
again = [
    {**feature, "geometry": {**mapping(each), "plane": feature["geometry"]["plane"]}}
    for feature, each in zip(features, shapes)
]
pathlib.Path(sys.argv[2]).write_text(
    json.dumps({"type": "FeatureCollection", "features": again}), encoding="utf-8"
)
print(
    json.dumps(
        [
            {"type": each.geom_type, "area": each.area, "length": each.length, "bounds": each.bounds}
            for each in shapes
        ]
    )
)
