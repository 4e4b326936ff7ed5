"""Compares what mo and OpenVINO's own Model Optimizer make of the same command lines, by the numbers of the IRs.

usage: MXNET_SUBGRAPH_BACKEND=NONE python compare_command_lines.py MO [WORK_DIR]
Needs Python 3.10 with openvino-dev 2023.3.0 (the last one that converts MXNet), mxnet 1.9.1 and numpy 1.23.5, for the
program mo of that package beside the interpreter. Writes nothing into the repository; the last line counts.
"""
import pathlib
import subprocess
import sys
import tempfile

import mxnet as mx
import numpy as np
import openvino.runtime as ov

ours = sys.argv[1]
work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
work.mkdir(parents=True, exist_ok=True)
theirs = pathlib.Path(sys.executable).parent / "mo"

data = mx.sym.Variable("data")
conv = mx.sym.Convolution(data, kernel=(3, 3), num_filter=4, no_bias=True, name="conv")
net = mx.sym.Activation(conv, act_type="relu", name="y")
weight = mx.nd.array(np.random.RandomState(1).uniform(-1, 1, (4, 3, 3, 3)).astype("float32"))
mx.model.save_checkpoint(str(work / "net"), 0, net, {"conv_weight": weight}, {})

SHAPE = ["--input_shape", "[1,3,6,8]"]
CASES = {
    "plain": SHAPE,
    "shape_of_input": ["--input", "data[1,3,6,8]"],
    "layout": SHAPE + ["--layout", "nchw->nhwc"],
    "layout_named": SHAPE + ["--layout", "data(nchw->nhwc)"],
    "layout_long": SHAPE + ["--layout", "[n,c,h,w]->[n,h,w,c]"],
    "layout_sides": SHAPE + ["--source_layout", "nchw", "--target_layout", "nhwc"],
    "layout_source": SHAPE + ["--source_layout", "nchw"],
    "mean": SHAPE + ["--mean_values", "(1,2,3)", "--scale_values", "[2,3,4]"],
    "mean_named": SHAPE + ["--mean_values", "data(1,2,3)", "--scale", "2"],
    "everything": SHAPE + ["--layout", "nchw->nhwc", "--mean_values", "(1,2,3)", "--scale_values", "(2,3,4)",
                           "--reverse_input_channels"],
    "input_port": ["--input", "0:y[1,4,5,5]"],
    "input_inner": ["--input", "y", "--input_shape", "[1,4,5,5]"],
    "output_port_in": ["--input", "conv:0[1,4,5,5]"],
    "output": SHAPE + ["--output", "conv"],
    "output_port": SHAPE + ["--output", "conv:0"],
    "output_of_input": SHAPE + ["--output", "0:y"],
}


def convert(program, folder, name, options):
    command = [str(program), "--input_model", str(work / "net-0000.params"), "-o", str(work / folder), "-n", name]
    command += (["--framework", "mxnet", "--compress_to_fp16=False"] if folder == "theirs" else ["--ir_version", "11"])
    finished = subprocess.run(command + options, capture_output=True, text=True)
    if finished.returncode:
        raise SystemExit(f"{name}: {program} failed\n{finished.stdout}{finished.stderr}")


core = ov.Core()
failed = 0
for name, options in CASES.items():
    results, shapes = [], []
    for program, folder in ((theirs, "theirs"), (ours, "ours")):
        convert(program, folder, name, options)
        model = core.read_model(str(work / folder / f"{name}.xml"))
        shapes.append(list(model.inputs[0].shape))
        x = np.random.RandomState(0).uniform(0, 255, shapes[-1]).astype("float32")
        compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        results.append(list(compiled([x]).values())[0])
    a, b = results
    good = shapes[0] == shapes[1] and a.shape == b.shape and np.abs(a).max() > 0 and \
        np.abs(a - b).max() <= 1e-5 * np.abs(a).max()
    failed += not good
    print(f"{name:18} input {shapes[1]} output {list(b.shape)} {'same' if good else 'DIFFERENT'}")
print(f"{len(CASES) - failed} same, {failed} different")
sys.exit(failed > 0)
