"""Operators on boxes: suppression, overlaps, coding, matching and proposals."""

from .recorder import case, np, random_values


def rows(shape, seed, center=False, classes=3, order=("id", "score", "box")):
    """Rows (id, score, box) around a few places, so that many overlap; scores repeat in tenths."""
    count = int(np.prod(shape[:-1]))
    places = np.array([[0.3, 0.3], [0.7, 0.6], [0.4, 0.8]])[np.arange(count) % 3]
    centre = places + random_values(seed + "c", (count, 2), low=-0.07, high=0.07)
    half = random_values(seed + "s", (count, 2), low=0.1, high=0.2)
    box = np.concatenate([centre, 2 * half] if center else [centre - half, centre + half], axis=1)
    ids = np.floor(random_values(seed + "i", (count, 1), low=0, high=classes))
    scores = np.round(random_values(seed + "p", (count, 1), low=-0.2, high=1), 1)
    parts = {"id": ids, "score": scores, "box": box}
    parts["more"] = random_values(seed + "m", (count, max(0, shape[-1] - 6)))
    return np.concatenate([parts[name] for name in order], axis=1).astype("float32").reshape(shape)


def nms():
    shape = (2, 12, 6)
    for attributes in (
        dict(),
        dict(overlap_thresh=0.1),
        dict(overlap_thresh=0.9),
        dict(overlap_thresh=0.0),
        dict(overlap_thresh=1.0),
        dict(overlap_thresh=-1.0),
        dict(valid_thresh=0.4),
        dict(valid_thresh=-0.5),
        dict(valid_thresh=0.99),
        dict(topk=3),
        dict(topk=1),
        dict(topk=0),
        dict(topk=100),
        dict(topk=-7),
        dict(id_index=0),
        dict(id_index=0, overlap_thresh=0.1),
        dict(id_index=0, overlap_thresh=0.1, force_suppress=True),
        dict(id_index=0, overlap_thresh=0.1, force_suppress=False),
        dict(id_index=0, background_id=0),
        dict(id_index=0, background_id=1, topk=4),
        dict(id_index=0, background_id=7),
        dict(background_id=0),
        dict(force_suppress=True),
        dict(id_index=0, topk=200, valid_thresh=0.01, overlap_thresh=0.45, coord_start=2, score_index=1),
        dict(in_format="center"),
        dict(in_format="center", overlap_thresh=0.2, id_index=0),
        dict(in_format="corner", out_format="center"),
        dict(in_format="center", out_format="corner"),
        dict(in_format="center", out_format="center"),
        dict(out_format="center", topk=0),
        dict(out_format="center", topk=2, overlap_thresh=0.1),
    ):
        seed = str(attributes)
        center = attributes.get("in_format") == "center"
        case("_contrib_box_nms", shape, attributes, values={0: rows(shape, seed, center)})
    for order, attributes in (
        (("score", "box", "id"), dict(score_index=0, coord_start=1, id_index=5)),
        (("box", "score", "id"), dict(score_index=4, coord_start=0, id_index=5)),
        (("box", "id", "score"), dict(score_index=5, coord_start=0, id_index=4, force_suppress=True)),
        (("more", "id", "score", "box"), dict(score_index=4, coord_start=5, id_index=3)),
        (("id", "score", "box", "more"), dict(id_index=0, overlap_thresh=0.3)),
    ):
        wide = (2, 9, 9 if "more" in order else 6)
        case("_contrib_box_nms", wide, attributes, values={0: rows(wide, str(order), order=order)})
    for wide in ((12, 6), (1, 12, 6), (2, 1, 3, 8, 6), (1, 1, 6), (3, 2, 6)):
        case("_contrib_box_nms", wide, overlap_thresh=0.3, values={0: rows(wide, str(wide))})
    case("_contrib_box_nms", (1, 9, 5), coord_start=1, score_index=0, values={0: rows((1, 9, 6), "five")[..., 1:]})
    # Equal scores keep their order; equal boxes; a class of -1 is the background unless told otherwise.
    level = rows((1, 10, 6), "level")
    level[..., 1] = 0.5
    case("_contrib_box_nms", level.shape, overlap_thresh=0.2, values={0: level}, note="level")
    case("_contrib_box_nms", level.shape, overlap_thresh=0.2, topk=4, id_index=0, values={0: level}, note="level")
    same = rows((1, 6, 6), "same")
    same[..., 2:] = same[:, :1, 2:]
    case("_contrib_box_nms", same.shape, values={0: same}, note="one box")
    case("_contrib_box_nms", same.shape, id_index=0, values={0: same}, note="one box")
    case("_contrib_box_nms", same.shape, overlap_thresh=1.0, values={0: same}, note="one box")
    without = rows((1, 8, 6), "class")
    without[:, ::2, 0] = -1
    for background in (None, -1, -2, 1):
        case(
            "_contrib_box_nms", without.shape, id_index=0, background_id=background, values={0: without}, note="minus"
        )
    fraction = rows((1, 8, 6), "fraction")
    fraction[..., 0] += random_values("fraction", (1, 8), low=0, high=0.9)
    case("_contrib_box_nms", fraction.shape, id_index=0, overlap_thresh=0.1, values={0: fraction}, note="classes cut")
    # Boxes without area, turned inside out, left of the picture.
    odd = rows((1, 9, 6), "odd")
    odd[:, 0, 4:] = odd[:, 0, 2:4]
    odd[:, 3, 4:] = odd[:, 3, 2:4] - 0.1
    odd[:, 4, 2:] -= 0.5
    odd[..., 1] = np.abs(odd[..., 1]) + 0.1
    for attributes in (dict(), dict(out_format="center"), dict(in_format="center", out_format="corner")):
        case("_contrib_box_nms", odd.shape, attributes, values={0: odd}, note="odd boxes")
    # An overlap of exactly one half does not suppress at 0.5.
    half = np.array([[[0, 0.9, 0, 0, 1, 1], [0, 0.8, 0, 0, 1, 0.5], [0, 0.7, 0, 0.25, 1, 1]]], dtype="float32")
    case("_contrib_box_nms", half.shape, values={0: half}, note="half")
    case("_contrib_box_nms", (1, 5, 6), values={0: -np.ones((1, 5, 6))}, note="nothing")
    for kind in ("float16", "float64"):
        case("_contrib_box_nms", (1, 9, 6), id_index=0, dtype=kind, values={0: rows((1, 9, 6), kind)})


