#!/usr/bin/env python3
"""Write tests/data/npy: arrays and archives as NumPy writes them, for the reader's tests. Needs numpy.

usage: make_npy_fixtures.py [DIR]

Each array has shape (2, 3) and the values -2 .. 3 times 0.5 for floats, -2 .. 3 for signed integers, 0 .. 5 for u8 and
alternating booleans; NAME_fortran.npy is the f32 one in column-major order.
"""
import pathlib
import sys

import numpy as np
from numpy.lib import format as npy_format

default = pathlib.Path(__file__).resolve().parents[1] / "data" / "npy"
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
folder.mkdir(parents=True, exist_ok=True)
steps = np.arange(-2, 4).reshape(2, 3)
arrays = {
    "f16": (steps * 0.5).astype("<f2"), "f32": (steps * 0.5).astype("<f4"), "f64": (steps * 0.5).astype("<f8"),
    "i8": steps.astype("i1"), "u8": (steps + 2).astype("u1"), "i32": steps.astype("<i4"), "i64": steps.astype("<i8"),
    "bool": (steps + 2) % 2 == 1,
}
for name, array in arrays.items():
    np.save(folder / f"{name}.npy", array)
np.save(folder / "f32_fortran.npy", np.asfortranarray(arrays["f32"]))
np.save(folder / "scalar.npy", np.float32(2.5))
np.save(folder / "empty.npy", np.zeros((0, 4), "<f4"))
np.save(folder / "big_endian.npy", arrays["f32"].astype(">f4"))
np.save(folder / "complex.npy", arrays["f32"].astype("<c8"))
np.save(folder / "structured.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
for version in (2, 3):
    with open(folder / f"version{version}.npy", "wb") as file:
        npy_format.write_array(file, arrays["f32"], (version, 0))
# Two members out of alphabetical order.
np.savez(folder / "stored.npz", zebra=arrays["f32"], apple=arrays["i64"])
np.savez_compressed(folder / "deflated.npz", zebra=np.zeros((50, 50), "<f4"), apple=arrays["i64"])
