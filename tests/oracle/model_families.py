#!/usr/bin/env python3
"""Convert whole model families with mo, run them on the engine and compare with MXNet 1.9.1.

usage: model_families.py --build DIR --work DIR [--graphs DIR] [--only TEXT] [--keep] [--mo-args "..."]
                         [--openvino VERSION=PYTHON]...
       model_families.py --work DIR --table > docs/model_families.md
       model_families.py --work DIR --interoperability > docs/interoperability.md

DIR of --build holds bin/mo and bin/infer. Needs Python 3.8 with mxnet 1.9.1, numpy 1.23.5, gluoncv 0.10.5, gluonnlp 0.10.0
(no pretrained weights are loaded; --graphs names a folder of further graphs, see model_families/graphs.py). A line per
model is printed and kept in WORK/results.json; models that are in there already are left out unless --only (a part of a
family's or a model's name) asks for them.

difference: largest |moir - MXNet| over all outputs, each relative to the output's largest value.
MXNet's own: the same between MXNet with and without oneDNN. Lists of detections are compared row by row; where scores
are equal to within the difference, their order is rounding's, so rows may swap places inside such a group; masks count
for boxes only, not for the empty rows behind them. Where an 8-bit network rounds what it computed in floats, a value
within rounding of a half may become the next integer; how many did is said.

--openvino 2026.4=venv/bin/python also writes each model as IR v10 and v11 (v10 only for versions before 2024) and runs it
in the openvino package of that Python, in f32, for the second table.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

import numpy as np

from model_families import zoo
from model_families.compare import TOLERANCE, difference, in_steps

HERE = pathlib.Path(__file__).resolve().parent
LOOSE = 1e-3


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line), lines[-1] if lines else "")[:300]


def call(command, seconds, **more):
    try:
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, **more
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {seconds} s"
    return None if done.returncode == 0 else f"exit {done.returncode}: {last_line(done.stdout)}"


def examine(model, args):
    row = {"family": model.family, "name": model.name}
    command = [sys.executable, "-m", "model_families.export", model.name, args.work] + ([args.graphs] if args.graphs else [])
    problem = call(command, 1200, cwd=HERE, env={**os.environ, "OMP_WAIT_POLICY": "passive"})
    if problem:
        return {**row, "state": "MXNet fails", "text": problem}
    with np.load(args.work / f"{model.name}.npz") as stored:
        arrays = dict(stored)
    pick = lambda kind: [arrays[key] for key in sorted((k for k in arrays if k.startswith(kind)), key=lambda k: int(k.split(":")[1]))]  # noqa: E731
    expected, own = pick("out:"), pick("own:")
    row["own"] = difference(own, expected)
    row["attempts"] = int(arrays["attempts"])
    row["seconds"], problem = convert(model, args)
    if problem:
        return {**row, "state": "refused", "text": problem}
    row.update(outcome(model, arrays, expected, [args.build / "bin/infer"], args))
    row["engines"] = {}
    for engine in args.openvino:
        version, _, python = engine.partition("=")
        for ir in ("10",) if version < "2024" else ("10", "11"):
            _, problem = convert(model, args, "--ir_version", ir)
            refused = {"state": "refused", "text": problem}
            ran = refused if problem else outcome(model, arrays, expected, [python, HERE / "openvino_infer.py"], args)
            row["engines"][f"OpenVINO {version}, IR v{ir}"] = ran
    return row


def convert(model, args, *more):
    """Seconds and what went wrong, if anything."""
    names = list(model.shapes)
    shapes = ",".join("[" + ",".join(map(str, model.shapes[n])) + "]" for n in names)
    command = [args.build / "bin/mo", "--input_symbol", args.work / f"{model.name}-symbol.json", "--input_model",
               args.work / f"{model.name}-0000.params", "--input", ",".join(names), "--input_shape", shapes,
               "--output_dir", args.work, "--model_name", "m"]  # fmt: skip
    if model.outputs:
        command += ["--output", ",".join(model.outputs)]
    started = time.perf_counter()
    problem = call(command + shlex.split(args.mo_args) + list(more), 300)
    return time.perf_counter() - started, problem


def outcome(model, arrays, expected, program, args):
    """Runs the converted model; state, and difference or text."""
    command = [*program, "--model", args.work / "m.xml", "--output", args.work / "m.npz"]
    for key in model.shapes:
        np.save(args.work / f"{key}.npy", arrays["in:" + key])
        command += ["--input", f"{key}={args.work}/{key}.npy"]
    problem = call(command, 600)
    if problem:
        return {"state": "does not run", "text": problem}
    with np.load(args.work / "m.npz") as result:
        got = [result[key] for key in result.files]
    if len(got) != len(expected):
        return {"state": "differs", "text": f"{len(got)} outputs, MXNet has {len(expected)}"}
    worst = difference(got, expected)
    result = {"difference": worst, "state": "same" if worst <= TOLERANCE else "close" if worst <= LOOSE else "differs"}
    if worst > LOOSE and (words := in_steps(got, expected)):
        result["text"] = words  # a float within rounding of a half was rounded to the other integer
    return result


def number(value):
    return "" if value is None else f"{value:.0e}" if np.isfinite(value) else "order"


HEAD = """# Model families

