#!/usr/bin/env python3
"""Runs every case of MXNet's operators (tests/data/mxnet_operator_grids) in OpenVINO, from IR v10 or v11.

usage: openvino_grids.py --tool BUILD/bin/moir_grids_to_ir --work DIR --version 10|11 [--operator NAME]... [--summary FILE.json]

Needs openvino 2022.1 or later. Prints operators with failing cases; a case passes when every output has MXNet's shape
and |a - b| <= 1e-4 * max(1e-3, max|b|) (f16: 2e-3), integers equal. A crash of the engine costs the operator's other cases
nothing: cases run in a process per operator, which is started again after the case that killed it.
"""
import argparse
import collections
import json
import multiprocessing
import pathlib
import subprocess

import numpy as np


def difference(actual, expected):
    """Empty when they agree."""
    if list(actual.shape) != list(expected.shape):
        return f"shape {list(actual.shape)}, expected {list(expected.shape)}"
    if actual.size == 0:
        return ""
    if expected.dtype.kind in "iub":
        # OpenVINO's CPU plug-in computes i64 as i32.
        wrong = int((actual.astype("int64") != expected.astype("int64")).sum())
        return f"{wrong} of {actual.size} differ" if wrong else ""
    tolerance = 2e-3 if expected.dtype == np.float16 else 1e-4
    a, b = actual.astype("float64"), expected.astype("float64")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True) or not np.isfinite(a[finite]).all():
        return "NaN or infinity at other places"
    if not finite.any():
        return ""
    worst = np.abs(a[finite] - b[finite]).max() / max(1e-3, np.abs(b[finite]).max())
    return f"differs by {worst:.1e}" if worst > tolerance else ""


def run_case(core, folder, number):
    model = core.read_model(str(folder / f"{number}.xml"))
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    feeds = {}
    for port in compiled.inputs:
        names = set(port.get_names()) | {port.get_node().get_friendly_name()}
        path = next(folder / f"{number}.in.{name}.npy" for name in names if (folder / f"{number}.in.{name}.npy").exists())
        feeds[port] = np.load(path)
    results = compiled(feeds)
    problems = []
    for i, port in enumerate(compiled.outputs):
        problem = difference(results[port], np.load(folder / f"{number}.out.{i}.npy"))
        if problem:
            problems.append(f"output {i} {problem}")
    return "; ".join(problems)


def worker(folder, numbers, connection):
    import openvino

    core = openvino.Core()
    for number in numbers:
        try:
            connection.send((number, run_case(core, folder, number)))
        except Exception as error:  # of any kind: the engine's own
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            connection.send((number, "refused: " + (lines[-1] if lines else repr(error))[:300]))
    connection.close()


def run_operator(folder, numbers):
    """{number: problem}; restarts after crashes."""
    outcomes, left = {}, list(numbers)
    while left:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=worker, args=(folder, left, theirs))
        process.start()
        theirs.close()
        try:
            while ours.poll(120):
                number, problem = ours.recv()
                outcomes[number] = problem
                left.remove(number)
        except EOFError:
            pass
        process.join(1)
        if process.is_alive():
            process.kill()
        process.join()
        if left:
            outcomes[left.pop(0)] = f"crash (exit {process.exitcode})"
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--version", default="11")
    parser.add_argument("--operator", action="append", default=[])
    parser.add_argument("--summary", type=pathlib.Path)
    args = parser.parse_args()
    subprocess.run([args.tool, str(args.work), args.version, *args.operator], check=True)
    folders = sorted(path for path in args.work.iterdir() if path.is_dir() and (not args.operator or path.name in args.operator))
    total, summary = collections.Counter(), {}
    for folder in folders:
        lines = [line.split("\t") for line in (folder / "cases.txt").read_text().splitlines()]
        written = [int(number) for number, outcome, _ in lines if outcome == "written"]
        names = {int(number): name for number, _, name in lines}
        refused = collections.Counter(outcome for _, outcome, _ in lines if outcome != "written")
        outcomes = run_operator(folder, written)
        failed = {number: problem for number, problem in outcomes.items() if problem}
        total.update(passed=len(written) - len(failed), failed=len(failed), unwritten=len(lines) - len(written))
        summary[folder.name] = {"cases": len(lines), "passed": len(written) - len(failed), "failed": len(failed), "unwritten": len(lines) - len(written)}
        if failed or refused:
            print(f"{folder.name}: {len(written) - len(failed)} of {len(lines)} agree")
            for number, problem in list(failed.items())[:4]:
                print(f"    {number} {names[number]}: {problem}")
            for outcome, count in refused.most_common(2):
                print(f"    {count} not written: {outcome[:300]}")
    print(dict(total))
    if args.summary:
        args.summary.write_text(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
