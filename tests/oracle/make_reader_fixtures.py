"""Writes tests/data/mxnet_readers: files as MXNet 1.9.1 itself saves them, for the tests of the readers.

usage: MXNET_SUBGRAPH_BACKEND=NONE python make_reader_fixtures.py OUT_DIR
Needs Python 3.8 to 3.11, mxnet 1.9.1 and numpy 1.23.5.

Element k of every dense array is k % 7 - 2 (k % 7 for unsigned types, k % 2 for bool), so that tests know it.
"""
import ctypes
import json
import pathlib
import sys

import mxnet as mx
import numpy as np
from mxnet.base import _LIB, check_call

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def values(shape, dtype="float32"):
    k = np.arange(int(np.prod(shape)))
    v = k % 2 if dtype == "bool" else k % 7 if dtype == "uint8" else k % 7 - 2
    return v.reshape(shape).astype(dtype)


def array(shape, dtype="float32"):
    return mx.nd.array(values(shape, dtype), dtype=dtype)


# Every type, and shapes that leave the following arrays at odd offsets.
names = ("uint8", "int8", "float16", "bool", "float32", "float64", "int32", "int64")
types = {f"arg:{t}": array((3, 5), t) for t in names}
types["arg:bfloat16"] = mx.nd.amp_cast(array((3, 5)), dtype=np.dtype([("bfloat16", np.uint16)]))
mx.nd.save(str(out / "types.params"), types)

# Sparse arrays: rows 1 and 4 of six; a 4 x 5 matrix with an empty row; both kinds without any value.
rows = mx.nd.sparse.row_sparse_array((values((2, 3)), [1, 4]), shape=(6, 3))
matrix = mx.nd.sparse.csr_matrix((np.arange(1, 6, dtype="float32"), [0, 4, 1, 2, 3], [0, 2, 2, 5, 5]), shape=(4, 5))
mx.nd.save(str(out / "sparse.params"), {
    "arg:rows": rows, "arg:matrix": matrix, "arg:dense": array((2, 2)),
    "arg:no_rows": mx.nd.zeros((4, 2), stype="row_sparse"), "arg:no_values": mx.nd.zeros((2, 3), stype="csr")})

mx.nd.save(str(out / "unnamed.nd"), [array((4,)), array((2, 3), "int32")])
mx.nd.save(str(out / "empty.nd"), [])

size, data = ctypes.c_size_t(), ctypes.POINTER(ctypes.c_char)()
single = array((2, 3))
check_call(_LIB.MXNDArraySaveRawBytes(single.handle, ctypes.byref(size), ctypes.byref(data)))
(out / "single.nd").write_bytes(ctypes.string_at(data, size.value))

# Gluon: bare names from save_parameters, "arg:" and "aux:" and a symbol from export.
mx.random.seed(1)
net = mx.gluon.nn.HybridSequential(prefix="net_")
with net.name_scope():
    net.add(mx.gluon.nn.Conv2D(2, 3, in_channels=1), mx.gluon.nn.BatchNorm(in_channels=2))
    net.add(mx.gluon.nn.Dense(3, in_units=8))
net.initialize()
for parameter in net.collect_params().values():
    parameter.set_data(array(parameter.shape))
net.hybridize()
net(mx.nd.zeros((1, 1, 4, 4)))
net.save_parameters(str(out / "gluon.params"))
net.export(str(out / "exported"))

# Symbols that hold symbols: control flow, and MXNet's own fusion.
items, state = mx.sym.var("items"), mx.sym.var("state")
step = mx.sym.contrib.foreach(lambda data, state: (data + state, data * 2), items, state, name="loop")
mx.sym.Group([step[0], step[1]]).save(str(out / "foreach-symbol.json"))
conv = mx.sym.Convolution(mx.sym.var("data"), kernel=(1, 1), num_filter=2, name="conv")
mx.sym.relu(conv, name="relu").get_backend_symbol("MKLDNN").save(str(out / "fused-symbol.json"))

# NumPy's shape rules: a scalar and an array without elements; a symbol that says so.
mx.npx.set_np()
mx.npx.save(str(out / "numpy.params"), {
    "scalar": mx.np.array(values(()), dtype="float32"),
    "none": mx.np.zeros((0, 3)),
    "matrix": mx.np.array(values((2, 3)))})
(mx.sym.var("x").as_np_ndarray() + 1).save(str(out / "numpy-symbol.json"))
mx.npx.reset_np()

# Every alias of an operator: "alias registered-name" per line.
count, names = ctypes.c_uint(), ctypes.POINTER(ctypes.c_char_p)()
check_call(_LIB.NNListAllOpNames(ctypes.byref(count), ctypes.byref(names)))
aliases = []
for name in [names[i] for i in range(count.value)]:
    op = ctypes.c_void_p()
    check_call(_LIB.NNGetOpHandle(name, ctypes.byref(op)))
    real, text, number = ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_uint()
    lists = [ctypes.POINTER(ctypes.c_char_p)() for _ in range(3)]
    check_call(_LIB.NNGetOpInfo(op, ctypes.byref(real), ctypes.byref(text), ctypes.byref(number),
                                *[ctypes.byref(x) for x in lists], ctypes.byref(text)))
    name, real = name.decode(), real.value.decode()
    # Gradients, optimizers and picture decoding never stand in a deployed model.
    if name != real and not name.startswith("_backward") and not real.endswith("_update") and "cvim" not in name \
            and not name.startswith("_npx__image_random"):
        aliases.append(f"{name} {real}")
(out / "operator_aliases.txt").write_text("\n".join(sorted(aliases)) + "\n")

# What MXNet's own upgrade makes of a file without version and auxiliary states: the names of its inputs, in order.
old = {"nodes": [
    {"op": "null", "param": {}, "name": "data", "inputs": [], "backward_source_id": -1},
    {"op": "null", "param": {}, "name": "bn_gamma", "inputs": [], "backward_source_id": -1},
    {"op": "null", "param": {}, "name": "bn_beta", "inputs": [], "backward_source_id": -1},
    {"op": "BatchNorm", "name": "bn",
     "param": {"eps": "0.001", "fix_gamma": "True", "momentum": "0.9", "use_global_stats": "False"},
     "inputs": [[0, 0], [1, 0], [2, 0]], "backward_source_id": -1},
    {"op": "argmax", "param": {"axis": "-1", "keepdims": "False"}, "name": "best", "inputs": [[3, 0]],
     "backward_source_id": -1},
    {"op": "Reshape", "param": {"keep_highest": "True", "target_shape": "(0, 0, 6)"}, "name": "shaped",
     "inputs": [[3, 0]], "backward_source_id": -1}],
    "arg_nodes": [0, 1, 2], "heads": [[4, 0], [5, 0]]}
(out / "old-symbol.json").write_text(json.dumps(old, indent=2) + "\n")
upgraded = mx.sym.load_json(json.dumps(old))
shapes = upgraded.infer_shape(data=(2, 3, 4))
(out / "old-upgraded.txt").write_text(" ".join(upgraded.list_inputs()) + "\n" + " ".join(map(str, shapes[1])) + "\n")
