"""Writes tests/data/mxnet_style: a model whose training saved only .nd files on top of a base model, and mean images.

usage: MXNET_SUBGRAPH_BACKEND=NONE python make_style_fixtures.py OUT_DIR
Needs Python 3.8 to 3.11, mxnet 1.9.1 and numpy 1.23.5.

base-0003.params, base-symbol.json  the base model, as mx.model.save_checkpoint saves it
style_args.nd, style_auxs.nd        what was trained, with bare names; "data" is a picture of the training
style-symbol.json                   the graph
style-0003.params                   the merged parameters, in the order args, auxs, what only the base model has
mean.bin                            a mean image, as ImageRecordIter stores it
flat_mean.nd                        one that is the same everywhere, as a single array without a name
expected.nd                         an input, the outputs for it and for what mean images and divisors make of it
"""
import pathlib
import sys

import mxnet as mx
import numpy as np

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.RandomState(7)


def random(*shape):
    return mx.nd.array(rng.uniform(-1, 1, shape).astype("float32"))


data = mx.sym.Variable("data")
conv = mx.sym.Convolution(data, kernel=(3, 3), num_filter=4, name="conv1")
norm = mx.sym.BatchNorm(conv, fix_gamma=False, eps=1e-3, name="bn")
act = mx.sym.Activation(norm, act_type="relu", name="act")
net = mx.sym.Convolution(act, kernel=(1, 1), num_filter=2, name="conv2")

shape = (2, 3, 5, 5)
arg_shapes, _, aux_shapes = net.infer_shape(data=shape)
base_args = {n: random(*s) for n, s in zip(net.list_arguments(), arg_shapes) if n != "data"}
base_auxs = {n: random(*s) + 1.5 for n, s in zip(net.list_auxiliary_states(), aux_shapes)}
mx.model.save_checkpoint(str(out / "base"), 3, net, base_args, base_auxs)

nd_args = {"conv2_weight": random(2, 4, 1, 1), "data": random(*shape), "bn_gamma": random(4)}
nd_auxs = {n: random(*a.shape) + 1.5 for n, a in base_auxs.items()}
mx.nd.save(str(out / "style_args.nd"), nd_args)
mx.nd.save(str(out / "style_auxs.nd"), nd_auxs)
net.save(str(out / "style-symbol.json"))

merged = {"arg:" + n: a for n, a in nd_args.items() if n != "data"}
merged.update({"aux:" + n: a for n, a in nd_auxs.items()})
for name, array in mx.nd.load(str(out / "base-0003.params")).items():
    merged.setdefault(name, array)
mx.nd.save(str(out / "style-0003.params"), merged)

mean = mx.nd.array(rng.uniform(90, 140, shape[1:]).astype("float32"))
flat = mx.nd.broadcast_to(mx.nd.array([[[104.0]], [[117.0]], [[123.0]]]), shape=shape[1:])
mx.nd.save(str(out / "mean.bin"), {"mean_img": mean})
mx.nd.save(str(out / "flat_mean.nd"), [flat])

picture = mx.nd.array(rng.uniform(0, 255, shape).astype("float32"))


def run(x):
    args = {n[4:]: a for n, a in merged.items() if n.startswith("arg:")}
    auxs = {n[4:]: a for n, a in merged.items() if n.startswith("aux:")}
    return net.bind(mx.cpu(), dict(args, data=x), aux_states=auxs).forward(is_train=False)[0]


mx.nd.save(str(out / "expected.nd"), {
    "input": picture, "output": run(picture),
    "without_mean": run(picture - mean.expand_dims(0)),
    "without_mean_scaled": run((picture - mean.expand_dims(0)) / mx.nd.array([[[50.0]], [[60.0]], [[70.0]]]).expand_dims(0)),
    "without_flat_mean": run(picture - flat.expand_dims(0)),
    "reversed_without_mean": run(picture[:, ::-1] - mean.expand_dims(0)),
})
