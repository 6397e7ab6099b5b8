"""What scikit-image and SciPy make of the same numbers. Arguments: a task and a file of JSON; prints JSON."""

import json
import math
import sys

import numpy
import scipy.signal
import skimage.transform

task, path = sys.argv[1:]
given = json.load(open(path))


def numbers(values):
    return numpy.array([math.nan if value is None else value for value in values], dtype=float)


def plain(values):
    return [None if math.isnan(value) else float(value) for value in values]


def angles():
    image = numpy.array(given["pixels"], dtype=float).reshape(-1, given["columns"])
    lines, step = given["windowLines"], given["windowLines"] // 4
    result = []
    for k in range(len(image) // step - 3):
        window = image[k * step : k * step + lines]
        centred = window - window.mean()
        score = lambda theta: skimage.transform.radon(centred, theta, circle=False).var(0).argmax()
        fine = score(numpy.arange(180)) + numpy.arange(-8, 9) / 4
        result.append(float(fine[score(fine)]))
    return result


def medians():
    return [plain(scipy.signal.medfilt(numbers(trace), 3)) for trace in given]


def spectra():
    time, values = numbers(given["timeS"]), numbers(given["values"])
    hz = numpy.linspace(4, 10, 512)
    lomb = scipy.signal.lombscargle(time, values, 2 * numpy.pi * hz, normalize=True)
    rate = given["rateHz"]
    sections = scipy.signal.butter(3, [4, 10], "bandpass", fs=rate, output="sos")
    filtered = scipy.signal.sosfiltfilt(sections, values)
    f, power = scipy.signal.welch(filtered, rate, nperseg=given["segment"], detrend=False)
    band = (f >= 4) & (f <= 10)
    return {"lomb": plain(lomb), "filtered": plain(filtered), "hz": plain(f[band]), "welch": plain(power[band])}


print(json.dumps({"angles": angles, "medians": medians, "spectra": spectra}[task]()))
