"""Operators written in Python (Custom), of the kinds that many projects share: moir knows what they mean.

The ones here are our own, after what the shared ones promise: MXNet runs them like any other.
"""

import mxnet as mx

from .recorder import case, np, random_values


class Stub(mx.operator.CustomOpProp):
    """An operator with given names of inputs whose `compute` maps arrays to arrays."""

    inputs, outputs = ["data"], 1

    def __init__(self, **attributes):
        super().__init__(need_top_grad=False)
        self.attributes = attributes

    def list_arguments(self):
        return self.inputs

    def list_outputs(self):
        return ["output", "score"][: self.outputs]

    def infer_shape(self, shapes):
        return shapes, self.result_shapes(shapes), []

    def result_shapes(self, shapes):
        return [shapes[0]]

    def create_operator(self, context, shapes, types):
        prop = self

        class Operator(mx.operator.CustomOp):
            def forward(self, is_train, req, in_data, out_data, aux):
                results = prop.compute(*[value.asnumpy() for value in in_data])
                for place, result in enumerate(results):
                    self.assign(out_data[place], req[place], mx.nd.array(result))

        return Operator()


@mx.operator.register("monitor")
class Monitor(Stub):
    inputs = ["input"]

    def compute(self, x):
        return [x]


@mx.operator.register("softmax")
class Softmax(Stub):
    inputs = ["data", "label"]

    def infer_shape(self, shapes):
        return [shapes[0], (shapes[0][0],)], [shapes[0]], []

    def compute(self, x, _):
        shifted = np.exp(x - x.max(axis=1, keepdims=True))
        return [shifted / shifted.sum(axis=1, keepdims=True)]


def numbers(text):
    return [float(part) for part in text.strip("()").split(",") if part.strip()]


@mx.operator.register("proposal")
class Proposal(Stub):
    inputs = ["cls_prob", "bbox_pred", "im_info"]

    def __init__(self, feat_stride="16", scales="(8, 16, 32)", ratios="(0.5, 1, 2)", output_score="False", rpn_pre_nms_top_n="6000",
                 rpn_post_nms_top_n="300", threshold="0.3", rpn_min_size="16"):  # fmt: skip
        super().__init__()
        self.stride, self.scales, self.ratios = int(feat_stride), numbers(scales), numbers(ratios)
        self.outputs = 2 if output_score == "True" else 1
        self.before, self.after = int(rpn_pre_nms_top_n), int(rpn_post_nms_top_n)
        self.threshold, self.smallest = float(threshold), int(rpn_min_size)

    def result_shapes(self, shapes):
        return [(self.after, 5), (self.after, 1)][: self.outputs]

    def anchors(self):
        """[ratio, scale] as corners, around the square of one stride."""
        centre = (self.stride - 1) / 2
        sides = []
        for ratio in self.ratios:
            width = np.round(np.sqrt(self.stride**2 / ratio))
            sides += [(width * scale, np.round(width * ratio) * scale) for scale in self.scales]
        half = (np.array(sides) - 1) / 2
        return np.concatenate([centre - half, centre + half], axis=1)

    def boxes(self, predictions, height, width):
        """All boxes, by rows, columns and anchors."""
        anchors = self.anchors()
        y, x = np.mgrid[:height, :width] * self.stride
        corners = (np.stack([x, y, x, y], axis=-1)[:, :, None] + anchors).reshape(-1, 4)
        moves = predictions[0, :, :height, :width].transpose(1, 2, 0).reshape(-1, 4)
        size = corners[:, 2:] - corners[:, :2] + 1
        centre = corners[:, :2] + (size - 1) / 2 + moves[:, :2] * size
        half = (np.exp(moves[:, 2:]) * size - 1) / 2
        return np.concatenate([centre - half, centre + half], axis=1)

    def compute(self, scores, predictions, info):
        picture_height, picture_width, scale = info[0]
        height, width = int(picture_height / self.stride), int(picture_width / self.stride)
        count = len(self.scales) * len(self.ratios)
        scores = scores[0, count:, :height, :width].transpose(1, 2, 0).ravel()
        boxes = np.clip(self.boxes(predictions, height, width), 0, np.array([picture_width, picture_height] * 2) - 1)
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        large = np.flatnonzero((sides >= self.smallest * scale).all(axis=1))
        order = large[np.argsort(-scores[large], kind="stable")]
        order = order[: self.before] if self.before > 0 else order
        kept = []
        for candidate in order:
            if all(self.overlap(boxes[candidate], boxes[other]) <= self.threshold for other in kept):
                kept.append(candidate)
        kept = kept[: self.after]
        assert len(kept) == self.after, f"{len(kept)} regions: random ones would follow"
        rois = np.concatenate([np.zeros((len(kept), 1)), boxes[kept]], axis=1)
        return [rois, scores[kept][:, None]][: self.outputs]

    @staticmethod
    def overlap(a, b):
        sides = np.maximum(0, np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) + 1)
        area = lambda box: np.prod(box[2:] - box[:2] + 1)  # noqa: E731
        shared = np.prod(sides)
        return shared / (area(a) + area(b) - shared)


def shared_operators():
    case("Custom", (2, 3, 4), op_type="monitor", nickname="start", names=["input"])
    case("Custom", (5,), op_type="monitor", nickname="end", names=["input"])
    for shape in ((3, 4), (1, 1), (2, 7)):
        case("Custom", [shape, shape[:1]], op_type="softmax", names=["data", "label"], low=-3, high=3)


def proposals():
    for attributes in (
        dict(rpn_post_nms_top_n=4, rpn_min_size=4, scales=(1, 2), ratios=(0.5, 1, 2)),
        dict(rpn_post_nms_top_n=4, rpn_min_size=4, scales=(1, 2), ratios=(0.5, 1, 2), output_score=True),
        dict(rpn_post_nms_top_n=6, rpn_min_size=0, scales=(1,), ratios=(1,), threshold=0.7, feat_stride=8),
        dict(rpn_post_nms_top_n=3, rpn_pre_nms_top_n=12, rpn_min_size=8, scales=(1, 1.5), ratios=(0.7, 1.3), output_score=True),
        dict(rpn_post_nms_top_n=3, rpn_min_size=8, scales=(1,), ratios=(1.4,)),  # rounded otherwise in MXNet's own operator
        dict(rpn_post_nms_top_n=5, rpn_min_size=20, scales=(2,), ratios=(1, 2), threshold=0.9, output_score=False),
        dict(rpn_post_nms_top_n=2, scales=(1, 2, 4), ratios=(0.5, 1, 2), threshold=0.5),
    ):
        anchors = len(attributes["scales"]) * len(attributes["ratios"])
        stride = attributes.get("feat_stride", 16)
        for height, width, cut in ((5, 6, 0), (4, 4, stride)):
            shapes = [(1, 2 * anchors, height, width), (1, 4 * anchors, height, width), (1, 3)]
            seed = f"Custom{attributes}{height}"
            case(
                "Custom",
                shapes,
                {"op_type": "proposal", **attributes},
                names=["cls_prob", "bbox_pred", "im_info"],
                values={
                    0: random_values(seed, shapes[0], low=0, high=1),
                    1: random_values(seed + "d", shapes[1], low=-0.4, high=0.4),
                    2: [[height * stride - cut, width * stride, 1.0]],
                },
            )


GRIDS = [shared_operators, proposals]
