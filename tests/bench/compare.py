#!/usr/bin/env python3
"""Measure the engine beside other engines, and mo beside cp, in one run.

usage: compare.py --build DIR --work DIR --mxnet-python PYTHON --peers-python PYTHON [--graphs DIR] [--models NAME,...]
                  [--engines openvino,onnxruntime,ncnn,mxnet] [--precision f32|bf16] [--threads 2] [--rounds 4] [--runs 20]
                  [--throughput SECONDS | --load | --tail SECONDS] [--max-isa ISA] [--json FILE] [--only engine|mo] [--mo-models NAME,...]
                  [--ablation]

DIR of --build holds bin/mo and bin/bench_model (configure with -DMOIR_ENABLE_BENCHMARKS=ON). Models are those of models.py,
written once into the work folder by export_models.py with the Python of --mxnet-python (see there what it needs). The
Python of --peers-python has the packages openvino, onnxruntime, ncnn and pnnx (peers.txt has the versions).

engine: processes of all sides take turns (A-B-C-A-B-C), each with the same inputs, threads and precision; the figures are
over all rounds, in milliseconds of one inference of one input. Outputs are compared with MXNet's in f32: the largest
difference, and in bf16 whether the largest value of every output is at the same place ("same top 1"). ratio: the best peer's
median divided by ours, above 1 where we are faster; mean: geometric. An engine without a figure cannot read the model, or
does not have the precision. --throughput instead: inferences per second with as many at a time as each engine likes.
--load instead: milliseconds from the IR's files to the first result, and the memory that the process took on the way, without
and with a cache folder, beside OpenVINO; the median of the rounds, the files in the page cache. Anonymous memory is what no
file backs, resident memory has the mapped files' pages, too. ratio: ours divided by OpenVINO's, below 1 where we need less.
--tail instead: inferences one after the other for about so many seconds, in as many processes as there are rounds, after
25 that are not counted; 99 of 100 take at most p99. machine: arithmetic in registers of the same length, with the same
threads, which tells what the machine itself does to the slowest ones (bench_steadiness).
--ablation instead of the peers: the engine without one of its techniques after the other (bench_model --ablation), the
smallest time without it divided by the smallest with it, for each model, and the geometric mean over them. (Medians of large
models have the first inferences in them, while weights move to large pages.)
--max-isa holds for moir, and through oneDNN's environment variable for OpenVINO and MXNet, not for the others.
mo: `mo` and `cp` of the same .params take turns; RssAnon is memory that no file backs, sampled while mo runs.
"""
import argparse
import array
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time

from models import MODELS

HERE = pathlib.Path(__file__).resolve().parent


def attempt(command, **more):
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def run(command, **more):
    done = attempt(command, **more)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return done.stdout


def export_models(args, names):
    missing = [name for name in names if not (args.work / f"{name}.json").exists()]
    for name in missing:
        print(run([args.mxnet_python, HERE / "export_models.py", args.work, name] + (["--graphs", args.graphs] if args.graphs else [])), end="")


def shapes_option(args, name):
    inputs = json.loads((args.work / f"{name}.json").read_text())["inputs"]
    return ["--input", ",".join(inputs), "--input_shape", ",".join(json.dumps(shape, separators=(",", ":")) for shape in inputs.values())]


def convert(args, name, version):
    folder = args.work / f"ir{version}"
    if not (folder / f"{name}.xml").exists():
        run([args.build / "bin/mo", "--input_model", args.work / f"{name}-0000.params", *shapes_option(args, name), "--output_dir", folder,
             "--model_name", name, "--ir_version", version, "--silent"])
    return folder / f"{name}.xml"


def convert_to_ncnn(args, name):
    stem, onnx = args.work / name, args.work / f"{name}.onnx"
    if onnx.exists() and not pathlib.Path(f"{stem}.ncnn.param").exists():
        work = args.work / "pnnx" / name
        work.mkdir(parents=True, exist_ok=True)
        shutil.copy(onnx, work / "m.onnx")
        tool = pathlib.Path(args.peers_python).parent / "pnnx"
        attempt([tool, "m.onnx", "fp16=0"], cwd=work)
        for kind in ("param", "bin"):
            if (work / f"m.ncnn.{kind}").exists():
                shutil.copy(work / f"m.ncnn.{kind}", f"{stem}.ncnn.{kind}")
        shutil.rmtree(work)


def floats(path):
    values = array.array("f")
    values.frombytes(path.read_bytes())
    return values


