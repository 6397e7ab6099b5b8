"""Computes angles with SciPy's sparse matrices, and with scikit-image window by window. It times itself.

Each input line is [method, path of uint16 pixels, lines, columns, lines of a window, windows at once]; each answer has
milliseconds and the SHA-256 of the angles. Matrices are made once and not timed.
"""

import functools
import hashlib
import json
import sys
import time

import numpy
import scipy.sparse
import skimage.transform

COARSE = numpy.arange(180)
FINE = numpy.arange(-8, 9)


def projection(window_lines, columns, theta):
    side = int(numpy.ceil(numpy.sqrt(2) * max(window_lines, columns)))
    centre = side // 2
    across, along = numpy.meshgrid(*[numpy.arange(side) - centre] * 2, indexing="ij")
    cosine, sine = numpy.cos(numpy.deg2rad(theta)), numpy.sin(numpy.deg2rad(theta))
    line = cosine * along - sine * across + window_lines // 2
    column = sine * along + cosine * across + columns // 2
    parts = []
    for lower in (0, 1):
        for right in (0, 1):
            l, c = numpy.floor(line).astype(int) + lower, numpy.floor(column).astype(int) + right
            weight = (1 - numpy.abs(line - l)) * (1 - numpy.abs(column - c))
            inside = (weight > 0) & (l >= 0) & (l < window_lines) & (c >= 0) & (c < columns)
            parts.append((weight[inside], (across + centre)[inside], (l * columns + c)[inside]))
    weights, bins, pixels = (numpy.concatenate(part) for part in zip(*parts))
    return scipy.sparse.csr_matrix((weights, (bins, pixels)), shape=(side, window_lines * columns))


@functools.cache
def operators(window_lines, columns):
    each = [projection(window_lines, columns, q / 4) for q in range(-8, 4 * 181 + 1)]
    coarse = scipy.sparse.vstack([each[8 + 4 * t] for t in COARSE], format="csr")
    fine = [scipy.sparse.vstack(each[4 * t : 4 * t + 17], format="csr") for t in COARSE]
    return coarse, fine, each[0].shape[0]


def windows_of(image, window_lines):
    step = window_lines // 4
    count = len(image) // step - 3
    view = numpy.lib.stride_tricks.sliding_window_view(image, (window_lines, image.shape[1]))
    return view[::step, 0][:count]


def scores(operator, windows, angles, side):
    flat = windows.reshape(len(windows), -1).astype(numpy.float64)
    flat -= flat.mean(1, keepdims=True)
    return (operator @ numpy.ascontiguousarray(flat.T)).reshape(angles, side, -1).var(1)


def sparse(image, window_lines, batch):
    coarse, fine, side = operators(window_lines, image.shape[1])
    begun = time.perf_counter()
    windows = windows_of(image, window_lines)
    best = numpy.empty(len(windows), int)
    for k in range(0, len(windows), batch):
        best[k : k + batch] = scores(coarse, windows[k : k + batch], 180, side).argmax(0)
    theta = numpy.empty(len(windows))
    for angle in numpy.unique(best):
        same = numpy.flatnonzero(best == angle)
        for k in range(0, len(same), batch):
            some = same[k : k + batch]
            theta[some] = angle + (scores(fine[angle], windows[some], 17, side).argmax(0) - 8) / 4
    return time.perf_counter() - begun, theta


def loop(image, window_lines, _):
    begun = time.perf_counter()
    theta = []
    for window in windows_of(image, window_lines):
        centred = window - window.mean()
        radon = functools.partial(skimage.transform.radon, centred, circle=False)
        best = radon(COARSE).var(0).argmax()
        fine = best + FINE / 4
        theta.append(fine[radon(fine).var(0).argmax()])
    return time.perf_counter() - begun, numpy.array(theta, dtype=float)


for line in sys.stdin:
    method, path, lines, columns, window_lines, batch = json.loads(line)
    image = numpy.fromfile(path, "<u2").reshape(-1, columns)[:lines]
    cpu = time.process_time()
    seconds, theta = {"sparse": sparse, "loop": loop}[method](image, window_lines, batch)
    cpu = time.process_time() - cpu
    digest = hashlib.sha256(theta.astype("<f8").tobytes()).hexdigest()
    print(json.dumps({"ms": seconds * 1000, "cpuMs": cpu * 1000, "sha256": digest}), flush=True)
