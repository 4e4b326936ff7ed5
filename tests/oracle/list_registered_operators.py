"""Writes tests/data/mxnet_registered_operators.txt: the operators that MXNet 1.9.1 registers.

usage: python list_registered_operators.py > tests/data/mxnet_registered_operators.txt

One line each, sorted: the name, and for an alias the name of the operator that it stands for. Gradients, which only
training runs (_backward_*), are left out.
"""
import ctypes
import os
import sys

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"

import mxnet as mx  # noqa: E402
from mxnet.base import _LIB, c_str, check_call  # noqa: E402


def names():
    count, array = ctypes.c_uint(), ctypes.POINTER(ctypes.c_char_p)()
    check_call(_LIB.MXListAllOpNames(ctypes.byref(count), ctypes.byref(array)))
    return sorted(array[i].decode() for i in range(count.value))


def registered(name):
    handle = ctypes.c_void_p()
    check_call(_LIB.NNGetOpHandle(c_str(name), ctypes.byref(handle)))
    texts = [ctypes.c_char_p() for _ in range(4)]  # name, description, key of the number of inputs, type of the result
    count = ctypes.c_uint()
    lists = [ctypes.POINTER(ctypes.c_char_p)() for _ in range(3)]
    check_call(
        _LIB.MXSymbolGetAtomicSymbolInfo(
            handle,
            *map(ctypes.byref, texts[:2]),
            ctypes.byref(count),
            *map(ctypes.byref, lists),
            *map(ctypes.byref, texts[2:]),
        )
    )
    return texts[0].value.decode()


def main():
    if mx.__version__ != "1.9.1":
        sys.exit(f"mxnet is {mx.__version__}, expected 1.9.1")
    for name in names():
        if "backward" not in name:
            print(*dict.fromkeys((name, registered(name))))


if __name__ == "__main__":
    main()
