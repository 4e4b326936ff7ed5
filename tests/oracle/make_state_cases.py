"""Models that keep values from one inference to the next, with OpenVINO's results step by step.

    python -m venv .venv && .venv/bin/pip install openvino
    .venv/bin/python tests/oracle/make_state_cases.py tests/data/states

Writes NAME.xml, NAME.bin and NAME.npz: x [STEPS, ...] and y [STEPS, ...], RESET_AT tells before which step all states
were reset.
"""
import pathlib
import sys

import numpy as np
import openvino as ov
from openvino import opset3, opset6, opset13 as ops
from openvino.op.util import Variable, VariableInfo

STEPS, RESET_AT = 6, 4


def recurrent(rng, initial, batch_of_input=False):
    """h = tanh(x W + h R), from `initial`; y = 2 h."""
    x = ops.parameter(ov.PartialShape([-1, 3] if batch_of_input else [2, 3]), np.float32, name="x")
    x.output(0).set_names({"x"})
    info = VariableInfo()
    info.data_shape = ov.PartialShape([-1, 4] if batch_of_input else [2, 4])
    info.data_type = ov.Type.f32
    info.variable_id = "hidden"
    variable = Variable(info)
    if batch_of_input:
        rows = ops.gather(ops.shape_of(x), ops.constant([0], np.int64), ops.constant(0, np.int64))
        target = ops.concat([rows, ops.constant([4], np.int64)], 0)
        start = ops.broadcast(ops.constant(0.25, np.float32), target)
    else:
        start = ops.constant(initial.astype(np.float32))
    read = opset6.read_value(start, variable)
    w = ops.constant(rng.uniform(-1, 1, (3, 4)).astype(np.float32))
    r = ops.constant(rng.uniform(-1, 1, (4, 4)).astype(np.float32))
    h = ops.tanh(ops.add(ops.matmul(x, w, False, False), ops.matmul(read, r, False, False)))
    y = ops.multiply(h, ops.constant(2.0, np.float32))
    y.output(0).set_names({"y"})
    assign = opset6.assign(h, variable)
    return ov.Model(results=[ops.result(y)], sinks=[assign], parameters=[x], name="recurrent")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(5)
    models = {
        "recurrent": recurrent(rng, rng.uniform(-1, 1, (2, 4))),
        "recurrent_open_batch": recurrent(rng, None, batch_of_input=True),
    }
    core = ov.Core()
    for name, model in models.items():
        ov.save_model(model, folder / f"{name}.xml", compress_to_fp16=False)
        compiled = core.compile_model(core.read_model(folder / f"{name}.xml"), "CPU",
                                      {"INFERENCE_PRECISION_HINT": "f32"})
        request = compiled.create_infer_request()
        xs, ys = [], []
        for step in range(STEPS):
            if step == RESET_AT:
                request.reset_state()
            xs.append(rng.uniform(-1, 1, (2, 3)).astype(np.float32))
            ys.append(request.infer({"x": xs[-1]})["y"].copy())
        np.savez_compressed(folder / f"{name}.npz", x=np.stack(xs), y=np.stack(ys))


if __name__ == "__main__":
    main()