def difference(args, name, prefix):
    """Largest difference from MXNet, relative to the largest value, over all outputs, and whether their largest values
    are at the same places; None where outputs do not match."""
    worst, same_top = 0.0, True
    for i in range(json.loads((args.work / f"{name}.json").read_text())["outputs"]):
        path = pathlib.Path(f"{prefix}{i}.raw")
        expected = floats(args.work / f"{name}.output{i}.raw")
        got = floats(path) if path.exists() else []
        if len(got) != len(expected):
            return None, None
        largest = max(map(abs, expected)) or 1
        worst = max(worst, max(abs(a - b) for a, b in zip(got, expected)) / largest)
        same_top = same_top and got.index(max(got)) == expected.index(max(expected))
    return worst, same_top


def commands(args, name):
    """The command of each engine that can run the model."""
    stem = args.work / name
    common = ["--threads", args.threads, "--precision", args.precision]
    common += ["--seconds", args.throughput] if args.throughput else ["--runs", args.runs, "--warmup", 25]
    inputs = [part for i in range(len(MODELS[name].shapes)) for part in ("--input", f"{stem}.input{i}.raw")]
    isa = ["--max-isa", args.max_isa] if args.max_isa else []
    result = {"moir": [args.build / "bin/bench_model", convert(args, name, 3), *common, *inputs, *isa]}
    for engine in args.engines:
        peer = [args.mxnet_python if engine == "mxnet" else args.peers_python, HERE / "run_peer.py", engine, stem, *common]
        if engine == "openvino":
            peer += ["--xml", convert(args, name, 11)]
        if engine == "ncnn":
            convert_to_ncnn(args, name)
        needed = {"onnxruntime": f"{stem}.onnx", "ncnn": f"{stem}.ncnn.param"}.get(engine)
        if (needed and not pathlib.Path(needed).exists()) or (args.precision != "f32" and engine in ("onnxruntime", "mxnet")):
            continue
        if args.throughput and engine != "openvino":
            continue
        result[engine] = peer
    return result


def measure(args, name):
    """{engine: figures} over all rounds."""
    engines, rounds = commands(args, name), {}
    for _ in range(args.rounds):
        for engine, command in list(engines.items()):
            done = attempt([*command, "--output", args.work / f"{engine}."])
            if done.returncode != 0:
                if engine == "moir":
                    sys.exit(f"error: {' '.join(map(str, command))}\n{done.stderr[-2000:]}")
                print(f"{name}: {engine} does not run it: {done.stderr.strip().splitlines()[-1][:150] if done.stderr.strip() else done.returncode}")
                del engines[engine]
                rounds.pop(engine, None)
                continue
            rounds.setdefault(engine, []).append(json.loads(done.stdout.strip().splitlines()[-1]))
    figures = {}
    for engine, runs in rounds.items():
        facts = {key: runs[0][key] for key in ("precision",) if key in runs[0]}
        if engine == "moir" and "multiply_adds" in runs[0]:
            facts.update(gflop=2 * runs[0]["multiply_adds"] / 1e9, weights=float(runs[0]["weights"]))
        if args.throughput:
            figures[engine] = {**facts, "throughput": statistics.median(one["throughput"] for one in runs)}
            continue
        times = sorted(time for one in runs for time in one["times"])
        figures[engine] = {**facts, "min": times[0], "median": times[len(times) // 2], "p99": times[min(len(times) - 1, len(times) * 99 // 100)],
                           "load": min(one["first"] for one in runs), "resident": min(one["resident"] for one in runs)}
        figures[engine]["difference"], figures[engine]["same_top"] = difference(args, name, args.work / f"{engine}.")
    return figures


def machine():
    with open("/proc/cpuinfo") as info:
        return next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), platform.machine())


def peaks(args):
    """What bench_machine measures, with the vectors that the engine may use."""
    facts = json.loads(run([args.build / "bin/bench_machine", args.threads]))
    wide = facts["f32_avx512_gflops"] if args.max_isa not in ("sse41", "avx2") else 0
    return {"gflops": wide or facts["f32_avx2_gflops"], "read_gb_per_s": facts["read_gb_per_s"]}


