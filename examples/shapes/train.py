#!/usr/bin/env python3
"""Train a small SSD with MXNet 1.9.1 that finds circles, squares, triangles and stars.

usage: train.py [--output DIR] [--epochs N] [--only-pictures]

Needs Python 3.8 to 3.11 with mxnet==1.9.1 and numpy==1.23.5. Writes into DIR (here by default):

    shapes-symbol.json, shapes-0030.params   the checkpoint of the network as it is deployed, with MultiBoxDetection
    shapes.labels                            one name per class
    validation/JPEGImages/*.png              pictures that the training did not see
    validation/Annotations/*.xml             what is on them, as in the PASCAL VOC challenge

The network is built like those of MXNet's SSD example: convolutions with BatchNorm and ReLU, three scales with
MultiBoxPrior anchors and two convolutions each, MultiBoxTarget with negative mining, SoftmaxOutput and smooth L1 for the
training, softmax and MultiBoxDetection afterwards. Its input is RGB, 96 x 96, less MEAN and divided by SCALE.
"""
import argparse
import os
import pathlib
import time

# One thread and no graph fusion: the same numbers on every run, and fusion that is right.
os.environ.update(OMP_NUM_THREADS="1", MXNET_SUBGRAPH_BACKEND="NONE", MXNET_SUBGRAPH_VERBOSE="0",
                  MXNET_CPU_WORKER_NTHREADS="1")

import mxnet as mx
import numpy as np

import pictures

SEED = 11
SIDE = 96
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
SCALE = np.array([58.395, 57.12, 57.375], np.float32)
TRAINING_PICTURES = 3000
VALIDATION_PICTURES = 40
MOST_OBJECTS = 6
BATCH = 30
CLASSES = len(pictures.NAMES)
# Sizes and ratios of the anchors of each scale, in parts of the picture.
ANCHORS = [((0.16, 0.25), (1, 2, 0.5)), ((0.34, 0.43), (1, 2, 0.5)), ((0.53, 0.65), (1, 2, 0.5))]
VARIANCES = (0.1, 0.1, 0.2, 0.2)


