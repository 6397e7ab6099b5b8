#!/usr/bin/env bash
# scikit-image: radon() of a tall image looks at its central square only; a 512-line window of 38 pixels counts 38 lines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check scikit-image==0.26.0 numpy==2.4.6
cd "$folder"
"$folder/env/bin/python" - <<'PY'
import sys, warnings
import numpy as np, skimage
from skimage.transform import radon

warnings.simplefilter("ignore")
theta = [0.0, 45.0, 90.0]
scan = np.random.default_rng(0).random((512, 38))
middle = np.zeros_like(scan)
middle[237:275] = scan[237:275]
stripe = np.zeros_like(scan)
stripe[10] = 1.0
same = np.array_equal(radon(scan, theta), radon(middle, theta))
print(f"scikit-image {skimage.__version__}, radon() with its defaults on 512 rows x 38 columns")
print("the same as of rows 237 to 274 alone:", same)
print("shape of the sinogram:", radon(scan, theta).shape, "; with circle=False:", radon(scan, theta, circle=False).shape)
print("a bright line at row 10 adds up to", radon(stripe, theta).sum(), "; with circle=False to", round(radon(stripe, theta, circle=False).sum()))
print("Its warning speaks of pixels outside a circle, not of rows that are cut off.")
sys.exit(int(not same or radon(stripe, theta).sum() != 0))
PY