def roofline(facts, peak):
    """Milliseconds that the model takes at least: its multiply-adds as stated at the arithmetic peak (Winograd's
    convolutions do fewer), and reading each weight once."""
    return {"arithmetic": facts["gflop"] / peak["gflops"] * 1e3, "weights": facts["weights"] / peak["read_gb_per_s"] / 1e6}


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def measure_engine(args, names):
    results = {"machine": machine(), "threads": args.threads, "precision": args.precision, "max_isa": args.max_isa, "models": {}}
    what = f"inferences per second, {args.throughput} s each" if args.throughput else f"ms, {args.rounds} rounds of {args.runs}"
    print(f"{results['machine']}, {args.threads} threads, {args.precision}; {what}")
    ratios = []
    if not args.throughput and args.precision == "f32":
        results["peaks"] = peaks(args)
        print(f"peaks: {results['peaks']['gflops']:.0f} GFLOP/s, {results['peaks']['read_gb_per_s']:.1f} GB/s")
    for name in names:
        figures = measure(args, name)
        results["models"][name] = figures
        peers = [engine for engine in figures if engine != "moir"]
        for engine, f in figures.items():
            label = name if engine == "moir" else ""
            if args.throughput:
                print(f"{label:16} {engine:12} {f['throughput']:9.1f}")
                continue
            apart = "other outputs" if f["difference"] is None else f"{f['difference']:.1e} from MXNet"
            if args.precision != "f32" and f["difference"] is not None:
                apart += ", same top 1" if f["same_top"] else ", another top 1"
            print(f"{label:16} {engine:12} {f['min']:9.3f} {f['median']:9.3f} {f['p99']:9.3f}  load {f['load']:7.0f}  {f['resident']:6.0f} MB  {f.get('precision', '')}  {apart}")
        if peers and args.throughput:
            ratio = figures["moir"]["throughput"] / max(figures[engine]["throughput"] for engine in peers)
        elif peers:
            ratio = min(figures[engine]["median"] for engine in peers) / figures["moir"]["median"]
            quickest = min(figures[engine]["min"] for engine in peers) / figures["moir"]["min"]
        if "peaks" in results and "gflop" in figures["moir"]:
            floor = figures["moir"]["roofline"] = roofline(figures["moir"], results["peaks"])
            print(f"{'':16} {'roofline':12} {floor['arithmetic']:9.3f} of arithmetic, {floor['weights']:.3f} of reading weights")
        if peers:
            ratios.append(ratio)
            print(f"{'':16} {'ratio':12} {'' if args.throughput else f'{quickest:9.2f}'} {ratio:9.2f}", flush=True)
            figures["ratio"] = ratio
        if args.json:
            args.json.write_text(json.dumps(results, indent=1))
    if ratios:
        print(f"mean ratio {geometric_mean(ratios):.3f}, smallest {min(ratios):.3f}, of {len(ratios)} models")


FIGURES = {"first": "ms", "taken_anonymous": "MB", "taken_resident": "MB"}


def load(args, name):
    """{engine, or engine with its cache: the medians of FIGURES}"""
    commands_of, cache = {}, args.work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    for engine, command in commands(args, name).items():
        command = [*command, "--runs", 1, "--warmup", 1]
        commands_of[engine] = command
        commands_of[engine + " cache"] = [*command, "--cache", cache / engine]
    rounds = {engine: [] for engine in commands_of}
    for i in range(args.rounds + 2):
        for engine, command in commands_of.items():
            facts = json.loads(run(command).strip().splitlines()[-1])
            if i < 2:  # fills the caches; and moir reads all of its own once to know that it is whole
                continue
            if engine.endswith("cache") and not facts["cached"]:
                sys.exit(f"error: {name}: {engine}: the cache was not used")
            rounds[engine].append(facts)
    shutil.rmtree(cache)
    return {engine: {key: statistics.median(one[key] for one in runs) for key in FIGURES} for engine, runs in rounds.items()}


def measure_load(args, names):
    results = {"machine": machine(), "threads": args.threads, "precision": args.precision, "models": {}}
    print(f"{results['machine']}, {args.threads} threads, {args.precision}; to the first result, {args.rounds} rounds")
    print(f"{'model':16} {'':16} {'ms':>9} {'anonymous':>9} {'resident':>9} MB   ratio to OpenVINO's")
    ratios = {}
    for name in names:
        figures = load(args, name)
        for engine, f in figures.items():
            peer = figures.get(engine.replace("moir", "openvino"))
            line = f"{name if engine == 'moir' else '':16} {engine:16} {f['first']:9.1f} {f['taken_anonymous']:9.1f} {f['taken_resident']:9.1f}"
            if engine.startswith("moir") and peer:
                f["ratios"] = {key: f[key] / max(peer[key], 1e-3) for key in FIGURES}
                line += "      " + "".join(f"{ratio:8.2f}" for ratio in f["ratios"].values())
                for key, ratio in f["ratios"].items():
                    ratios.setdefault((engine, key), []).append(max(ratio, 1e-3))
            print(line, flush=True)
        results["models"][name] = figures
        if args.json:
            args.json.write_text(json.dumps(results, indent=1))
    for (engine, key), values in ratios.items():
        print(f"{engine:10} {key:16} mean ratio {geometric_mean(values):.3f}, largest {max(values):.3f}, of {len(values)} models")


