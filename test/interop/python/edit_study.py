"""Edits a dataset as a lab would, with the json module and pandas, without our packages."""

import json
import pathlib
import sys

import numpy
import pandas

analysis = pathlib.Path(sys.argv[1]) / "images" / "one" / "analysis"

params = analysis / "velocity" / "params.json"
document = json.loads(params.read_text(encoding="utf-8"))
document["threshold"] = 0.75
document["saved_ns"] = 1771711156123456789
params.write_text(json.dumps(document, indent=4, ensure_ascii=False), encoding="utf-8")

events = analysis / "velocity" / "events.parquet"
frame = pandas.read_parquet(events, dtype_backend="numpy_nullable")
frame["velocity_mm_s"] = frame["velocity_mm_s"] * 2
frame.loc[len(frame)] = ["one", 9007199254740993, pandas.NA, "µm, by hand"]
frame["is_fast"] = (frame["velocity_mm_s"] > 2).astype("boolean")
frame.to_parquet(events, index=False)

(analysis / "python").mkdir()
(analysis / "python" / "fit.json").write_text(json.dumps({"slope": float(numpy.float64(1) / 3), "r2": float("nan")}))
frame[["image_id", "velocity_mm_s"]].to_csv(analysis / "python" / "trace.csv.gz", index=False)

print(json.dumps({"velocities": [None if pandas.isna(v) else v for v in frame["velocity_mm_s"]], "third": 1 / 3}))
