#!/usr/bin/env python3
"""Average precisions by two evaluators that know nothing of MXNet's, for validation_app's tests.

usage: make_detection_figures.py [OUTPUT.json]

Needs Python 3.10 with pycocotools==2.0.11, object-detection-metrics==0.4.post1 and shapely. Reads what make_validation_figures.py
wrote beside it: random objects and detections, and all boxes that MXNet finds in the pictures of examples/shapes. Writes
tests/data/apps/detection_figures.json by default.

Where definitions agree:
  Both leave out the last pixel of a box (validation_app --pixels exclusive).
  Neither has VOC's difficult objects: these are taken out beforehand, with the detections that VOC ignores for them.
  podm: VOC's matching; 11 points and all points.
  COCO: at an overlap of 0.5 and 101 points of recall. A detection whose best object is taken may find another one, which
  VOC forbids; sets in which a detection overlaps two objects of its class have no figure of COCO's.
"""
import contextlib
import io
import json
import pathlib
import sys
import xml.etree.ElementTree

import numpy as np
from podm.metrics import BoundingBox, MethodAveragePrecision, get_pascal_voc_metrics
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/apps"
SHAPES = ROOT / "examples/shapes"
OVERLAP = 0.5


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def candidates(detection, objects):
    """(overlap, object) of the detection's class and picture, the largest first, the first of equal ones first."""
    same = [(overlap(detection[3:], o[3:]), o) for o in objects if o[:2] == detection[:2]]
    return sorted(same, key=lambda pair: -pair[0])


def without_difficult(objects, detections):
    def ignored(detection):
        found = candidates(detection, objects)
        return bool(found) and found[0][0] >= OVERLAP and found[0][1][2] == 1

    return [o for o in objects if o[2] == 0], [d for d in detections if not ignored(d)]


def of_podm(objects, detections, kinds):
    golds = [BoundingBox.of_bbox(o[0], o[1], *map(float, o[3:])) for o in objects]
    found = [BoundingBox.of_bbox(d[0], d[1], *map(float, d[3:]), float(d[2])) for d in detections]
    figures = {}
    for name, method in (("11point", MethodAveragePrecision.ElevenPointsInterpolation),
                         ("allpoint", MethodAveragePrecision.AllPointsInterpolation)):
        with np.errstate(invalid="ignore"):
            result = get_pascal_voc_metrics(golds, found, iou_threshold=OVERLAP, method=method)
        figures[name] = [round(float(result[kind].ap), 6) for kind in range(kinds)]
    return figures


def of_coco(objects, detections, kinds, pictures):
    def box(row):
        return [row[3], row[4], row[5] - row[3], row[6] - row[4]]

    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": i} for i in range(pictures)],
        "categories": [{"id": i, "name": str(i)} for i in range(kinds)],
        # Identifiers begin at 1: 0 is "not matched".
        "annotations": [{"id": i + 1, "image_id": o[0], "category_id": o[1], "bbox": box(o), "iscrowd": 0,
                         "area": box(o)[2] * box(o)[3]} for i, o in enumerate(objects)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes([{"image_id": d[0], "category_id": d[1], "bbox": box(d), "score": float(d[2])}
                               for d in detections])
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.params.iouThrs = np.array([OVERLAP])
        evaluation.evaluate()
        evaluation.accumulate()
    # [overlap, point, class, areas of all sizes, most detections]
    precision = evaluation.eval["precision"][0, :, :, 0, -1]
    assert precision.shape == (101, kinds)
    return [round(float(precision[:, kind].mean()), 6) for kind in range(kinds)]


def figures(objects, detections, kinds, pictures):
    objects, detections = without_difficult(objects, detections)
    counts = [sum(o[1] == kind for o in objects) for kind in range(kinds)]
    # Points of recall are compared as floats, which is not exact where objects come in fives.
    assert all(count % 5 for count in counts), counts
    result = of_podm(objects, detections, kinds)
    alone = all(len([p for p, _ in candidates(d, objects) if p >= OVERLAP]) < 2 for d in detections)
    result["coco"] = of_coco(objects, detections, kinds, pictures) if alone else None
    return result


def shapes():
    names = (SHAPES / "shapes.labels").read_text().split()
    boxes = json.loads((DATA / "shapes_boxes.json").read_text())
    objects, detections = [], []
    for index, (picture, found) in enumerate(sorted(boxes.items())):
        root = xml.etree.ElementTree.parse(SHAPES / f"validation/Annotations/{pathlib.Path(picture).stem}.xml").getroot()
        for entry in root.iter("object"):
            box = entry.find("bndbox")
            objects.append([index, names.index(entry.find("name").text), int(entry.find("difficult").text)] +
                           [float(box.find(corner).text) - 1 for corner in ("xmin", "ymin", "xmax", "ymax")])
        detections += [[index] + row for row in found]
    return {"names": names, **figures(objects, detections, len(names), len(boxes))}


def main():
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "detection_figures.json"
    sets = json.loads((DATA / "average_precision.json").read_text())
    result = {"shapes": shapes(),
              "sets": [figures(s["objects"], s["detections"], 3, s["pictures"]) for s in sets]}
    output.write_text(json.dumps(result).replace("}, {", "},\n{").replace('"sets"', '\n"sets"') + "\n")
    print(result["shapes"])
    print(sum(s["coco"] is not None for s in result["sets"]), "of", len(sets), "sets have figures of COCO's")


if __name__ == "__main__":
    main()
