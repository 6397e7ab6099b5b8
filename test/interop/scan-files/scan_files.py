# Reads LIF and ScanImage files of ours with liffile and tifffile; writes PTU and ScanImage files with ptufile and tifffile.
import json
import pathlib
import sys
import warnings

import liffile
import numpy
import ptufile
import tifffile

warnings.simplefilter("ignore")
folder = pathlib.Path(sys.argv[1])
said = {}


def step(coordinates):
    return None if coordinates is None or len(coordinates) < 2 else float(coordinates[1] - coordinates[0])


def as_ctx(array, dims):
    """Channels, lines, pixels, in this order."""
    order = [dims.index(name) for name in "CTX" if name in dims]
    array = numpy.transpose(array, order)
    return array if "C" in dims else array[numpy.newaxis]


def keep(name, array, **facts):
    (folder / f"{name}.bin").write_bytes(numpy.ascontiguousarray(array).tobytes())
    said[name] = {"shape": list(array.shape), "dtype": str(array.dtype), **facts}


for path in sorted(folder.glob("*.lif")):
    with liffile.LifFile(path) as lif:
        for image in lif.images:
            # liffile calls channels S where they are next to each other.
            dims = ["C" if name == "S" else name for name in image.dims]
            keep(
                f"{path.stem}#{image.name}",
                as_ctx(image.asarray(), dims),
                period=step(image.coords.get("T")),
                pitch=step(image.coords.get("X")),
                start=None if image.timestamps is None else str(image.timestamps[0]),
            )

random = numpy.random.default_rng(35)


def write_ptu(name, shape, **options):
    """Pictures of one line, so that each is a line of a scan; `line` says so in the tag as well."""
    counts = random.integers(0, 3, shape).astype("uint8")
    is_line = options.pop("line", False)
    path = folder / f"{name}.ptu"
    ptufile.imwrite(path, counts, global_resolution=25e-9, tcspc_resolution=1e-9, pixel_time=1e-5, pixel_resolution=0.2, **options)
    with ptufile.PtuFile(path) as ptu:
        read = numpy.asarray(ptu[:]).sum(-1)
        facts = {"line_time": ptu.line_time, "frame_time": ptu.frame_time}
        assert (read == counts.sum(-1)).all()
    if is_line:
        data = bytearray(path.read_bytes())
        at = data.find(b"Measurement_SubMode") + 40
        data[at] = 2
        at = data.find(b"ImgHdr_Dimensions") + 40
        data[at] = 2
        path.write_bytes(data)
        try:
            with ptufile.PtuFile(path) as ptu:
                facts["as_line"] = list(ptu.shape)
        except Exception as error:
            facts["as_line"] = f"{type(error).__name__}: {error}"
    lines = numpy.transpose(read[:, 0], (2, 0, 1))
    keep(name, lines.astype("uint16"), **facts)


write_ptu("picoharp", (40, 1, 8, 2, 4))
write_ptu("generic", (30, 1, 5, 3, 8), record_type=ptufile.PtuRecordType.GenericT3)
write_ptu("one-channel", (25, 1, 16, 1, 4))
write_ptu("line", (20, 1, 8, 2, 4), line=True)

with ptufile.PtuFile(folder / "back.ptu") as ptu:
    said["back"] = {"shape": list(ptu.shape), "dtype": "", "line_time": ptu.line_time, "frame_time": ptu.frame_time}

TEXT = """SI.hChannels.channelSave = {channels}
SI.hChannels.channelOffset = [0 0]
SI.hRoiManager.linePeriod = 6.3e-05
SI.hRoiManager.scanFramePeriod = 0.001008
SI.hRoiManager.scanAngleMultiplierSlow = {slow}
SI.hRoiManager.imagingFovUm = [-8 -4;8 -4;8 4;-8 4]
SI.hStackManager.enable = false
SI.hStackManager.framesPerSlice = {plan}
"""


def write_scanimage(name, frames, channels, slow, plan, big):
    """Sixteen line periods a frame, twelve lines in a page."""
    pages = random.integers(-100, 2000, (frames, channels, 12, 8)).astype("int16")
    saved = "1" if channels == 1 else "[1;2]"
    text = TEXT.format(channels=saved, slow=slow, plan=plan)
    path = folder / f"{name}.tif"
    with tifffile.TiffWriter(path, bigtiff=big) as tif:
        for index in range(frames * channels):
            frame = index // channels
            description = f"frameNumbers = {frame + 1}\nframeTimestamps_sec = {frame * 0.001008:.9f}\n"
            tif.write(
                pages[frame, index % channels], description=description, software=text, metadata=None,
                contiguous=False, resolution=(5000, 5000), resolutionunit="CENTIMETER",
            )
    if slow == 0:
        lines = numpy.zeros((channels, frames * 12 + (frames - 1) * 4, 8), "int16")
        for frame in range(frames):
            lines[:, frame * 16 : frame * 16 + 12] = pages[frame]
    else:
        lines = pages if channels > 1 else pages[:, 0]
    with tifffile.TiffFile(path) as tif:
        series = tif.series[0]
        keep(name, lines, axes=series.axes, same=bool((series.asarray().reshape(pages.shape) == pages).all()))


write_scanimage("lines", 5, 2, 0, "Inf", True)
write_scanimage("lines-one-channel", 3, 1, 0, 1, False)
write_scanimage("frames", 4, 2, 1, 4, True)
write_scanimage("frames-one-channel", 4, 1, 1, 4, False)

with tifffile.TiffFile(folder / "ours.tif") as tif:
    keep(
        "ours", numpy.stack([page.asarray() for page in tif.pages]),
        period=tif.scanimage_metadata["FrameData"]["SI.hRoiManager.linePeriod"], axes=tif.series[0].axes,
    )

print(json.dumps(said))