Made by [tests/oracle/model_families.py](../tests/oracle/model_families.py); its first lines say what is compared, those of
[weights.py](../tests/oracle/model_families/weights.py) how the weights are made. They are seeded random numbers, calibrated
so that decisions are clear; up to four seeds are tried where MXNet's own two implementations part. What they still part by
is in the column *MXNet's own*: no more can be asked of moir. Networks that MXNet 1.9.1 itself cannot make or run are listed
with the reason, but not counted. Where it says *has one*, MXNet runs with oneDNN only or without it only. *mo* is the time
of the conversion.
"""

# What stands in the way in MXNet or GluonCV, in plain words: (part of the message, words).
REASONS = [
    ("under every seed", "under no seed do its two implementations agree on what is found"),
    ("MXNet stops while running", "MXNet crashes while it runs the network"),
    ("no answer in", "too slow without a GPU"),
]


def own(row):
    return "has one" if row.get("own") == 0 else number(row.get("own"))


def reason(text):
    return next((words for part, words in REASONS if part in text), re.sub(r"/\S*/", "", text))


def table(results):
    print(HEAD)
    print("| Family | Models tried | Converted | Within 1e-4 | Within 1e-3 |\n|---|---|---|---|---|")
    families = {}
    for row in results:
        families.setdefault(row["family"], []).append(row)
    for family, rows in families.items():
        tried = [r for r in rows if r["state"] != "MXNet fails"]
        count = lambda *states: sum(r["state"] in states for r in tried)  # noqa: E731
        print(f"| {family} | {len(tried)} | {count('same', 'close', 'differs')} | {count('same')} | {count('same', 'close')} |")
    print("\n| Model | Result | Difference | MXNet's own | mo, s |\n|---|---|---|---|---|")
    for row in results:
        text = reason(row.get("text", "")).replace("|", "/")
        seconds = f"{row['seconds']:.2f}" if "seconds" in row else ""
        print(f"| {row['name']} | {row['state']}{': ' + text if text else ''} | {number(row.get('difference'))} | {own(row)} | {seconds} |")


# What stands behind the tables: why figures are beyond 1e-4, and which operators OpenVINO computes otherwise (as shown by
# openvino_grids.py).
CAUSES = """
## Why figures are beyond 1e-4

- **simple_pose_*_int8**: three deconvolutions of these networks stay in f32, and what they give is rounded to 8 bits again.
  Every engine adds up their products in an order of its own, so that sums within rounding of a half become one integer or the
  next. The last layer is an 8-bit one, so that the outputs differ by one of its steps, in as many places as the table says.
- All others: MXNet's two implementations part from each other by as much, to within a factor of a few (column *MXNet's own*,
  measured in the same run).

What is exact needs some care in OpenVINO; the files have it since:

- Before opset11 TopK leaves the order of equals to the engine, and with it which boxes of equal scores are found. Files of
  version 10 sort by keys without equals.
- OpenVINO divides by multiplying with the inverse. Where the quotient scales what is rounded to integers, it is corrected by
  the remainder.
