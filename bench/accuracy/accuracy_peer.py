"""Angles of some windows by scikit-image: reads a path of uint16 pixels, columns, lines of a window and a stride."""

import json
import sys

import numpy
import skimage.transform

for line in sys.stdin:
    path, columns, window_lines, stride = json.loads(line)
    image = numpy.fromfile(path, "<u2").reshape(-1, columns).astype(float)
    step = window_lines // 4
    theta = []
    for k in range(0, len(image) // step - 3, stride):
        window = image[k * step : k * step + window_lines]
        centred = window - window.mean()
        radon = lambda angles: skimage.transform.radon(centred, angles, circle=False).var(0).argmax()
        fine = radon(numpy.arange(180)) + numpy.arange(-8, 9) / 4
        theta.append(float(fine[radon(fine)]))
    print(json.dumps(theta), flush=True)
