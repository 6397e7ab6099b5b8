"""Writes one Parquet file for each type, and prints what each holds, or that it is to be refused.

Usage: write_types.py FOLDER

The values are those of Python, in the form that kym promises: decimals of up to 15 digits as floats, wider ones as text,
dates as text, times, durations and timestamps in nanoseconds, lists as text.
"""

import datetime as dt
import decimal
import json
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

D = decimal.Decimal
folder = sys.argv[1]
cases = []


def add(name, expected, refused=None):
    cases.append({"name": name, "values": expected, "refused": refused})


def write(name, array, expected, refused=None, **options):
    pq.write_table(pa.table({"k": array}), f"{folder}/{name}.parquet", **options)
    add(name, expected, refused)


def whole(*values):
    """Integers as text, because JSON would round them."""
    return [None if value is None else f"{value}n" for value in values]


for unit, ns in {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}.items():
    write(f"duration_{unit}", pa.array([90, None, -5], pa.duration(unit)), whole(90 * ns, None, -5 * ns))
    write(f"timestamp_{unit}", pa.array([1_700_000_000, None], pa.timestamp(unit)), whole(1_700_000_000 * ns, None))
    zoned = pa.array([1_700_000_000, None], pa.timestamp(unit, "Europe/Berlin"))
    write(f"timestamp_tz_{unit}", zoned, whole(1_700_000_000 * ns, None))
    time = pa.time32(unit) if unit in ("s", "ms") else pa.time64(unit)
    write(f"time_{unit}", pa.array([3723, None], time), whole(3723 * ns, None))
write(
    "timestamp_int96",
    pa.array([1_700_000_000_000_000_001, None], pa.timestamp("ns")),
    whole(1_700_000_000_000_000_001, None),
    use_deprecated_int96_timestamps=True,
)
for kind in (pa.date32(), pa.date64()):
    days = [dt.date(2025, 7, 22), None, dt.date(1899, 12, 31), dt.date(9999, 12, 31), dt.date(1, 1, 1)]
    write(str(kind)[:6], pa.array(days, kind), [day and day.isoformat() for day in days])
for digits, scale, texts in [
    (3, 2, ["0.80", "-1.25", "9.99"]),
    (15, 3, ["123456789012.345", "-0.001", "999999999999.999"]),
    (15, 15, ["0.123456789012345"]),
    (16, 2, ["12345678901234.56", "-0.01"]),
    (38, 10, ["1234567890123456789012345678.0123456789", "-1.0000000000"]),
]:
    values = [D(text) for text in texts]
    expected = [float(value) if digits <= 15 else str(value) for value in values]
    for as_integer in [False, True]:
        array = pa.array([*values, None], pa.decimal128(digits, scale))
        name = f"decimal_{digits}_{scale}_{as_integer}"
        write(name, array, [*expected, None], store_decimal_as_integer=as_integer)
wide = D("12345678901234567890123456789012345678901.5")
write("decimal256", pa.array([wide, None], pa.decimal256(60, 1)), [str(wide), None])
for bits in [8, 16, 32, 64]:
    for signed in ["", "u"]:
        kind = getattr(pa, f"{signed}int{bits}")()
        top = 2 ** (bits - (not signed)) - 1 if bits < 64 else 2**63 - 1
        expected = [1, None, top]
        is_long = bits == 64 or (bits == 32 and signed)
        write(f"{kind}", pa.array(expected, kind), whole(*expected) if is_long else expected)
        indices = pa.array([0, 1, None, 0], kind)
        write(f"dictionary_{kind}", pa.DictionaryArray.from_arrays(indices, ["x", "y"]), ["x", "y", None, "x"])
        numbers = pa.DictionaryArray.from_arrays(indices, pa.array([5, 6]))
        write(f"dictionary_{kind}_of_numbers", numbers, whole(5, 6, None, 5))
indices = pa.array([0, 1, None], pa.int64())
for name, values, expected in [
    ("dates", [dt.date(2025, 1, 1), dt.date(2025, 1, 2)], ["2025-01-01", "2025-01-02", None]),
    ("floats", [0.5, 1.5], [0.5, 1.5, None]),
    ("large_strings", pa.array(["a", "b"], pa.large_string()), ["a", "b", None]),
    ("timestamps", pa.array([1, 2], pa.timestamp("us")), whole(1000, 2000, None)),
]:
    write(f"dictionary_of_{name}", pa.DictionaryArray.from_arrays(indices, values), expected)
write(
    "dictionary_of_decimals",
    pa.DictionaryArray.from_arrays(indices, [D("1.5"), D("2.5")]),
    None,
    "dictionary<values=decimal128(2, 1), indices=int64>",
)
for name, values, words in [
    ("booleans", [True, False], "bool"),
    ("float16", pa.array([0.5, 1.5], pa.float16()), "halffloat"),
]:
    dictionary = pa.DictionaryArray.from_arrays(indices, values)
    write(f"dictionary_of_{name}", dictionary, None, f"dictionary<values={words}, indices=int64>")
