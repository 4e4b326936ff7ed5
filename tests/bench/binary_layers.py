#!/usr/bin/env python3
"""Times BMXNet's binary layers (extensions/binary_layers) against the same layers in f32.

usage: python binary_layers.py BUILD_DIR WORK_DIR [THREADS [MAX_ISA]]     (Python with mxnet, to write parameters)

BUILD_DIR is configured with -DMOIR_ENABLE_BENCHMARKS=ON. Every model is one layer; medians in milliseconds.
"""
import json
import os
import pathlib
import subprocess
import sys

import mxnet as mx
import numpy as np

LAYERS = [  # name, operator in f32, shape of the data, shape of the weights, attributes
    ("conv 3x3, 64 channels, 56x56", "Convolution", (1, 64, 56, 56), (64, 64, 3, 3), {"kernel": (3, 3), "pad": (1, 1)}),
    ("conv 3x3, 128 channels, 28x28", "Convolution", (1, 128, 28, 28), (128, 128, 3, 3), {"kernel": (3, 3), "pad": (1, 1)}),
    ("conv 3x3, 256 channels, 14x14", "Convolution", (1, 256, 14, 14), (256, 256, 3, 3), {"kernel": (3, 3), "pad": (1, 1)}),
    ("conv 3x3, 512 channels, 7x7", "Convolution", (1, 512, 7, 7), (512, 512, 3, 3), {"kernel": (3, 3), "pad": (1, 1)}),
    ("conv 1x1, 256 to 64 channels, 56x56", "Convolution", (1, 256, 56, 56), (64, 256, 1, 1), {"kernel": (1, 1)}),
    ("dense 4096 to 4096", "FullyConnected", (1, 4096), (4096, 4096), {}),
]


def main():
    build, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    threads = sys.argv[3] if len(sys.argv) > 3 else "1"
    env = dict(os.environ, MOIR_MAX_ISA=sys.argv[4] if len(sys.argv) > 4 else "")
    work.mkdir(parents=True, exist_ok=True)
    plugin = str(build / "extensions/binary_layers.so")
    rng = np.random.default_rng(0)
    for name, op, data, weights, attributes in LAYERS:
        size = {"num_filter": weights[0]} if op == "Convolution" else {"num_hidden": weights[0]}
        mx.nd.save(str(work / "m-0000.params"), {"arg:w": mx.nd.array(rng.standard_normal(weights))})
        medians = []
        for layer in (op, "Q" + op):
            attrs = {key: str(value) for key, value in {**attributes, **size, "no_bias": True}.items()}
            nodes = [{"op": "null", "name": "data", "inputs": []}, {"op": "null", "name": "w", "inputs": []},
                     {"op": layer, "name": "y", "attrs": attrs, "inputs": [[0, 0, 0], [1, 0, 0]]}]
            graph = {"nodes": nodes, "arg_nodes": [0, 1], "heads": [[2, 0, 0]], "attrs": {"mxnet_version": ["int", 10901]}}
            (work / "m-symbol.json").write_text(json.dumps(graph))
            shape = str(list(data)).replace(" ", "")
            subprocess.run([build / "bin/mo", "--input_model", work / "m-0000.params", "--input_shape", shape, "--silent",
                            "--output_dir", work, "--model_name", "m", "--extensions", plugin], check=True)
            run = subprocess.run([build / "bin/bench_model", work / "m.xml", "--threads", threads, "--runs", "200",
                                  "--extensions", plugin], check=True, stdout=subprocess.PIPE, env=env)
            medians.append(json.loads(run.stdout))
        keys = [key for key in medians[0] if "median" in key]
        f32, binary = (m[keys[0]] for m in medians)
        print(f"{name}: f32 {f32:.3f} ms, binary {binary:.3f} ms, {f32 / binary:.1f} times")


if __name__ == "__main__":
    main()
