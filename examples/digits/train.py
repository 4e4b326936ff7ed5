#!/usr/bin/env python3
"""Train the quickstart model with MXNet 1.9.1 and compute what MXNet says about three pictures.

usage: train.py [--output DIR] [--epochs N]

Needs Python 3.8 to 3.11 with mxnet==1.9.1, numpy==1.23.5, scipy and scikit-learn. Writes into DIR (here by default):

    digits-symbol.json, digits-0010.params   the checkpoint, as Module.save_checkpoint writes it
    digits.labels                            one name per class
    digit_N.png                              three pictures of the test set, 256 x 256 gray
    expected.json                            MXNet's probabilities for these pictures

The network looks like the ones people deploy: data BatchNorm with fixed gamma, convolutions with and without bias,
BatchNorm, ReLU, max pooling, a residual unit with a projection and one without, global average pooling, FullyConnected,
SoftmaxOutput. It takes gray values 0 .. 255 as they come out of a picture file.

Pictures: an 8 x 8 digit is zoomed smoothly to 32 x 32, the network's input. A picture file repeats every pixel of that
8 x 8 times, so a bilinear resize back to 32 x 32 gives exactly these values: each output pixel is sampled between two
equal neighbours. The reference reads the files and resizes them with MXNet's own image functions.
"""
import argparse
import json
import os
import pathlib
import struct
import zlib

# One thread and no graph fusion: the same numbers on every run, and fusion that is right.
os.environ.update(OMP_NUM_THREADS="1", MXNET_SUBGRAPH_BACKEND="NONE", MXNET_SUBGRAPH_VERBOSE="0",
                  MXNET_CPU_WORKER_NTHREADS="1")

import mxnet as mx
import numpy as np
from scipy import ndimage
from sklearn import datasets, model_selection

SEED = 7
SIDE = 32
PICTURE_SCALE = 8
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
PICTURED = (3, 5, 8)


def batch_norm(data, name, **kwargs):
    return mx.sym.BatchNorm(data, name=name, eps=2e-5, momentum=0.9, **kwargs)


def residual_unit(data, channels, stride, name):
    """BatchNorm and ReLU before each convolution; the shortcut is a 1x1 projection where the shape changes."""
    bn1 = batch_norm(data, name + "_bn1", fix_gamma=False)
    act1 = mx.sym.Activation(bn1, act_type="relu", name=name + "_relu1")
    conv1 = mx.sym.Convolution(act1, num_filter=channels, kernel=(3, 3), stride=(stride, stride), pad=(1, 1),
                               no_bias=True, name=name + "_conv1")
    bn2 = batch_norm(conv1, name + "_bn2", fix_gamma=False)
    act2 = mx.sym.Activation(bn2, act_type="relu", name=name + "_relu2")
    conv2 = mx.sym.Convolution(act2, num_filter=channels, kernel=(3, 3), pad=(1, 1), no_bias=True,
                               name=name + "_conv2")
    shortcut = data
    if stride != 1:
        shortcut = mx.sym.Convolution(act1, num_filter=channels, kernel=(1, 1), stride=(stride, stride), no_bias=True,
                                      name=name + "_sc")
    return mx.sym.elemwise_add(conv2, shortcut, name=name + "_plus")


def network():
    data = batch_norm(mx.sym.Variable("data"), "bn_data", fix_gamma=True)
    body = mx.sym.Convolution(data, num_filter=16, kernel=(5, 5), pad=(2, 2), name="conv0")
    body = batch_norm(body, "bn0", fix_gamma=False)
    body = mx.sym.Activation(body, act_type="relu", name="relu0")
    body = mx.sym.Pooling(body, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="max", name="pool0")
    body = residual_unit(body, 16, 1, "stage1_unit1")
    body = residual_unit(body, 32, 2, "stage2_unit1")
    body = residual_unit(body, 64, 2, "stage3_unit1")
    body = batch_norm(body, "bn1", fix_gamma=False)
    body = mx.sym.Activation(body, act_type="relu", name="relu1")
    body = mx.sym.Pooling(body, global_pool=True, kernel=(4, 4), pool_type="avg", name="pool1")
    body = mx.sym.FullyConnected(mx.sym.Flatten(body, name="flatten"), num_hidden=len(NAMES), name="fc")
    return mx.sym.SoftmaxOutput(body, name="softmax")


