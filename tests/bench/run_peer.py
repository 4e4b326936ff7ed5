#!/usr/bin/env python3
"""Time a model with another engine and print a line of JSON, as bench_model does.

usage: run_peer.py openvino|onnxruntime|ncnn|mxnet STEM [--xml MODEL.xml] [--threads N] [--runs N] [--warmup N]
                   [--precision f32|bf16] [--output PREFIX] [--seconds S] [--cache FOLDER]

STEM: of what export_models.py wrote; OpenVINO reads the IR (v10 or v11) given by --xml. One inference at a time; with
--seconds as many as the engine likes (OpenVINO only, its throughput hint), the line then has "throughput". The precision
is asked for, and read back where the engine tells it. "load": from the file to a request; "first": to the first result.
"resident": MB after the runs, Python and libraries included; "taken_resident", "taken_anonymous": MB that the process took
from before the model was read, the package imported, to after the first inference. --cache: OpenVINO's CACHE_DIR.
"""
import argparse
import json
import os
import sys
import time

import numpy as np


def resident(kind="VmRSS"):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(kind))


def read_inputs(stem):
    with open(f"{stem}.json") as file:
        shapes = json.load(file)["inputs"]
    return {name: np.fromfile(f"{stem}.input{i}.raw", np.float32).reshape(shape) for i, (name, shape) in enumerate(shapes.items())}


def openvino(args, inputs, core):
    import openvino as ov

    wanted = {"INFERENCE_PRECISION_HINT": args.precision, "INFERENCE_NUM_THREADS": args.threads}
    wanted.update({"CACHE_DIR": args.cache} if args.cache else {})
    wanted.update({"PERFORMANCE_HINT": "THROUGHPUT"} if args.seconds else {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1})
    compiled = core.compile_model(args.xml, "CPU", wanted)
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
    if precision != args.precision:
        sys.exit(f"error: OpenVINO computes in {precision}, expected {args.precision}")
    tensors = {}
    for port in compiled.inputs:
        name = next(name for name in port.get_names() if name in inputs)
        tensors[port] = ov.Tensor(np.ascontiguousarray(inputs[name].astype(port.get_element_type().to_dtype())))
    if args.seconds:
        count = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        queue = ov.AsyncInferQueue(compiled, count)
        for _ in range(15 * count):
            queue.start_async(tensors)
        queue.wait_all()
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < args.seconds:
            queue.start_async(tensors)
            done += 1
        queue.wait_all()
        return {"throughput": done / (time.perf_counter() - start), "requests": count, "precision": precision}
    request = compiled.create_infer_request()
    for port, tensor in tensors.items():
        request.set_tensor(port, tensor)
    facts = {"precision": precision, "cached": compiled.get_property("LOADED_FROM_CACHE")}
    return facts, request.infer, lambda: [request.get_output_tensor(i).data for i in range(len(compiled.outputs))]


def onnxruntime(args, inputs):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = args.threads, 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(f"{args.stem}.onnx", options, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32}
    feed = {port.name: inputs[port.name].astype(types[port.type]) for port in session.get_inputs()}
    results = []

    def run():
        results[:] = session.run(None, feed)

    return {"precision": "f32"}, run, lambda: results


def ncnn(args, inputs):
    import ncnn as engine

    net = engine.Net()
    net.opt.num_threads = args.threads
    # What would not be f32 any more.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = net.opt.use_bf16_packed = args.precision == "bf16"
    if net.load_param(f"{args.stem}.ncnn.param") or net.load_model(f"{args.stem}.ncnn.bin"):
        sys.exit(f"error: {args.stem}.ncnn.param: ncnn does not load it")
    mats = [engine.Mat(value[0]) for value in inputs.values()]
    outputs = net.output_names()
    results = []

    def run():
        extractor = net.create_extractor()
        for i, mat in enumerate(mats):
            extractor.input(f"in{i}", mat)
        results[:] = [extractor.extract(name)[1] for name in outputs]

    return {"precision": args.precision}, run, lambda: [np.array(result)[None] for result in results]


def mxnet(args, inputs):
    import mxnet as mx

    symbol, arguments, auxiliaries = mx.model.load_checkpoint(args.stem, 0)
    shapes = {name: value.shape for name, value in inputs.items()}
    data = {name: mx.nd.array(value) for name, value in inputs.items()}
    all_shapes, _, _ = symbol.infer_shape(**shapes)
    rest = {key: mx.nd.zeros(shape) for key, shape in zip(symbol.list_arguments(), all_shapes) if key not in data and key not in arguments}
    executor = symbol.bind(mx.cpu(), {**arguments, **data, **rest}, aux_states=auxiliaries, grad_req="null")

    def run():
        for output in executor.forward():
            output.wait_to_read()

    return {"precision": "f32"}, run, lambda: [output.asnumpy() for output in executor.outputs]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=["openvino", "onnxruntime", "ncnn", "mxnet"])
    parser.add_argument("stem")
    parser.add_argument("--xml")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--output")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--cache")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)  # before the engine is loaded
    os.environ["MXNET_SUBGRAPH_BACKEND"] = "MKLDNN" if args.engine == "mxnet" else "NONE"
    inputs = read_inputs(args.stem)
    package = __import__(args.engine)
    ready = ()
    if args.engine == "openvino":
        ready = (package.Core(),)
        ready[0].get_property("CPU", "FULL_DEVICE_NAME")  # loads the plug-in, as other engines are loaded by now
    before = {kind: resident(kind) for kind in ("VmRSS", "RssAnon")}
    start = time.perf_counter()
    made = globals()[args.engine](args, inputs, *ready)
    if args.seconds:
        print(json.dumps({**made, "resident": resident()}))
        return
    facts, run, outputs = made
    load = (time.perf_counter() - start) * 1e3
    run()
    first = (time.perf_counter() - start) * 1e3
    facts.update({"taken_resident": resident("VmRSS") - before["VmRSS"], "taken_anonymous": resident("RssAnon") - before["RssAnon"]})
    for _ in range(args.warmup - 1):
        run()
    times = []
    for _ in range(args.runs):
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1e3)
    if args.output:
        for i, value in enumerate(outputs()):
            np.asarray(value).astype(np.float32).tofile(f"{args.output}{i}.raw")
    print(json.dumps({**facts, "load": load, "first": first, "times": [round(t, 4) for t in times], "resident": resident()}))


main()
