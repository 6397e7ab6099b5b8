"""Tests groups of values with scipy, and pools them with numpy and pandas: standard input to standard output, as JSON."""

import json
import sys

import numpy as np
import pandas as pd
from scipy import stats

with open(sys.argv[1], encoding="utf-8") as given:
    cases = json.load(given)

answers = []
for groups in cases:
    whitney = stats.mannwhitneyu(groups[0], groups[1]) if len(groups) == 2 else None
    kruskal = stats.kruskal(*groups)
    frame = pd.DataFrame({"value": groups[0], "unit": [index % 3 for index in range(len(groups[0]))]})
    means = frame.groupby("unit")["value"].mean()
    answers.append(
        {
            "mannWhitney": whitney and [float(whitney.statistic), float(whitney.pvalue)],
            "kruskal": [float(kruskal.statistic), float(kruskal.pvalue)],
            "median": float(np.median(groups[0])),
            "mean": float(means.mean()),
            "sem": float(means.sem()),
        }
    )
print(json.dumps(answers))
