"""Writes tests/data/mxnet_operator_grids: what MXNet 1.9.1 computes for each operator over a grid of its attributes.

usage: python make_operator_grids.py OUT_DIR [OPERATOR]... 2> messages-of-mxnet

Needs mxnet 1.9.1 and numpy 1.23.5 (Python 3.8 to 3.11); MXNET_SUBGRAPH_BACKEND=NONE is set here. The grids are in
operator_grids/, one file per family; values are seeded by the names of operator, case and variable, so a run on another
day writes the same files. With OPERATORs, only their files are written. Per operator:

  OPERATOR.json    {"operator": ..., "cases": [{"name", "symbol": {...}, "inputs": {name: shape}}, ...]}
  OPERATOR.params  "CASE/arg:NAME" and "CASE/aux:NAME" (the checkpoint), "CASE/in:NAME" (data),
                   "CASE/out:N:NAME" (outputs in order)

"symbol" is what MXNet writes; labels of training heads stand in it but have no value, as in real checkpoints. Outputs
are those of forward(is_train=False).

MXNet has two implementations of many operators: oneDNN's (MKLDNN), which runs by default, and its own. Every case is
evaluated with both (the second in a child process with MXNET_MKLDNN_ENABLED=0). Where they differ by more than
TOLERANCE, the case is left out and listed, unless RIGHT (below) says which of the two is taken and why. What MXNet
refuses, and what differs from run to run, is listed too. _contrib_fft and _contrib_ifft, which MXNet has for GPUs only,
have NumPy's values: MXNet's documentation defines them as cuFFT's transforms, of which the inverse is not divided by
the length.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
os.environ["MXNET_ENGINE_TYPE"] = "NaiveEngine"  # an error comes where it happens
os.environ["MXNET_STORAGE_FALLBACK_LOG_VERBOSE"] = "0"

import mxnet as mx  # noqa: E402
import numpy as np  # noqa: E402

from operator_grids import ALL_GRIDS, recorder  # noqa: E402

TOLERANCE = 1e-4

# 8-bit operators that oneDNN has; without it MXNet stops at some of them.
QUANTIZED = (
    "_contrib_dequantize",
    "_contrib_quantize",
    "_contrib_quantize_v2",
    "_contrib_quantized_act",
    "_contrib_quantized_batch_norm",
    "_contrib_quantized_concat",
    "_contrib_quantized_conv",
    "_contrib_quantized_elemwise_add",
    "_contrib_quantized_fully_connected",
    "_contrib_quantized_pooling",
    "_contrib_requantize",
    "_sg_mkldnn_conv",
    "_sg_mkldnn_fully_connected",
    "_sg_mkldnn_selfatt_qk",
    "_sg_mkldnn_selfatt_valatt",
)

# Which of the two is taken where they differ or one refuses: (operator, part of the case's name, which, why).
RIGHT = [
    (
        "amp_multicast",
        "float16",
        "own",
        "oneDNN's build refuses half precision here",
    ),
    (
        "_contrib_BatchNormWithReLU",
        "",
        "oneDNN",
        "MXNet's own has no such operator",
    ),
    (
        "Deconvolution",
        ",target_shape=(",
        "own",
        "oneDNN's does not take padding and output padding from target_shape and refuses",
    ),
    (
        "Deconvolution",
        ",dilate=(",
        "oneDNN",
        "it adds x[i] * w[k] at i * stride + k * dilate - pad, as documented; MXNet's own mixes dilate and stride up",
    ),
    *(
        (
            operator,
            "",
            "oneDNN",
            "its ranges of 127.5 and 255.5 and its rounding are what every 8-bit model on a CPU is made for and runs with",
        )
        for operator in QUANTIZED
    ),
    (
        "SoftmaxOutput",
        "1x3x2x3",
        "own",
        "one softmax over all axes but the first, as documented and as for 3-D and 5-D; oneDNN's takes the last axis",
    ),
]


def evaluate(case):
    """The outputs {name: array} of one case, in order. Raises mx.MXNetError."""
    if case.expected is not None:
        return case.expected
    with mx.util.np_shape(case.numpy):
        return evaluate_here(case)


def evaluate_here(case):
    context = mx.cpu()
    array = lambda values: mx.nd.array(values, ctx=context, dtype=values.dtype)  # noqa: E731
    arguments = {name: array(value) for name, value in {**case.inputs, **case.arguments, **case.labels}.items()}
    if case.open_shape:  # an executor wants to know all shapes before
        outputs = mx.nd.CachedOp(case.symbol)(*[arguments[name] for name in case.symbol.list_inputs()])
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return {name: value.asnumpy() for name, value in zip(case.symbol.list_outputs(), outputs)}
    states = {name: array(value) for name, value in case.states.items()}
    executor = case.symbol.bind(context, arguments, aux_states=states, grad_req="null")
    outputs = executor.forward(is_train=False)
    return {name: value.asnumpy() for name, value in zip(case.symbol.list_outputs(), outputs)}


def difference(a, b):
    """max|a - b| relative to max|b|; NaN and infinities must stand at the same places."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf")
    a, b = a.astype("float64"), b.astype("float64")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
        return float("inf")
    if not finite.any():
        return 0.0
    return float(np.abs(a[finite] - b[finite]).max() / max(1e-3, np.abs(b[finite]).max()))


