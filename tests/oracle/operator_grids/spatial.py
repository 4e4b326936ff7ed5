"""Resizing and regions."""

from .recorder import add, case, describe, mx, node, np, random_values


def resizing():
    for scale in (1, 2, 3):
        case("UpSampling", (1, 2, 3, 2), scale=scale, sample_type="nearest")
    for mode in (None, "concat", "sum"):
        case(
            "UpSampling",
            [(1, 2, 4, 4), (1, 2, 2, 2)],
            scale=2,
            sample_type="nearest",
            multi_input_mode=mode,
            num_args=2,
        )
        case("UpSampling", [(2, 2, 4, 2)] * 3, scale=2, sample_type="nearest", multi_input_mode=mode, num_args=3)
    case("UpSampling", [(1, 3, 4, 4), (1, 2, 2, 2)], scale=2, sample_type="nearest", num_args=2)
    for scale in (1, 2, 3, 4):
        for batch in (1, 2):
            case(
                "UpSampling",
                (batch, 2, 3, 2),
                scale=scale,
                sample_type="bilinear",
                num_filter=2,
                num_args=2,
                note="" if batch == 1 else "two",
            )
    for attributes in (
        dict(height=6, width=9),
        dict(height=2, width=3),
        dict(height=5, width=4),
        dict(height=1, width=1),
        dict(height=10, width=2),
        dict(scale_height=2.0, scale_width=2.0),
        dict(scale_height=0.5, scale_width=1.5),
        dict(scale_height=2.0, scale_width=3.0, mode="odd_scale"),
        dict(scale_height=0.5, scale_width=0.5, mode="odd_scale"),
        dict(mode="to_even_down"),
        dict(mode="to_even_up"),
        dict(mode="to_odd_down"),
        dict(mode="to_odd_up"),
        dict(height=6, width=8, mode="size"),
    ):
        for align in (
            (None, False)
            if "height" in attributes or "scale_height" in attributes and "mode" not in attributes
            else (None,)
        ):
            case("_contrib_BilinearResize2D", (1, 2, 5, 4), {**attributes, "align_corners": align})
    case("_contrib_BilinearResize2D", (2, 1, 4, 6), height=7, width=5)
    case("_contrib_BilinearResize2D", (2, 1, 1, 1), height=3, width=5)
    for align in (None, False):
        case("_contrib_BilinearResize2D", [(1, 2, 3, 4), (1, 1, 6, 5)], mode="like", align_corners=align)


def regions():
    rois = np.array([[0, 0, 0, 5, 5], [1, 2, 1, 6, 7], [0, 3, 3, 3, 3], [1, 0, 4, 7, 6]], dtype="float32")
    for size in ((1, 1), (2, 2), (3, 2), (7, 7)):
        for scale in (1.0, 0.5):
            shape = (2, 2, 8, 8) if size != (7, 7) else (2, 1, 8, 8)
            case("ROIPooling", [shape, rois.shape], pooled_size=size, spatial_scale=scale, values={1: rois})
    case(
        "ROIPooling",
        [(1, 2, 6, 5), (2, 5)],
        pooled_size=(2, 3),
        spatial_scale=0.0625,
        values={1: [[0, 10, 20, 60, 70], [0, -20, -9, 200, 99]]},
        note="outside",
    )
    for attributes in (dict(), dict(sample_ratio=2)):
        case(
            "_contrib_ROIAlign",
            [(2, 2, 6, 6), rois.shape],
            pooled_size=(2, 2),
            spatial_scale=0.5,
            values={1: rois},
            **attributes
        )
    case(
        "_contrib_ROIAlign",
        [(2, 2, 6, 6), (2, 5)],
        pooled_size=(2, 2),
        spatial_scale=0.5,
        aligned=True,
        values={1: rois[:2]},
    )


GRIDS = [resizing, regions]