def tail(args, name):
    """{engine, or machine: the sorted milliseconds of single inferences}"""
    engines, times = commands(args, name), {}
    quick = {engine: json.loads(run([*command, "--runs", 9]).strip().splitlines()[-1])["times"] for engine, command in engines.items()}
    middle = {engine: statistics.median(one) for engine, one in quick.items()}

    def runs(engine):
        return max(100, int(args.tail * 1000 / args.rounds / middle[engine]))

    for _ in range(args.rounds):
        for engine, command in engines.items():
            times.setdefault(engine, []).extend(json.loads(run([*command, "--runs", runs(engine)]).strip().splitlines()[-1])["times"])
        steady = [args.build / "bin/bench_steadiness", args.threads, f"{middle['moir']:.4f}", runs("moir")]
        times.setdefault("machine", []).extend(json.loads(run(steady))["times"])
    return {engine: sorted(one) for engine, one in times.items()}


def measure_tail(args, names):
    results = {"machine": machine(), "threads": args.threads, "precision": args.precision, "models": {}}
    print(f"{results['machine']}, {args.threads} threads, {args.precision}; ms of single inferences, {args.rounds} rounds of {args.tail / args.rounds:g} s")
    print(f"{'model':16} {'':12} {'runs':>7} {'median':>9} {'p90':>9} {'p99':>9} {'largest':>9}  p99 / median")
    for name in names:
        figures = results["models"][name] = {}
        for engine, times in tail(args, name).items():
            at = {"median": times[len(times) // 2], "p90": times[len(times) * 90 // 100], "p99": times[len(times) * 99 // 100], "largest": times[-1]}
            figures[engine] = {"runs": len(times), **at}
            print(f"{name if engine == 'moir' else '':16} {engine:12} {len(times):7} " + " ".join(f"{value:9.3f}" for value in at.values())
                  + f"  {at['p99'] / at['median']:.2f}", flush=True)
        if args.json:
            args.json.write_text(json.dumps(results, indent=1))


def measure_ablation(args, names):
    results = {}
    for name in names:
        inputs = [part for i in range(len(MODELS[name].shapes)) for part in ("--input", args.work / f"{name}.input{i}.raw")]
        command = [args.build / "bin/bench_model", convert(args, name, 3), "--ablation", args.rounds, "--threads", args.threads, "--runs", args.runs, *inputs]
        results[name] = json.loads(run(command))
    print(f"| Left out | mean | {' | '.join(names)} |\n|---|---|{'---|' * len(names)}")
    for technique in results[names[0]]:
        figures = [results[name][technique] for name in names]
        ratios = [figure["without"][0] / figure["with"][0] for figure in figures]
        print(f"| {technique} | {geometric_mean(ratios):.2f} | {' | '.join(format(ratio, '.2f') for ratio in ratios)} |")
    if args.json:
        args.json.write_text(json.dumps({"machine": machine(), "threads": args.threads, "models": results}, indent=1))


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
    parser.add_argument("--peers-python", required=True)
    parser.add_argument("--mxnet-python", required=True)
    parser.add_argument("--graphs", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("bench_work"))
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--engines", type=lambda text: text.split(","), default=["openvino", "onnxruntime", "ncnn", "mxnet"])
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--mo-models", default="resnet152_v2,vgg19")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--throughput", type=float, metavar="SECONDS")
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--tail", type=float, metavar="SECONDS")
    parser.add_argument("--max-isa")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--only", choices=["engine", "mo"])
    args = parser.parse_args()
    if args.load:
        args.engines = ["openvino"]
    if args.max_isa:
        os.environ.update(DNNL_MAX_CPU_ISA=args.max_isa.upper(), ONEDNN_MAX_CPU_ISA=args.max_isa.upper())
    names, mo_names = args.models.split(","), args.mo_models.split(",")
    for name in names + mo_names:
        if name not in MODELS:
            sys.exit(f"error: --models: got {name}, expected some of {', '.join(MODELS)}")
    export_models(args, (names if args.only != "mo" else []) + (mo_names if args.only != "engine" and not args.ablation else []))
    if args.ablation:
        return measure_ablation(args, names)
    if args.only != "mo":
        (measure_load if args.load else measure_tail if args.tail else measure_engine)(args, names)
    if args.only != "engine":
        measure_mo(args, mo_names)


main()