def convolution(data, channels, name, kernel=3, stride=1):
    data = mx.sym.Convolution(data, num_filter=channels, kernel=(kernel, kernel), stride=(stride, stride),
                              pad=(kernel // 2, kernel // 2), no_bias=True, name=name + "_conv")
    data = mx.sym.BatchNorm(data, fix_gamma=False, eps=1e-5, momentum=0.9, name=name + "_bn")
    return mx.sym.Activation(data, act_type="relu", name=name + "_relu")


def pool(data, name):
    return mx.sym.Pooling(data, kernel=(2, 2), stride=(2, 2), pool_type="max", name=name)


def scales(data):
    """The feature maps that boxes are found on: 12 x 12, 6 x 6 and 3 x 3."""
    data = convolution(data, 16, "stem", stride=2)
    data = pool(convolution(data, 16, "stage1"), "pool1")
    data = convolution(convolution(data, 32, "stage2_unit1"), 32, "stage2_unit2")
    data = convolution(convolution(pool(data, "pool2"), 48, "stage3_unit1"), 48, "stage3_unit2")
    first = data
    second = convolution(pool(data, "pool3"), 48, "stage4")
    third = convolution(convolution(second, 24, "stage5_reduce", kernel=1), 48, "stage5", stride=2)
    return [first, second, third]


def heads():
    """Class scores [N, CLASSES + 1, A], offsets [N, A * 4] and anchors [1, A, 4]."""
    scores, offsets, anchors = [], [], []
    for i, (features, (sizes, ratios)) in enumerate(zip(scales(mx.sym.Variable("data")), ANCHORS)):
        count = len(sizes) + len(ratios) - 1
        def predict(channels, name):
            data = mx.sym.Convolution(features, num_filter=count * channels, kernel=(3, 3), pad=(1, 1), name=name)
            return mx.sym.Flatten(mx.sym.transpose(data, axes=(0, 2, 3, 1)), name=name + "_flat")
        scores.append(predict(CLASSES + 1, f"scale{i}_class"))
        offsets.append(predict(4, f"scale{i}_offset"))
        anchors.append(mx.sym.contrib.MultiBoxPrior(features, sizes=sizes, ratios=ratios, clip=False,
                                                    name=f"scale{i}_anchors"))
    score = mx.sym.Reshape(mx.sym.Concat(*scores, dim=1), shape=(0, -1, CLASSES + 1))
    return (mx.sym.transpose(score, axes=(0, 2, 1), name="class_scores"),
            mx.sym.Concat(*offsets, dim=1, name="offsets"), mx.sym.Concat(*anchors, dim=1, name="anchors"))


def training_network():
    scores, offsets, anchors = heads()
    offset_target, offset_mask, class_target = mx.sym.contrib.MultiBoxTarget(
        anchors, mx.sym.Variable("label"), scores, overlap_threshold=0.5, ignore_label=-1, negative_mining_ratio=3,
        minimum_negative_samples=0, negative_mining_thresh=0.5, variances=VARIANCES, name="target")
    classes = mx.sym.SoftmaxOutput(scores, class_target, ignore_label=-1, use_ignore=True, multi_output=True,
                                   normalization="valid", name="class_loss")
    difference = mx.sym.smooth_l1(offset_mask * (offsets - offset_target), scalar=1.0)
    boxes = mx.sym.MakeLoss(difference, normalization="valid", name="box_loss")
    return mx.sym.Group([classes, boxes, mx.sym.BlockGrad(class_target)])


def deployed_network():
    scores, offsets, anchors = heads()
    return mx.sym.contrib.MultiBoxDetection(mx.sym.softmax(scores, axis=1, name="class_probabilities"), offsets, anchors,
                                            threshold=0.01, nms_threshold=0.45, force_suppress=False, nms_topk=-1,
                                            variances=VARIANCES, clip=True, name="detection")


def network_input(pixels):
    """(3, SIDE, SIDE) f32 of a picture of any size."""
    resized = mx.image.imresize(mx.nd.array(pixels, dtype="uint8"), SIDE, SIDE, interp=1).asnumpy()
    return ((resized.astype(np.float32) - MEAN) / SCALE).transpose(2, 0, 1)


def training_set(rng):
    inputs = np.empty((TRAINING_PICTURES, 3, SIDE, SIDE), np.float32)
    labels = np.full((TRAINING_PICTURES, MOST_OBJECTS, 5), -1, np.float32)
    for i in range(TRAINING_PICTURES):
        pixels, objects = pictures.draw(rng)
        height, width = pixels.shape[:2]
        inputs[i] = network_input(pixels)
        for j, (kind, (xmin, ymin, xmax, ymax), _) in enumerate(objects):
            labels[i, j] = kind, xmin / width, ymin / height, (xmax + 1) / width, (ymax + 1) / height
    return inputs, labels


def mirrored(inputs, labels):
    flipped = labels.copy()
    flipped[..., 1], flipped[..., 3] = 1 - labels[..., 3], 1 - labels[..., 1]
    return inputs[..., ::-1], np.where(labels[..., :1] < 0, labels, flipped)


def write_validation_set(folder):
    rng = np.random.RandomState(SEED + 1)
    for name in ("JPEGImages", "Annotations"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i in range(VALIDATION_PICTURES):
        pixels, objects = pictures.draw(rng)
        pictures.write_png(folder / "JPEGImages" / f"{i:03}.png", pixels)
        (folder / "Annotations" / f"{i:03}.xml").write_text(pictures.voc_annotation(f"{i:03}.png", pixels, objects))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--only-pictures", action="store_true", help="write the validation set alone")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    write_validation_set(args.output / "validation")
    (args.output / "shapes.labels").write_text("\n".join(pictures.NAMES) + "\n")
    if args.only_pictures:
        return

    mx.random.seed(SEED)
    np.random.seed(SEED)
    rng = np.random.RandomState(SEED)
    inputs, labels = training_set(rng)
    module = mx.mod.Module(training_network(), data_names=["data"], label_names=["label"], context=mx.cpu())
    module.bind([("data", (BATCH, 3, SIDE, SIDE))], [("label", (BATCH, MOST_OBJECTS, 5))])
    module.init_params(mx.init.Xavier(rnd_type="gaussian", magnitude=2))
    steps = TRAINING_PICTURES // BATCH
    module.init_optimizer(optimizer="adam", optimizer_params={
        "learning_rate": 2e-3, "wd": 1e-5, "rescale_grad": 1.0,
        "lr_scheduler": mx.lr_scheduler.CosineScheduler(steps * args.epochs, base_lr=2e-3, final_lr=2e-5)})
    for epoch in range(args.epochs):
        start, class_loss, box_loss = time.time(), 0.0, 0.0
        order = rng.permutation(TRAINING_PICTURES).reshape(steps, BATCH)
        for chosen in order:
            data, label = inputs[chosen], labels[chosen]
            if rng.randint(2):
                data, label = mirrored(data, label)
            module.forward_backward(mx.io.DataBatch([mx.nd.array(data)], [mx.nd.array(label)]))
            module.update()
            classes, boxes, target = (output.asnumpy() for output in module.get_outputs())
            used = target >= 0
            probability = np.take_along_axis(classes, np.maximum(target, 0).astype(int)[:, None], 1)[:, 0]
            class_loss -= np.log(np.maximum(probability[used], 1e-9)).mean() / steps
            box_loss += boxes.sum() / max(1, (target > 0).sum()) / steps
        print(f"epoch {epoch + 1}: class loss {class_loss:.4f}, box loss {box_loss:.4f}, "
              f"{time.time() - start:.0f} s", flush=True)
    arg_params, aux_params = module.get_params()
    mx.model.save_checkpoint(str(args.output / "shapes"), args.epochs, deployed_network(), arg_params, aux_params)


if __name__ == "__main__":
    main()
