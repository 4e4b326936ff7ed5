#!/usr/bin/env python3
"""Compares whole ONNX models, converted by OpenVINO to IR v11, on moir's engine with OpenVINO's own results.

Usage: onnx_models.py --infer build/release/bin/infer [--work DIR] [--table docs/interoperability_onnx.md] [--fixtures tests/data/ir_models] [--mo venv2021/bin/mo] [NAME...]
Needs the packages onnx and openvino (made with onnx 1.23 and openvino 2026.4). With --mo, the Model Optimizer of OpenVINO
2021.4 (package openvino-dev, in an environment of its own) converts the models as well, to IR v10.

The models are in onnx_models/models.py and use no file of anybody else. Each is converted by openvino.convert_model and
saved by openvino.save_model with weights in f32 and in f16; OpenVINO runs the saved file in f32. Results agree when the
largest difference is at most 1e-4 of the largest value, integers and truth values when they are equal. An output whose
number of rows depends on the data (NonMaxSuppression) is compared after rows of -1, with which moir fills it, have been
left out.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import openvino as ov

from onnx_models.models import MODELS

TOLERANCE = 1e-4
# Small models of different kinds whose IR and results the tests hold.
FIXTURES = ["resnet_blocks", "mobilenet_v3_blocks", "conv3d_video", "shape_computing_upsample", "espcn", "deeplab_resize", "nms_corner", "yolo_head",
            "lstm_bidirectional_lengths", "gru_reverse", "bert_open_batch", "causal_decoder", "qdq_convolution", "loop_counter", "scan_cumulative",
            "if_on_data", "pads_and_slices", "max_pool_indices", "grouped_dilated"]


def fed(port, feeds):
    """The values for an input, whose tensor may have several names."""
    return next(values for name, values in feeds.items() if name in port.names)


def name_of(output):
    """Of several names that of the layer, which is the one in the ONNX file."""
    own = output.get_node().input_value(0).get_node().get_friendly_name()
    return own if own in output.names else output.any_name


def openvino_results(xml, feeds):
    core = ov.Core()
    model = core.read_model(xml)
    if any(port.partial_shape.is_dynamic for port in model.inputs):
        model.reshape({port: list(fed(port, feeds).shape) for port in model.inputs})
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == ov.Type.f32
    results = compiled({port.any_name: fed(port, feeds) for port in compiled.inputs})
    return [(name_of(port), np.array(results[output])) for port, output in zip(model.outputs, compiled.outputs)]


def shapes_of(xml, feeds):
    """The --input_shape of inputs whose declared shape is open."""
    model = ov.Core().read_model(xml)
    return [f"{next(name for name in feeds if name in port.names)}[{','.join(map(str, fed(port, feeds).shape))}]" for port in model.inputs if port.partial_shape.is_dynamic]


def moir_results(infer, xml, feeds, folder):
    inputs, outputs = folder / "inputs.npz", folder / "outputs.npz"
    np.savez(inputs, **feeds)
    command = [infer, "--model", str(xml), "--input", str(inputs), "--output", str(outputs)]
    for shape in shapes_of(xml, feeds):
        command += ["--input_shape", shape]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    with np.load(outputs) as arrays:
        return [arrays[name] for name in arrays.files]


def difference(expected, actual):
    """Relative to the largest value; raises when shapes or exact values differ."""
    if expected.shape != actual.shape and expected.ndim == 2 and expected.shape[1:] == actual.shape[1:] and actual.shape[0] > expected.shape[0]:
        rest = actual[expected.shape[0]:]
        if (rest == -1).all():
            actual = actual[:expected.shape[0]]
    if expected.shape != actual.shape:
        raise RuntimeError(f"shape {actual.shape}, expected {expected.shape}")
    if expected.size == 0:
        return 0.0
    if expected.dtype.kind != "f":
        if not np.array_equal(expected.astype(np.int64), actual.astype(np.int64)):
            raise RuntimeError("integers differ")
        return 0.0
    if not np.array_equal(np.isnan(expected), np.isnan(actual)):
        raise RuntimeError("NaN at different places")
    return float(np.nanmax(np.abs(expected.astype(np.float64) - actual)) / max(float(np.nanmax(np.abs(expected))), 1e-6))


def convert(kind, path, xml, mo):
    if kind == "v10":
        done = subprocess.run([mo, "--input_model", str(path), "--output_dir", str(xml.parent), "--model_name", xml.stem], capture_output=True, text=True)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if "ERROR" in line]
            raise RuntimeError(lines[0] if lines else "mo failed")
    else:
        ov.save_model(ov.convert_model(path), xml, compress_to_fp16=kind == "f16")


def run(name, infer, folder, mo):
    builder = MODELS[name]()
    path = folder / f"{name}.onnx"
    onnx.save(builder.model(), path)
    rows = []
    for kind in ("f32", "f16", "v10") if mo else ("f32", "f16"):
        xml = folder / f"{name}_{kind}.xml"
        row = {"kind": kind, "xml": xml, "feeds": builder.feeds}
        try:
            convert(kind, path, xml, mo)
            row["expected"] = openvino_results(xml, builder.feeds)
        except Exception as error:  # pylint: disable=broad-except
            row["openvino"] = str(error).strip().splitlines()[-1][:200]
            rows.append(row)
            continue
        try:
            actual = moir_results(infer, xml, builder.feeds, folder)
            if len(actual) != len(row["expected"]):
                raise RuntimeError(f"{len(actual)} outputs, expected {len(row['expected'])}")
            row["difference"] = max(difference(e, a) for (_, e), a in zip(row["expected"], actual))
            if not row["difference"] <= TOLERANCE:
                row["error"] = f"differs by {row['difference']:.1e}"
        except RuntimeError as error:
            row["error"] = str(error).replace(str(folder) + "/", "")
        rows.append(row)
    return rows


def operators(xml):
    names = set()

    def visit(model):
        for node in model.get_ops():
            if node.get_type_name() not in ("Parameter", "Result", "Constant"):
                names.add(node.get_type_name())
            for function in ("get_function",):
                if hasattr(node, function):
                    try:
                        visit(getattr(node, function)())
                    except Exception:  # pylint: disable=broad-except
                        pass
    visit(ov.Core().read_model(xml))
    return names


KINDS = {"f32": "v11, f32 weights", "f16": "v11, f16 weights", "v10": "v10"}


def cell(row):
    if "openvino" in row:
        return "not converted"
    if "error" in row:
        return f"differs: {row['difference']:.0e}" if "difference" in row else "refused"
    return f"{row['difference']:.1e}" if row["difference"] else "equal"


def write_table(path, results):
    agreeing = [rows for rows in results.values() if all("difference" in r and "error" not in r for r in rows if r["kind"] != "v10")]
    used = set()
    for rows in agreeing:
        used |= operators(rows[0]["xml"])
    kinds = [row["kind"] for row in next(iter(results.values()))]
    lines = ["# ONNX models through OpenVINO's IR", "",
             "Written by `tests/oracle/onnx_models.py --table`. Small ONNX models of many kinds, made by that script, are converted by",
             f"`openvino.convert_model` and saved as IR v11 (OpenVINO {ov.get_version().split('-')[0]}, ONNX {onnx.__version__}), with weights in f32 and in f16; and to IR v10 by the",
             "Model Optimizer of OpenVINO 2021.4, where it can. `infer` runs the IR; what it gives is compared with OpenVINO's CPU",
             f"plug-in in f32: the largest difference relative to the largest value of the output, at most {TOLERANCE:g}; integers are",
             "equal.", "",
             f"{len(agreeing)} of {len(results)} models agree as IR v11"
             + (f", and {sum(1 for rows in results.values() if rows[-1]['kind'] == 'v10' and 'difference' in rows[-1] and 'error' not in rows[-1])} as IR v10" if "v10" in kinds else "")
             + ". What is not converted is refused by OpenVINO's converters, what is refused by `infer`.", "",
             "| model | kind | " + " | ".join(KINDS[kind] for kind in kinds) + " |", "|---|---|" + "---|" * len(kinds)]
    for name, rows in sorted(results.items()):
        lines.append(f"| `{name}` | {MODELS[name].__doc__} | " + " | ".join(map(cell, rows)) + " |")
    lines += ["", "## Refused", "", "`infer` says why and exits with 1:", ""]
    for name, rows in sorted(results.items()):
        for row in rows:
            if "error" in row and "difference" not in row and row["kind"] == "f32":
                # Numbers in names of layers change from one conversion to the next.
                lines.append(f"- `{name}`: " + re.sub(r"_\d{4,}", "_N", row["error"].split("error: ")[-1].replace("_f32.xml", ".xml")))
    lines += ["", "## Operators", "", "In the models that agree: " + ", ".join(f"`{op}`" for op in sorted(used)) + ".", ""]
    pathlib.Path(path).write_text("\n".join(lines), encoding="utf-8")


def write_fixtures(folder, results):
    """NAME.xml, NAME.bin and NAME.npz with the inputs ("in:NAME") and OpenVINO's results ("out:NAME")."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FIXTURES:
        for row in results[name]:
            if row["kind"] == "f32" or "expected" not in row or (row["kind"] == "v10" and "error" in row):
                continue
            stem = f"{name}_{'v10' if row['kind'] == 'v10' else 'v11'}"
            text = row["xml"].read_text(encoding="utf-8")
            # What the Model Optimizer tells about itself says nothing about the model.
            if "<meta_data>" in text:
                text = text[:text.index("<meta_data>")].rstrip() + "\n</net>\n"
            # Half of the file is indentation.
            (folder / f"{stem}.xml").write_text(text.replace("\t", ""), encoding="utf-8")
            (folder / f"{stem}.bin").write_bytes(row["xml"].with_suffix(".bin").read_bytes())
            arrays = {f"in:{key}": value for key, value in row["feeds"].items()}
            arrays.update({f"out:{key}": value for key, value in row["expected"]})
            np.savez_compressed(folder / f"{stem}.npz", **arrays)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--infer", required=True)
    parser.add_argument("--work")
    parser.add_argument("--table")
    parser.add_argument("--fixtures")
    parser.add_argument("--mo")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.work or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        results = {}
        for name in options.names or MODELS:
            results[name] = run(name, options.infer, folder, options.mo)
            for row in results[name]:
                text = row.get("openvino", row.get("error")) or f"{row['difference']:.1e}"
                print(f"{name:28} {row['kind']} {'OPENVINO ' if 'openvino' in row else 'FAIL ' if 'error' in row else 'ok '}{text}", flush=True)
        if options.table:
            write_table(options.table, results)
        if options.fixtures:
            write_fixtures(options.fixtures, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
