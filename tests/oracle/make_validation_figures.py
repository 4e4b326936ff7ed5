#!/usr/bin/env python3
"""What MXNet's networks of examples/ reach on their validation sets, for validation_app's tests.

usage: make_validation_figures.py [OUTPUT.json]

Needs Python 3.8 with mxnet==1.9.1, numpy==1.23.5 and gluoncv==0.10.5. The networks run in MXNet on the pictures in
examples/*/validation, as MXNet's own image functions read and resize them. Top-1 and top-5 are counted here; average
precision is GluonCV's, of VOC 2007 (eleven points) and of VOC 2010 (all points), whose boxes include their last pixel.
Writes tests/data/apps/validation.json by default, with each picture's classes or boxes, and beside it
shapes_boxes.json, all boxes of the detector, and average_precision.json: random objects and detections with GluonCV's
average precisions.
"""
import json
import os
import pathlib
import sys
import xml.etree.ElementTree

os.environ.update(OMP_NUM_THREADS="1", MXNET_SUBGRAPH_BACKEND="NONE", MXNET_SUBGRAPH_VERBOSE="0")

import mxnet as mx
import numpy as np
from gluoncv.utils.metrics.voc_detection import VOC07MApMetric, VOCMApMetric

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIGITS, SHAPES = ROOT / "examples/digits", ROOT / "examples/shapes"
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
SCALE = np.array([58.395, 57.12, 57.375], np.float32)


class Network:
    def __init__(self, prefix, epoch, shape, labels=()):
        symbol, arg_params, aux_params = mx.model.load_checkpoint(str(prefix), epoch)
        self.module = mx.mod.Module(symbol, label_names=list(labels), context=mx.cpu())
        self.module.bind([("data", shape)], [(name, (shape[0],)) for name in labels] or None, for_training=False)
        self.module.set_params(arg_params, aux_params)

    def __call__(self, data):
        self.module.forward(mx.io.DataBatch([mx.nd.array(data)]), is_train=False)
        return self.module.get_outputs()[0].asnumpy()


def digits():
    network = Network(DIGITS / "digits", 10, (1, 1, 32, 32), ["softmax_label"])
    names = (DIGITS / "digits.labels").read_text().split()
    pictures, top1, top5 = {}, 0, 0
    for path in sorted((DIGITS / "validation").glob("*/*.png")):
        expected = names.index(path.parent.name)
        image = mx.image.imread(str(path), flag=0).asnumpy().astype(np.float32).reshape(1, 1, 32, 32)
        probabilities = network(image)[0]
        order = np.argsort(-probabilities, kind="stable")
        top1 += expected == order[0]
        top5 += expected in order[:5]
        pictures[f"{path.parent.name}/{path.name}"] = [int(order[0]), round(float(probabilities[order[0]]), 6)]
    return {"top1": round(top1 / len(pictures), 6), "top5": round(top5 / len(pictures), 6), "pictures": pictures}


def annotation(path, names):
    objects = xml.etree.ElementTree.parse(path).getroot().iter("object")
    boxes, classes, difficult = [], [], []
    for entry in objects:
        box = entry.find("bndbox")
        boxes.append([float(box.find(corner).text) - 1 for corner in ("xmin", "ymin", "xmax", "ymax")])
        classes.append(names.index(entry.find("name").text))
        difficult.append(int(entry.find("difficult").text))
    return np.array(boxes), np.array(classes), np.array(difficult)