def load_digits():
    """uint8 images (N, 32, 32) and their classes, split into training and test set."""
    digits = datasets.load_digits()
    zoomed = ndimage.zoom(digits.images * (255.0 / 16.0), (1, SIDE / 8, SIDE / 8), order=1, mode="nearest",
                          grid_mode=True)
    images = np.clip(np.rint(zoomed), 0, 255).astype(np.uint8)
    return model_selection.train_test_split(images, digits.target, test_size=360, random_state=SEED,
                                            stratify=digits.target)


def iterator(images, classes, batch_size, shuffle):
    return mx.io.NDArrayIter(images[:, None].astype(np.float32), classes.astype(np.float32), batch_size,
                             shuffle=shuffle)


def write_png(path, pixels):
    """8-bit gray, no filter; MXNet reads pictures but does not write any."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def read_picture(path):
    """(1, 1, 32, 32) f32 as an application makes it: gray, bilinear, 0 .. 255."""
    image = mx.image.imresize(mx.image.imread(str(path), flag=0), SIDE, SIDE, interp=1)
    return image.asnumpy().astype(np.float32).reshape(1, 1, SIDE, SIDE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    prefix = str(args.output / "digits")

    mx.random.seed(SEED)
    np.random.seed(SEED)
    train_images, test_images, train_classes, test_classes = load_digits()
    train = iterator(train_images, train_classes, 32, True)
    test = iterator(test_images, test_classes, 40, False)
    module = mx.mod.Module(network(), context=mx.cpu())
    module.fit(train, eval_data=test, num_epoch=args.epochs,
               initializer=mx.init.Xavier(rnd_type="gaussian", magnitude=2),
               optimizer="sgd", optimizer_params={"learning_rate": 0.05, "momentum": 0.9, "wd": 1e-4,
                                                  "lr_scheduler": mx.lr_scheduler.FactorScheduler(150, 0.6)})
    accuracy = dict(module.score(test, "acc"))["accuracy"]
    module.save_checkpoint(prefix, args.epochs)

    symbol, arg_params, aux_params = mx.model.load_checkpoint(prefix, args.epochs)
    predictor = mx.mod.Module(symbol, context=mx.cpu())
    predictor.bind([("data", (1, 1, SIDE, SIDE))], [("softmax_label", (1,))], for_training=False)
    predictor.set_params(arg_params, aux_params)
    def classify(image):
        predictor.forward(mx.io.DataBatch([mx.nd.array(image)]), is_train=False)
        return predictor.get_outputs()[0].asnumpy()[0]

    # Of each pictured class the first test image that is classified right; the accuracy tells how often it is.
    pictures = {}
    for digit in PICTURED:
        name = f"digit_{digit}.png"
        image = next(image for image in test_images[test_classes == digit]
                     if classify(image[None, None].astype(np.float32)).argmax() == digit)
        write_png(args.output / name, image.repeat(PICTURE_SCALE, 0).repeat(PICTURE_SCALE, 1))
        data = read_picture(args.output / name)
        assert np.array_equal(data[0, 0], image), "the resize of the picture is not exact"
        probabilities = classify(data)
        pictures[name] = {"class": digit, "probabilities": [float(p) for p in probabilities]}
        print(f"{name}: {NAMES[digit]} {probabilities[digit]:.6f}")
    (args.output / "digits.labels").write_text("\n".join(NAMES) + "\n")
    (args.output / "expected.json").write_text(json.dumps(
        {"mxnet": mx.__version__, "input": "data", "shape": [1, 1, SIDE, SIDE], "output": "softmax_output",
         "test_accuracy": round(float(accuracy), 4), "pictures": pictures}, indent=1) + "\n")
    print(f"test accuracy {accuracy:.4f} ({len(test_classes)} pictures that the training did not see)")


if __name__ == "__main__":
    main()