- ROIAlign and ROIPooling stop at the first region of a picture that does not exist; such regions are replaced, and their
  results are zeros.

## Operators that OpenVINO computes otherwise

All reference cases of all operators ([operators.md](operators.md)) run in OpenVINO 2026.4 from version 10 and 11
([openvino_grids.py](../tests/oracle/openvino_grids.py)); they agree with MXNet but for these:

| Operator | Cases | Why |
|---|---|---|
| `argsort`, `topk` | 2 of 38, 14 of 140 | among many equal elements MXNet's sort is not stable; `mo` notes that the order is left to the engine |
| `GridGenerator` of type warp | 4 of 28 | pictures one element wide or high: MXNet divides by zero, OpenVINO multiplies with an infinity (NaN where MXNet has infinities) |
| `_npi_nan_to_num` | 1 of 10 | f64 beyond f32: the CPU plug-in computes f64 as f32, as `mo` notes |
"""


def interoperability(results):
    results = [row for row in results if row.get("engines")]
    engines = sorted({engine for row in results for engine in row["engines"]}, reverse=True)
    print("# Interoperability: models in OpenVINO\n")
    print("Made by [tests/oracle/model_families.py](../tests/oracle/model_families.py) `--openvino`: every model is written as IR v10")
    print("and v11, read and run by the openvino packages of PyPI in f32, and compared with MXNet 1.9.1. Largest differences, each")
    print("relative to the largest value of its output; *MXNet's own* is that between MXNet with and without oneDNN. Detections are")
    print("compared row by row; where the last digits decide which boxes are found, rows differ as a whole. In 8-bit networks a")
    print("value within rounding of a half may become the next integer; what follows sees another number then.\n")
    print("| Engine, files | Models | Within 1e-4 | Within 1e-3 | Differ | Refused or not run |\n|---|---|---|---|---|---|")
    for engine in engines:
        rows = [row["engines"][engine] for row in results if engine in row["engines"]]
        count = lambda *states: sum(r["state"] in states for r in rows)  # noqa: E731
        print(f"| {engine} | {len(rows)} | {count('same')} | {count('same', 'close')} | {count('differs')} | {count('refused', 'does not run')} |")
    print("\n| Model | MXNet's own | " + " | ".join(engines) + " |\n|---|---|" + "---|" * len(engines))
    for row in results:
        cells = []
        for engine in engines:
            ran = row["engines"].get(engine, {"state": ""})
            text = reason(ran.get("text") or "").replace("|", "/")
            steps = f" ({text})" if text else ""
            cells.append(number(ran["difference"]) + steps if "difference" in ran else f"{ran['state']}{': ' + text if text else ''}")
        print(f"| {row['name']} | {number(row.get('own'))} | " + " | ".join(cells) + " |")
    print(CAUSES, end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--graphs", type=pathlib.Path, help="folder of more graphs, see model_families/graphs.py")
    parser.add_argument("--only", default="")
    parser.add_argument("--mo-args", default="")
    parser.add_argument("--keep", action="store_true", help="keep the models' files")
    parser.add_argument("--openvino", action="append", default=[], metavar="VERSION=PYTHON")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--interoperability", action="store_true")
    args = parser.parse_args()
    args.work = args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    path = args.work / "results.json"
    results = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    if args.table:
        return table(results.values())
    if args.interoperability:
        return interoperability(results.values())
    args.graphs = args.graphs and args.graphs.resolve()
    models = list(zoo.models(args.graphs))
    order = {model.name: index for index, model in enumerate(models)}
    for model in models:
        if not args.only in f"{model.family} {model.name}" if args.only else model.name in results:
            continue
        row = results[model.name] = examine(model, args)
        print(row["state"], row["name"], number(row.get("difference")), number(row.get("own")), row.get("attempts", ""), row.get("text", ""), flush=True)
        ordered = sorted(results.values(), key=lambda row: order.get(row["name"], len(order)))
        path.write_text(json.dumps(ordered, indent=1))
        if not args.keep:
            for file in (*args.work.glob(f"{model.name}*"), *args.work.glob("m.*")):
                file.unlink()


main()
