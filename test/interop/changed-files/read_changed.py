"""Reads changed files and reports where the result differs from ours: `read_changed.py folder`.

The folder holds `<kind>-<number>.bin`, and for each of them `<kind>-<number>.json` with what we read. Prints one JSON
object: for each kind, how many files were compared, how many could not be read here, and what differs.
"""

import csv
import hashlib
import io
import json
import logging
import math
import pathlib
import sys

import numpy
import tifffile

logging.disable(logging.CRITICAL)


def array_says(array):
    array = numpy.asarray(array)
    if array.dtype == numpy.float16:
        array = array.astype(numpy.float32)  # as which we give it, every value the same
    little = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    return {
        "dtype": array.dtype.name,
        "count": int(array.size),
        "sha256": hashlib.sha256(little.tobytes()).hexdigest(),
    }


def read_tiff(data):
    """The pixels by tifffile, or None where the file breaks a rule of the format that tifffile answers in its own way.

    What we do then is the table in docs/formats.md. Our own slow reader in packages/legacy-io/test checks it.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as tif:
        pages = whole_pages(tif)
        chosen = of_one_kind([page for page in pages if not int(page.subfiletype) & 5] or pages)
        if any(breaks_a_rule(page, len(data)) for page in chosen):
            return None
        try:
            if tif.is_imagej and len(chosen) == 1:
                return array_says(tif.asarray())
            return array_says(numpy.concatenate([page.asarray().ravel() for page in chosen]))
        except Exception as error:
            # Its PackBits decoder refuses data that go on beyond the rows, which we leave out with a warning.
            if "IMCD_OUTPUT_TOO_SMALL" in str(error):
                return None
            raise


def whole_pages(tif):
    """The pages before the chain of directories ends in garbage. A directory that does not say its size is garbage too."""
    pages = [tif.pages[0]]
    try:
        for index in range(1, len(tif.pages)):
            page = tif.pages[index]
            if 256 not in page.tags or 257 not in page.tags:
                break
            pages.append(page)
    except Exception:
        pass
    return pages


def of_one_kind(pages):
    """The first page and those of its shape and type. tifffile would join the others to them."""
    first = pages[0]
    return [
        page
        for page in pages
        if (page.shape, page.dtype, page.bitspersample) == (first.shape, first.dtype, first.bitspersample)
    ]


# Bits, compression, photometric, fill order, samples, planar configuration, predictor, sample format.
NUMBERS = (258, 259, 262, 266, 277, 284, 317, 339)


def breaks_a_rule(page, file_bytes):
    """Whether the places of the pixels are not what TIFF asks for.

    - Without a byte count for each strip, or with one of 0, beyond the end, or too small for pixels without compression,
      tifffile makes zeros or gives up. We compute the count, or take what follows.
    - With more or fewer strips than RowsPerStrip needs, tifffile reads some of them as if they were all. We find the rows
      that fit.
    - A number of type BYTE, which libtiff and we take as it is, tifffile does not take for a number.
    - Without compression, tifffile undoes a predictor all the same. libtiff and we ignore it.
    """
    if any(isinstance(page.tags[code].value, bytes) for code in NUMBERS if code in page.tags):
        return True
    tiled = page.is_tiled
    offsets = page.tags.get(324 if tiled else 273) or page.tags.get(273)
    counts = page.tags.get(325 if tiled else 279) or page.tags.get(279)
    if offsets is None or counts is None or counts.count != offsets.count or not is_whole_numbers(counts):
        return True
    fewest = fewest_bytes(page) if page.compression == 1 else 0
    if any(
        count == 0 or offset + count > file_bytes or count < fewest
        for offset, count in zip(numbers_of(offsets), numbers_of(counts), strict=True)
    ):
        return True
    if not tiled and offsets.count != math.prod(page.chunked):
        return True
    return page.compression in (1, 32773) and page.predictor != 1


def fewest_bytes(page):
    """The bytes of the shortest strip or tile without compression."""
    samples = 1 if page.planarconfig == 2 else page.samplesperpixel
    width, rows = page.imagewidth, page.rowsperstrip
    if page.is_tiled:
        width, rows = page.tilewidth, page.tilelength
    else:
        rows = (page.imagelength - 1) % (min(rows, page.imagelength) or page.imagelength) + 1
    return (width * samples * page.bitspersample + 7) // 8 * rows


def is_whole_numbers(tag):
    return int(tag.dtype) in (1, 3, 4, 13, 16, 18)


def numbers_of(tag):
    return tag.value if isinstance(tag.value, tuple) else (tag.value,)


def read_npy(data):
    array = numpy.load(io.BytesIO(data), allow_pickle=False)
    return {**array_says(array), "shape": list(array.shape)}


# docs/csv.md: words for a missing value.
MISSING = {"NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "null", "NULL", "None", "nan", "NaN", "NAN"}


def encoding_of(data):
    """As docs/csv.md has it: what is not UTF-8 is Windows-1252."""
    try:
        data.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "cp1252"


def read_csv(data):
    """As docs/csv.md has it: no blanks around titles, no empty columns at the end, words for missing values as empty cells."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding_of(data), newline="")
    rows = [row for row in csv.reader(text, strict=True) if row]
    if not rows:
        return rows
    # A title in quotes keeps its blanks; the tables here quote only titles with a comma.
    titles = [title if "," in title else title.strip(" ") for title in rows[0]]
    cells = [["" if cell in MISSING else cell for cell in row] for row in rows[1:]]
    all_rows = [titles, *cells]
    width = max((index + 1 for row in all_rows for index, cell in enumerate(row) if cell), default=0)
    full = min(width, len(titles))
    return [row[: max(width, 1)] + [""] * (full - len(row)) for row in all_rows]


def read_json(data):
    return json.loads(data.decode("utf-8-sig"), parse_int=float)


READERS = {"tiff": read_tiff, "npy": read_npy, "csv": read_csv, "json": read_json}
tallies = {kind: {"compared": 0, "unread": 0, "differences": []} for kind in READERS}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.bin")):
    kind = path.name.split("-")[0]
    ours = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"), parse_int=float)
    try:
        theirs = READERS[kind](path.read_bytes())
    except Exception:
        tallies[kind]["unread"] += 1
        continue
    if theirs is None:
        continue
    tallies[kind]["compared"] += 1
    if theirs != ours:
        tallies[kind]["differences"].append(f"{path.stem}: {str(ours)[:300]}, not {str(theirs)[:300]}")
print(json.dumps(tallies))
