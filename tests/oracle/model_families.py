#!/usr/bin/env python3
"""Convert whole model families with mo, run them on the engine and compare with MXNet 1.9.1.

usage: model_families.py --build DIR --work DIR [--only TEXT] [--keep] [--mo-args "..."]
       model_families.py --work DIR --table > docs/model_families.md

DIR of --build holds bin/mo and bin/infer. Needs Python 3.8 with mxnet 1.9.1, numpy 1.23.5, gluoncv 0.10.5, gluonnlp 0.10.0
(no pretrained weights are loaded). A line per model is printed and kept in WORK/results.json; models that are in there
already are left out unless --only (a part of a family's or a model's name) asks for them.

difference: largest |moir - MXNet| over all outputs, each relative to the output's largest value.
MXNet's own: the same between MXNet with and without oneDNN. Lists of detections are compared row by row; where scores
are equal to within the difference, their order is rounding's, so rows may swap places inside such a group.
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

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE, LOOSE = 1e-4, 1e-3


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


def relative(a, b):
    """max|a - b| / max|b| over finite values; infinite when shapes or the places of NaN and infinity differ."""
    if a.shape != b.shape:
        return float("inf")
    a, b = a.astype("float64"), b.astype("float64")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
        return float("inf")
    scale = max(1e-3, np.abs(b[finite]).max(initial=0))
    return float(np.abs(a[finite] - b[finite]).max(initial=0) / scale)


def detections(outputs):
    """[count, columns] with the score first, when the outputs are one picture's list of boxes; otherwise None."""
    if len(outputs) < 3 or any(value.ndim != 3 or value.shape[:2] != outputs[0].shape[:2] for value in outputs[:3]):
        return None
    if outputs[0].shape[2] != 1 or outputs[1].shape[2] != 1 or outputs[0].shape[0] != 1:
        return None
    return np.concatenate([outputs[1], outputs[0], *(v.reshape(1, v.shape[1], -1) for v in outputs[2:] if v.shape[1] == outputs[0].shape[1])], axis=2)[0]


def same_up_to_ties(a, b):
    """Rows sorted by score: each row of `a` finds its own in `b` among those of about the same score."""
    if not np.isfinite(a).all() or not np.isfinite(b).all():
        return float("inf")
    scale = np.maximum(1e-3, np.abs(b).max(axis=0))
    worst, taken = 0.0, np.zeros(len(b), bool)
    for row in a:
        near = np.flatnonzero(~taken & (np.abs(b[:, 0] - row[0]) <= 2 * TOLERANCE * scale[0]))
        if len(near) == 0:
            return float("inf")
        errors = (np.abs(b[near] - row) / scale).max(axis=1)
        best = int(np.argmin(errors))
        taken[near[best]] = True
        worst = max(worst, float(errors[best]))
    return worst


def difference(a, b):
    direct = max(relative(x, y) for x, y in zip(a, b))
    if direct <= TOLERANCE or len(a) != len(b):
        return direct
    rows = detections(a), detections(b)
    if rows[0] is None or rows[1] is None or rows[0].shape != rows[1].shape:
        return direct
    return min(direct, same_up_to_ties(*rows))


def examine(family, name, shapes, args):
    row = {"family": family, "name": name}
    problem = call(
        [sys.executable, "-m", "model_families.export", name, args.work], 900, cwd=HERE, env={**os.environ, "OMP_WAIT_POLICY": "passive"}
    )
    if problem:
        return {**row, "state": "MXNet fails", "text": problem}
    with np.load(args.work / f"{name}.npz") as stored:
        arrays = dict(stored)
    pick = lambda kind: [arrays[key] for key in sorted((k for k in arrays if k.startswith(kind)), key=lambda k: int(k.split(":")[1]))]  # noqa: E731
    expected, own = pick("out:"), pick("own:")
    row["own"] = difference(own, expected)
    names = list(shapes)
    command = [args.build / "bin/mo", "--input_symbol", args.work / f"{name}-symbol.json", "--input_model", args.work / f"{name}-0000.params",
               "--input", ",".join(names), "--input_shape", ",".join("[" + ",".join(map(str, shapes[n])) + "]" for n in names),
               "--output_dir", args.work, "--model_name", "m"]  # fmt: skip
    started = time.perf_counter()
    problem = call(command + shlex.split(args.mo_args), 300)
    row["seconds"] = time.perf_counter() - started
    if problem:
        return {**row, "state": "refused", "text": problem}
    command = [args.build / "bin/infer", "--model", args.work / "m.xml", "--output", args.work / "m.npz"]
    for key in names:
        np.save(args.work / f"{key}.npy", arrays["in:" + key])
        command += ["--input", f"{key}={args.work}/{key}.npy"]
    problem = call(command, 300)
    if problem:
        return {**row, "state": "does not run", "text": problem}
    with np.load(args.work / "m.npz") as result:
        got = [result[key] for key in result.files]
    if len(got) != len(expected):
        return {**row, "state": "differs", "text": f"{len(got)} outputs, MXNet has {len(expected)}"}
    row["difference"] = difference(got, expected)
    row["state"] = "same" if row["difference"] <= TOLERANCE else "close" if row["difference"] <= LOOSE else "differs"
    return row


def number(value):
    return "" if value is None else f"{value:.0e}" if np.isfinite(value) else "order"


def table(results):
    print("# Model families\n")
    print("Made by [tests/oracle/model_families.py](../tests/oracle/model_families.py); its first lines say what is compared.")
    print("Weights are random. Where they blow rounding up (scores or proposals that lie closer than it), MXNet's own two")
    print("implementations part as far as moir and MXNet do: see the column *MXNet's own*. Networks that MXNet 1.9.1 itself")
    print("cannot make or run from these scripts are listed, but not counted.\n")
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
        text = re.sub(r"/\S*/", "", row.get("text", "")).replace("|", "/")
        print(f"| {row['name']} | {row['state']}{': ' + text if text else ''} | {number(row.get('difference'))} | {number(row.get('own'))} | "
              f"{row.get('seconds', 0):.2f} |")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--mo-args", default="")
    parser.add_argument("--keep", action="store_true", help="keep the models' files")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    args.work = args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    path = args.work / "results.json"
    results = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    order = {name: i for i, (_, name, _, _) in enumerate(zoo.models())}
    if args.table:
        return table(sorted(results.values(), key=lambda row: order[row["name"]]))
    for family, name, _, shapes in zoo.models():
        if not args.only in f"{family} {name}" if args.only else name in results:
            continue
        row = results[name] = examine(family, name, shapes, args)
        print(row["state"], name, number(row.get("difference")), number(row.get("own")), row.get("text", ""), flush=True)
        path.write_text(json.dumps(list(results.values()), indent=1))
        if not args.keep:
            for file in (*args.work.glob(f"{name}*"), *args.work.glob("m.*")):
                file.unlink()


main()