def boxes(shape, seed, center=False):
    return rows((*shape[:-1], 6), seed, center)[..., 2:]


def overlap():
    for shapes in (((3, 4), (5, 4)), ((1, 4), (1, 4)), ((2, 3, 4), (2, 4)), ((2, 4), (2, 1, 3, 4))):
        for form in (None, "corner", "center"):
            case(
                "_contrib_box_iou",
                list(shapes),
                format=form,
                values={i: boxes(shape, f"{shapes}{i}", form == "center") for i, shape in enumerate(shapes)},
            )
    flat = np.array([[0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [-1, -1, 1, 1]], dtype="float32")
    for form in ("corner", "center"):
        case("_contrib_box_iou", [(4, 4), (4, 4)], format=form, values={0: flat, 1: flat}, note="flat")
    # Eighths: half precision rounds the quotient only.
    for kind in ("float16", "float64"):
        case(
            "_contrib_box_iou",
            [(3, 4), (2, 4)],
            dtype=kind,
            values={i: np.round(8 * boxes(shape, f"{kind}{i}")) / 8 for i, shape in enumerate(((3, 4), (2, 4)))},
        )


def coding():
    for form in (None, "corner", "center"):
        for attributes in (
            dict(),
            dict(std0=0.1, std1=0.1, std2=0.2, std3=0.2),
            dict(std0=0.5, std3=2.0),
            dict(clip=0.2),
            dict(clip=-1.0),
            dict(clip=0.0),
            dict(clip=5.0, std2=3.0),
        ):
            for batch in (1, 2):
                case(
                    "_contrib_box_decode",
                    [(batch, 5, 4), (1, 5, 4)],
                    {**attributes, "format": form},
                    values={1: boxes((1, 5, 4), f"{attributes}", form != "corner")},
                )
    case("_contrib_box_decode", [(1, 5, 4), (1, 5, 4)], weights=(1,), note="weight")
    for kind in ("float16", "float64"):
        case("_contrib_box_decode", [(1, 3, 4), (1, 3, 4)], dtype=kind, values={1: boxes((1, 3, 4), kind, True)})
    for batch, count, refs in ((1, 4, 2), (2, 6, 3), (2, 1, 1)):
        seed = f"{batch}{count}{refs}"
        shapes = [(batch, count), (batch, count), (batch, count, 4), (batch, refs, 4), (4,), (4,)]
        samples = np.floor(random_values(seed + "s", (batch, count), low=-1, high=2))
        matches = np.floor(random_values(seed + "m", (batch, count), low=0, high=refs))
        values = {
            0: samples,
            1: matches,
            2: boxes((batch, count, 4), seed),
            3: boxes((batch, refs, 4), seed + "r"),
            5: [0.1, 0.1, 0.2, 0.2],
        }
        for output in (None, 0, 1):
            note = "" if output is None else f"output {output}"
            case("_contrib_box_encode", shapes, values=values, output=output, note=note)
        if batch == 2:
            case("_contrib_box_encode", shapes, values=values, weights=(4, 5), note="weights")
            for kind in ("float16", "float64"):
                case("_contrib_box_encode", shapes, values=values, dtype=kind)


def matching():
    for shape in ((3, 4), (2, 4, 3), (1, 5, 5), (2, 1, 2, 3), (1, 1), (2, 6, 1)):
        for attributes in (
            dict(threshold=1e-12),
            dict(threshold=0.5),
            dict(threshold=2.0),
            dict(threshold=-5.0),
            dict(threshold=-5.0, topk=1),
            dict(threshold=-5.0, topk=2),
            dict(threshold=0.5, is_ascend=True),
            dict(threshold=5.0, is_ascend=True, topk=2),
            dict(threshold=0.2, is_ascend=False, topk=-1),
        ):
            case("_contrib_bipartite_matching", shape, attributes)
    ties = np.array([[[0.5, 0.5, 0.2], [0.5, 0.5, 0.5], [0.2, 0.5, 0.5]]])
    for attributes in (dict(threshold=0.1), dict(threshold=0.5), dict(threshold=0.9, is_ascend=True)):
        case("_contrib_bipartite_matching", (1, 3, 3), attributes, values={0: ties}, note="ties")
    for output in (0, 1):
        case("_contrib_bipartite_matching", (2, 3, 4), threshold=0.1, output=output, note=f"output {output}")
    for kind in ("float16", "float64"):
        case("_contrib_bipartite_matching", (2, 3, 4), threshold=0.1, dtype=kind)


def proposals():
    small = dict(scales=(2, 4), ratios=(0.5, 1), feature_stride=8, rpn_min_size=4)
    for operator, batch in (("_contrib_Proposal", 1), ("_contrib_MultiProposal", 1), ("_contrib_MultiProposal", 2)):
        for attributes in (
            dict(rpn_post_nms_top_n=8),
            dict(rpn_post_nms_top_n=8, output_score=True),
            dict(rpn_post_nms_top_n=8, output_score=False),
            dict(rpn_post_nms_top_n=8, threshold=0.3),
            dict(rpn_post_nms_top_n=8, threshold=0.99),
            dict(rpn_post_nms_top_n=3, rpn_pre_nms_top_n=6, output_score=True),
            dict(rpn_post_nms_top_n=20, rpn_pre_nms_top_n=6),
            dict(rpn_post_nms_top_n=8, rpn_pre_nms_top_n=-1),
            dict(rpn_post_nms_top_n=60, threshold=0.5, output_score=True),
            dict(rpn_post_nms_top_n=8, rpn_min_size=20, output_score=True),
            dict(rpn_post_nms_top_n=8, rpn_min_size=0),
            dict(rpn_post_nms_top_n=8, iou_loss=True, output_score=True),
            dict(rpn_post_nms_top_n=8, iou_loss=True, threshold=0.2),
            dict(rpn_post_nms_top_n=8, iou_loss=False),
            dict(rpn_post_nms_top_n=6, scales=(1,), ratios=(1,), output_score=True),
            dict(rpn_post_nms_top_n=6, scales=(1.5, 3), ratios=(0.7, 1, 2.5), feature_stride=5),
            dict(rpn_post_nms_top_n=6, scales=(8,), ratios=(0.5, 1, 2), feature_stride=16),
        ):
            merged = {**small, **attributes}
            height, width = 3, 4
            anchors = len(merged["scales"]) * len(merged["ratios"])
            stride = merged["feature_stride"]
            seed = f"{operator}{batch}{attributes}"
            scores = random_values(seed, (batch, 2 * anchors, height, width), low=0, high=1)
            info = [[height * stride, width * stride, 1.0], [height * stride - 1, width * stride - 3, 1.5]][:batch]
            case(
                operator,
                [(batch, 2 * anchors, height, width), (batch, 4 * anchors, height, width), (batch, 3)],
                merged,
                values={
                    0: scores,
                    1: random_values(seed + "d", (batch, 4 * anchors, height, width), low=-0.6, high=0.6),
                    2: info,
                },
            )
    for operator in ("_contrib_Proposal", "_contrib_MultiProposal"):
        # Defaults: 12 anchors; few scores above the rest, many equal.
        shapes = [(1, 24, 2, 3), (1, 48, 2, 3), (1, 3)]
        scores = np.round(random_values(operator, shapes[0], low=0, high=1), 1)
        for output_score in (None, True):
            case(
                operator,
                shapes,
                output_score=output_score,
                rpn_post_nms_top_n=20,
                values={0: scores, 1: random_values("d", shapes[1], low=-0.3, high=0.3), 2: [[33, 47, 1.0]]},
                note="ties",
            )
        case(operator, shapes, values={0: scores, 1: np.zeros(shapes[1]), 2: [[20, 20, 2.0]]}, note="defaults")
        # A picture smaller than the feature map; a picture without a position.
        for info in ([[20, 9, 1.0]], [[3, 3, 1.0]]):
            case(
                operator,
                [(1, 8, 4, 4), (1, 16, 4, 4), (1, 3)],
                {**small, "rpn_post_nms_top_n": 10, "output_score": True},
                values={0: random_values("p", (1, 8, 4, 4), low=0, high=1), 2: info},
                note=f"picture {info[0][0]}x{info[0][1]}",
            )


GRIDS = [nms, overlap, coding, matching, proposals]