def right_one(case):
    """Which implementation RIGHT names for the case, or None."""
    return next((which for operator, part, which, _ in RIGHT if operator == case.operator and part in case.name), None)


def evaluate_all(cases, name):
    """Per case the outputs, or MXNet's message. `name` tells which implementation runs; where the other one is taken it
    is not even tried, as some crash."""
    results = []
    for case in cases:
        if right_one(case) not in (None, name) or (name == "own" and case.operator in QUANTIZED):
            results.append(f"not tried with {name}")
            continue
        try:
            first, second = evaluate(case), evaluate(case)
            same = all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)
            results.append(first if same else "two runs differ")
        except (mx.MXNetError, ValueError) as error:
            lines = [line for line in str(error).splitlines() if "Check failed" in line or "Error" in line] or str(
                error
            ).splitlines()
            results.append(lines[-1].strip())
    return results


def own_results(names):
    """evaluate_all in a child process without oneDNN."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "own.npz")
        environment = dict(os.environ, MXNET_MKLDNN_ENABLED="0", MXNET_USE_MKLDNN_RNN="0", OWN_OUTPUT=path)
        subprocess.run(
            [sys.executable, __file__, folder, *names], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        return list(np.load(path, allow_pickle=True)["results"])


def selected_cases(names):
    for grid in ALL_GRIDS:
        grid()
    known = {case.operator for case in recorder.CASES}
    unknown = set(names) - known
    if unknown:
        sys.exit(f"no grid for {', '.join(sorted(unknown))}")
    return [case for case in recorder.CASES if not names or case.operator in names]


def write(folder, operator, cases):
    arrays, entries = {}, []
    for case, outputs in cases:
        for prefix, values in (("arg:", case.arguments), ("aux:", case.states), ("in:", case.inputs)):
            arrays.update({f"{case.name}/{prefix}{name}": value for name, value in values.items()})
        arrays.update({f"{case.name}/out:{i}:{name}": value for i, (name, value) in enumerate(outputs.items())})
        with mx.util.np_shape(case.numpy):
            symbol = json.loads(case.symbol.tojson())
        entries.append(
            {
                "name": case.name,
                "symbol": symbol,
                "inputs": {name: list(value.shape) for name, value in case.inputs.items()},
            }
        )
    # Scalars and empty arrays need the file format of NumPy's shape rules.
    with mx.util.np_shape(any(0 in value.shape or value.ndim == 0 for value in arrays.values())):
        mx.nd.save(
            str(folder / f"{operator}.params"),
            {name: mx.nd.array(value, dtype=value.dtype) for name, value in arrays.items()},
        )
    lines = [json.dumps(entry, separators=(",", ":")) for entry in entries]
    (folder / f"{operator}.json").write_text(f'{{"operator":"{operator}","cases":[\n' + ",\n".join(lines) + "\n]}\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    names = sys.argv[2:]
    cases = selected_cases(names)
    results = evaluate_all(cases, "own" if "OWN_OUTPUT" in os.environ else "oneDNN")
    if "OWN_OUTPUT" in os.environ:
        array = np.empty(len(results), dtype=object)
        array[:] = results
        np.savez(os.environ["OWN_OUTPUT"], results=array)
        return
    if mx.__version__ != "1.9.1":
        sys.exit(f"mxnet is {mx.__version__}, expected 1.9.1")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    kept, dropped = {}, 0
    for case, default, own in zip(cases, results, own_results(names)):
        right = right_one(case)
        result = own if right == "own" else default
        other = None if right else own
        problem = None
        if isinstance(result, str):
            problem = f"refused by MXNet: {result}"
        elif isinstance(other, str):
            print(f"only with oneDNN: {case.operator}: {case.name}: {other}")
        elif other is not None:
            gap = max(difference(result[name], other[name]) for name in result)
            if gap > TOLERANCE:
                problem = f"oneDNN's and MXNet's own differ by {gap:.2g}"
        if problem:
            print(f"{problem}: {case.operator}: {case.name}")
            dropped += 1
            continue
        kept.setdefault(case.operator, []).append((case, result))
    for operator, members in sorted(kept.items()):
        write(folder, operator, members)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(
        f"{sum(map(len, kept.values()))} cases of {len(kept)} operators, {dropped} left out, {size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