def shapes():
    names = (SHAPES / "shapes.labels").read_text().split()
    network = Network(SHAPES / "shapes", 30, (1, 3, 96, 96))
    metrics = {}
    for threshold in (0.5, 0.75):
        metrics[f"11point_{threshold}"] = VOC07MApMetric(iou_thresh=threshold, class_names=names)
        metrics[f"allpoint_{threshold}"] = VOCMApMetric(iou_thresh=threshold, class_names=names)
    # Boxes without their last pixel, and annotations that count from 0, as boxes that GluonCV understands.
    metrics["allpoint_0.75_exclusive"] = VOCMApMetric(iou_thresh=0.75, class_names=names)
    metrics["allpoint_0.75_origin0"] = VOCMApMetric(iou_thresh=0.75, class_names=names)
    pictures, all_boxes = {}, {}
    for path in sorted((SHAPES / "validation/JPEGImages").glob("*.png")):
        image = mx.image.imread(str(path))
        height, width = image.shape[:2]
        data = (mx.image.imresize(image, 96, 96, interp=1).asnumpy().astype(np.float32) - MEAN) / SCALE
        rows = network(data.transpose(2, 0, 1)[None])[0]
        rows = rows[rows[:, 0] >= 0]
        boxes = rows[:, 2:] * np.array([width, height, width, height], np.float32)
        expected, classes, difficult = annotation(SHAPES / f"validation/Annotations/{path.stem}.xml", names)
        for name, metric in metrics.items():
            last = np.array([0, 0, 1, 1]) if name.endswith("exclusive") else 0
            first = 1 if name.endswith("origin0") else 0
            metric.update((boxes - last)[None].astype(np.float64), rows[None, :, 0], rows[None, :, 1],
                          (expected - last + first)[None], classes[None], difficult[None])
        all_boxes[path.name] = [[int(row[0]), round(float(row[1]), 7)] + [round(float(v), 4) for v in box]
                                for row, box in zip(rows, boxes)]
        best = rows[rows[:, 1] >= 0.5]
        pictures[path.name] = [[int(row[0]), round(float(row[1]), 5)] + [round(float(v), 3) for v in box]
                               for row, box in zip(best, boxes[rows[:, 1] >= 0.5])]
    figures = {}
    for name, metric in metrics.items():
        keys, values = metric.get()
        figures[name] = {key: round(float(value), 6) for key, value in zip(keys, values)}
    return {"ap": figures, "pictures": pictures}, all_boxes


def random_sets(count=10):
    """Objects [picture, class, difficult, box] and detections [picture, class, score, box] of three classes."""
    rng = np.random.RandomState(5)
    sets = []
    while len(sets) < count:
        objects, detections = [], []
        scores = iter(rng.permutation(999) + 1)
        pictures = rng.randint(2, 6)
        for picture in range(pictures):
            for _ in range(rng.randint(0, 5)):
                corner = rng.randint(0, 80, 2)
                box = np.concatenate([corner, corner + rng.randint(8, 50, 2)])
                kind = rng.randint(3)
                objects.append([picture, int(kind), int(rng.rand() < 0.2)] + box.tolist())
                for _ in range(rng.randint(0, 3)):
                    moved = box + rng.randint(-6, 7, 4)
                    other = kind if rng.rand() < 0.8 else rng.randint(3)
                    detections.append([picture, int(other), int(next(scores))] + moved.tolist())
            for _ in range(rng.randint(0, 3)):
                corner = rng.randint(0, 80, 2)
                detections.append([picture, int(rng.randint(3)), int(next(scores))] + corner.tolist() +
                                  (corner + rng.randint(8, 50, 2)).tolist())
        # GluonCV compares recalls with 0.1, 0.2 ... as floats, which is not exact where objects come in fives.
        counts = [sum(o[1] == kind and not o[2] for o in objects) for kind in range(3)]
        if not all(count % 5 for count in counts) or not detections:
            continue
        result = {}
        for name, metric in (("11point", VOC07MApMetric), ("allpoint", VOCMApMetric)):
            metric = metric(iou_thresh=0.5, class_names=["a", "b", "c"])
            for picture in range(pictures):
                truth = np.array([o for o in objects if o[0] == picture], np.float64).reshape(-1, 7)
                found = np.array([d for d in detections if d[0] == picture], np.float64).reshape(-1, 7)
                metric.update(found[None, :, 3:], found[None, :, 1], found[None, :, 2], truth[None, :, 3:],
                              truth[None, :, 1], truth[None, :, 2])
            result[name] = [round(float(value), 6) for value in metric.get()[1]]
        sets.append({"pictures": int(pictures), "objects": objects, "detections": detections, **result})
    return sets


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tests/data/apps/validation.json"
    shapes_figures, boxes = shapes()
    result = {"mxnet": mx.__version__, "digits": digits(), "shapes": shapes_figures}
    output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=None)
    output.write_text(text.replace('], "', '],\n "').replace('}, "', '},\n"') + "\n")
    (output.parent / "shapes_boxes.json").write_text(json.dumps(boxes).replace(']], "', ']],\n"') + "\n")
    (output.parent / "average_precision.json").write_text(json.dumps(random_sets()).replace('}, {', '},\n{') + "\n")
    print({name: result["digits"][name] for name in ("top1", "top5")})
    print(json.dumps(result["shapes"]["ap"], indent=1))


if __name__ == "__main__":
    main()
