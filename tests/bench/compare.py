#!/usr/bin/env python3
"""Measure the engine beside OpenVINO, and mo beside cp, in one run.

usage: compare.py --build DIR --python OPENVINO_PYTHON --mxnet-python MXNET_PYTHON [--work DIR] [--models NAME,...]
                  [--threads 2] [--rounds 4] [--runs 30] [--only engine|mo]

DIR holds bin/mo and bin/bench_model (configure with -DMOIR_ENABLE_BENCHMARKS=ON). OPENVINO_PYTHON has the package openvino,
MXNET_PYTHON mxnet 1.9.1. Models of MXNet's model zoo are exported once into the work folder, with seeded weights.

engine: processes of both sides alternate (A-B-A-B); the figures are over all rounds, in milliseconds of one inference of
one image in f32. The outputs of both are compared. mo: `mo` and `cp` of the same .params alternate; RssAnon is memory that
no file backs, sampled while mo runs.
"""
import argparse
import array
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def run(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return done.stdout


def export_models(args, names):
    missing = [name for name in names if not (args.work / f"{name}-0000.params").exists()]
    if missing:
        run([args.mxnet_python, HERE / "export_zoo_models.py", args.work, *missing])


def convert(args, name):
    run([args.build / "bin/mo", "--input_model", args.work / f"{name}-0000.params", "--input_shape", "[1,3,224,224]", "--output_dir", args.work / "ir",
         "--model_name", name])
    return args.work / "ir" / f"{name}.xml"


def floats(path):
    values = array.array("f")
    values.frombytes(path.read_bytes())
    return values


def relative_difference(a, b):
    return max(abs(x - y) for x, y in zip(a, b)) / max(abs(y) for y in b)


def merge(rounds):
    return {"min": min(r["min"] for r in rounds), "median": statistics.median(r["median"] for r in rounds), "p99": max(r["p99"] for r in rounds),
            "load": min(r["load"] for r in rounds)}


def measure_engine(args, names):
    picture = args.work / "input.raw"
    state, values = 1, array.array("f")
    for _ in range(3 * 224 * 224):
        state = (state * 1103515245 + 12345) % 2**31
        values.append(state / 2**31 * 2 - 1)
    picture.write_bytes(values.tobytes())
    print(f"{'model':14} {'':9} {'min':>8} {'median':>8} {'p99':>8} {'load':>8}   ms, {args.threads} threads, f32, {args.rounds} rounds of {args.runs}")
    worst = 0
    for name in names:
        xml = convert(args, name)
        options = [xml, "--threads", args.threads, "--runs", args.runs, "--warmup", 8, "--input", picture]
        ours, theirs = [], []
        for _ in range(args.rounds):
            ours.append(json.loads(run([args.build / "bin/bench_model", *options, "--output", args.work / "ours"])))
            theirs.append(json.loads(run([args.python, HERE / "run_openvino.py", *options, "--output", args.work / "theirs"])))
        difference = relative_difference(floats(args.work / "ours0.raw"), floats(args.work / "theirs0.raw"))
        for who, rounds in (("moir", ours), ("openvino", theirs)):
            m = merge(rounds)
            print(f"{name if who == 'moir' else '':14} {who:9} {m['min']:8.2f} {m['median']:8.2f} {m['p99']:8.2f} {m['load']:8.0f}")
        ratios = merge(ours)["min"] / merge(theirs)["min"], merge(ours)["median"] / merge(theirs)["median"]
        worst = max(worst, ratios[1])
        print(f"{'':14} {'ratio':9} {ratios[0]:8.2f} {ratios[1]:8.2f}   largest relative difference of the outputs {difference:.1e}")
        if difference > 1e-4:
            sys.exit(f"error: {name}: the outputs differ by {difference}, expected at most 1e-4")
    print(f"largest ratio of medians: {worst:.2f}")


def peak_anonymous_memory(process):
    peak, path = 0, f"/proc/{process.pid}/status"
    while process.poll() is None:
        try:
            with open(path) as status:
                for line in status:
                    if line.startswith("RssAnon"):
                        peak = max(peak, int(line.split()[1]))
        except OSError:
            break
        time.sleep(0.0005)
    return peak


def timed(command, watch=False):
    peak = [0]
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    if watch:
        thread = threading.Thread(target=lambda: peak.__setitem__(0, peak_anonymous_memory(process)))
        thread.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    if watch:
        thread.join()
    if code != 0:
        sys.exit(f"error: {' '.join(map(str, command))} ended with {code}")
    return seconds, peak[0] / 1024


def measure_mo(args, names):
    print(f"{'model':14} {'size':>8} {'cp min':>8} {'mo min':>8} {'ratio':>6} {'mo median':>10} {'RssAnon':>9} {'of size':>8}   MB, seconds, {args.rounds} rounds")
    for name in names:
        params = args.work / f"{name}-0000.params"
        size = params.stat().st_size / 1e6
        target = args.work / "mo"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        copies, conversions, peaks = [], [], []
        command = [args.build / "bin/mo", "--input_model", params, "--input_shape", "[1,3,224,224]", "--output_dir", target, "--model_name", "m"]
        for _ in range(args.rounds):
            (target / "copy").unlink(missing_ok=True)
            copies.append(timed(["cp", params, target / "copy"])[0])
            for file in target.glob("m.*"):
                file.unlink()
            seconds, peak = timed(command, watch=True)
            conversions.append(seconds)
            peaks.append(peak)
        print(f"{name:14} {size:8.1f} {min(copies):8.3f} {min(conversions):8.3f} {min(conversions) / min(copies):6.2f} {statistics.median(conversions):10.3f} "
              f"{max(peaks):9.1f} {max(peaks) * 1.048576 / size:8.2f}")
        shutil.rmtree(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--mxnet-python", required=True)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("bench_work"))
    parser.add_argument("--models", default="resnet50_v1,mobilenet1.0,vgg16")
    parser.add_argument("--mo-models", default="resnet152_v1")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--only", choices=["engine", "mo"])
    args = parser.parse_args()
    names, mo_names = args.models.split(","), args.mo_models.split(",")
    export_models(args, (names if args.only != "mo" else []) + (mo_names if args.only != "engine" else []))
    if args.only != "mo":
        measure_engine(args, names)
    if args.only != "engine":
        measure_mo(args, mo_names)


main()