for kind in [pa.int8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.time32("s"), pa.time64("us"), pa.duration("ms")]:
    # Times and durations in nanoseconds.
    ns = {"time32[s]": 10**9, "time64[us]": 1000, "duration[ms]": 10**6}.get(str(kind), 1)
    expected = [ns, 2 * ns, None]
    dictionary = pa.DictionaryArray.from_arrays(indices, pa.array([1, 2], kind))
    is_short = str(kind) in ("int8", "uint16")
    write(f"dictionary_of_{kind}", dictionary, expected if is_short else whole(*expected))
booleans = pa.array([[True], None], pa.list_(pa.dictionary(pa.int32(), pa.bool_())))
write("list_of_dictionaries_of_booleans", booleans, None, "dictionary<values=bool, indices=int32>")
write("uint64_beyond", pa.array([2**63, None], pa.uint64()), None, "uint64")
write("bool", pa.array([True, None, False]), [True, None, False])
for kind in (pa.float16(), pa.float32(), pa.float64()):
    write(str(kind), pa.array([0.5, None, -2.0], kind), [0.5, None, -2])
for kind in (pa.string(), pa.large_string(), pa.string_view()):
    write(str(kind), pa.array(["é", None, ""], kind), ["é", None, ""])
write("null", pa.nulls(2), [None, None])
write("json", pa.array(['{"a": 1}', None], pa.json_()), ['{"a": 1}', None])
ints = [[1, 2], [], None, [3, None]]
texts = ["[1, 2]", "[]", None, "[3, null]"]
for kind in (pa.list_(pa.int64()), pa.large_list(pa.int64()), pa.list_(pa.uint8())):
    write(f"list_{kind}".replace("<", "_").replace(">", "").replace(": ", "_"), pa.array(ints, kind), texts)
write("list_fixed", pa.array([[1, 2], [3, 4], None], pa.list_(pa.int64(), 2)), ["[1, 2]", "[3, 4]", None])
write("list_floats", pa.array([[0.5, float("nan"), float("inf")], None]), ["[0.5, null, Infinity]", None])
write("list_strings", pa.array([["a", 'b"c', None], None]), ['["a", "b\\"c", null]', None])
write("list_bools", pa.array([[True, False], None]), ["[true, false]", None])
write("list_lists", pa.array([[[1], [2, None]], None, []]), ["[[1], [2, null]]", None, "[]"])
write("list_decimals", pa.array([[D("1.5")], None]), ["[1.5]", None])
write("list_dates", pa.array([[dt.date(2025, 1, 1)], None]), ['["2025-01-01"]', None])
write("list_timestamps", pa.array([[1, 2], None], pa.list_(pa.timestamp("us"))), ["[1000, 2000]", None])
dictionaries = pa.array([["a"], None], pa.list_(pa.dictionary(pa.int32(), pa.string())))
write("list_dictionaries", dictionaries, ['["a"]', None])
write("binary", pa.array([b"ab", None]), None, "binary")
write("fixed", pa.array([b"ab", None], pa.binary(2)), None, "fixed_size_binary[2]")
write("uuid", pa.array([b"0123456789abcdef", None], pa.uuid()), None, "uuid")
write("struct", pa.array([{"a": 1, "b": "x"}, None]), None, "struct<a: int64, b: string>")
write("list_structs", pa.array([[{"a": 1}], None]), None, "list<struct<a: int64>>")
write("map", pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())), None, "map<string, int64>")

for name, sql, expected, refused in [
    ("decimal", "0.8", [0.8], None),
    ("count", "count(*)", whole(1), None),
    ("hugeint", "sum(1)", [1], None),
    ("enum", "'a'::enum('a', 'b')", ["a"], None),
    ("date", "date '2025-07-22'", ["2025-07-22"], None),
    ("time", "time '01:02:03.5'", whole(3_723_500_000_000), None),
    ("timestamptz", "timestamptz '2025-01-01 00:00:00+00'", whole(1_735_689_600_000_000_000), None),
    ("list", "[1, 2]", ["[1, 2]"], None),
    ("array", "[1, 2]::int[2]", ["[1, 2]"], None),
    ("interval", "interval 1 day", None, "interval"),
    ("struct", "{'a': 1}", None, "struct<a: int32>"),
    ("blob", "'ab'::blob", None, "binary"),
]:
    duckdb.sql(f"copy (select {sql} as k) to '{folder}/duckdb_{name}.parquet'")
    add(f"duckdb_{name}", expected, refused)

print(json.dumps(cases))
