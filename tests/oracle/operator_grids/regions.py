"""Pooling over regions of a feature map."""

from .recorder import case, np, random_values

ROIS = np.array(
    [[0, 0, 0, 5, 5], [1, 2, 1, 6, 7], [0, 3, 3, 3, 3], [1, 0, 4, 7, 6], [0, 1.3, 2.6, 9.5, 4.5]], dtype="float32"
)
ODD = np.array([[0, 6, 6, 2, 1], [0, -20, -9, 40, 30], [0, 50, 50, 60, 60], [0, -3.5, 2.5, 1.49, 3.51]], dtype="float32")


def max_pooling():
    for size in ((1, 3), (4, 2), (5, 5)):
        for scale in (0.25, 0.7, 1.0):
            case("ROIPooling", [(2, 2, 7, 6), ROIS.shape], pooled_size=size, spatial_scale=scale, values={1: ROIS})
    case("ROIPooling", [(1, 2, 8, 8), ODD.shape], pooled_size=(2, 3), spatial_scale=1.0, values={1: ODD}, note="odd")
    case("ROIPooling", [(1, 2, 8, 8), ODD.shape], pooled_size=(3, 2), spatial_scale=0.0, values={1: ODD}, note="odd")
    invalid = np.array([[-1, 0, 0, 4, 4], [2, 0, 0, 4, 4], [1, 0, 0, 4, 4]], dtype="float32")
    case(
        "ROIPooling", [(2, 1, 5, 5), (3, 5)], pooled_size=(2, 2), spatial_scale=1.0, values={1: invalid}, note="pictures"
    )
    case("ROIPooling", [(1, 1, 1, 1), (1, 5)], pooled_size=(2, 2), spatial_scale=1.0, values={1: [[0, 0, 0, 0, 0]]})
    for kind in ("float16", "float64"):
        case("ROIPooling", [(2, 1, 6, 6), ROIS.shape], pooled_size=(2, 2), spatial_scale=0.5, dtype=kind, values={1: ROIS})


def align():
    for size in ((1, 1), (2, 3), (7, 7)):
        for attributes in (
            dict(spatial_scale=1.0),
            dict(spatial_scale=0.5, sample_ratio=-1),
            dict(spatial_scale=0.25, sample_ratio=0),
            dict(spatial_scale=1.0, sample_ratio=2),
            dict(spatial_scale=0.7, sample_ratio=1),
            dict(spatial_scale=0.7, sample_ratio=3),
            dict(spatial_scale=1.0, aligned=False),
        ):
            shape = (2, 2, 6, 7) if size != (7, 7) else (2, 1, 6, 7)
            case("_contrib_ROIAlign", [shape, ROIS.shape], {"pooled_size": size, **attributes}, values={1: ROIS})
    wide = np.array([[0, 0, 0, 5, 5], [1, 2, 1, 6, 7], [1, 0.5, 4, 7, 6.25], [0, -4, -3, 20, 30]], dtype="float32")
    for attributes in (dict(), dict(sample_ratio=2), dict(sample_ratio=-1, spatial_scale=0.5)):
        case(
            "_contrib_ROIAlign",
            [(2, 2, 6, 6), wide.shape],
            {"pooled_size": (2, 3), "spatial_scale": 1.0, "aligned": True, **attributes},
            values={1: wide},
        )
    for ratio in (-1, 2):
        case(
            "_contrib_ROIAlign",
            [(1, 2, 8, 8), ODD.shape],
            pooled_size=(2, 2),
            spatial_scale=1.0,
            sample_ratio=ratio,
            values={1: ODD},
            note="odd",
        )
    for size, channels in (((2, 2), 8), ((3, 1), 6), ((1, 2), 2)):
        for attributes in (dict(), dict(sample_ratio=2), dict(spatial_scale=0.5), dict(aligned=True, sample_ratio=1)):
            case(
                "_contrib_ROIAlign",
                [(2, channels, 6, 6), (3, 5)],
                {"pooled_size": size, "spatial_scale": 1.0, "position_sensitive": True, **attributes},
                values={1: wide[:3]},
            )
    for kind in ("float16", "float64"):
        case(
            "_contrib_ROIAlign", [(2, 1, 6, 6), ROIS.shape], pooled_size=(2, 2), spatial_scale=0.5, dtype=kind, values={1: ROIS}
        )


def rotated():
    rois = np.array(
        [[0, 3, 3, 4, 2, 0], [1, 4, 2, 3, 5, 30], [0, 2, 4, 6, 2, 90], [1, 5, 5, 2, 2, -45], [0, 1, 1, 9, 4, 200]],
        dtype="float32",
    )
    for size in ((1, 1), (2, 3), (4, 4)):
        for attributes in (
            dict(spatial_scale=1.0),
            dict(spatial_scale=0.5),
            dict(spatial_scale=1.0, sampling_ratio=2),
            dict(spatial_scale=0.8, sampling_ratio=1),
            dict(spatial_scale=1.0, sampling_ratio=-1),
            dict(spatial_scale=0.3, sampling_ratio=0),
        ):
            case("_contrib_RROIAlign", [(2, 2, 7, 6), rois.shape], {"pooled_size": size, **attributes}, values={1: rois})
    far = np.array([[0, 30, 30, 4, 4, 10], [0, 3, 3, -2, 0, 10]], dtype="float32")
    case("_contrib_RROIAlign", [(1, 2, 6, 6), far.shape], pooled_size=(2, 2), spatial_scale=1.0, values={1: far}, note="far")
    # In half precision MXNet rounds every sample's place.
    case(
        "_contrib_RROIAlign",
        [(2, 1, 6, 6), rois.shape],
        pooled_size=(2, 2),
        spatial_scale=1.0,
        dtype="float64",
        values={1: rois},
    )


def position_sensitive():
    for attributes in (
        dict(output_dim=2, pooled_size=2),
        dict(output_dim=1, pooled_size=3),
        dict(output_dim=3, pooled_size=1),
        dict(output_dim=2, pooled_size=2, group_size=2),
        dict(output_dim=2, pooled_size=2, group_size=0),
        dict(output_dim=2, pooled_size=4, group_size=2),
        dict(output_dim=2, pooled_size=3, group_size=2),
        dict(output_dim=1, pooled_size=2, group_size=3),
        dict(output_dim=2, pooled_size=3, group_size=1),
    ):
        group = attributes.get("group_size") or attributes["pooled_size"]
        channels = attributes["output_dim"] * group * group
        for scale in (1.0, 0.5, 0.0625):
            case(
                "_contrib_PSROIPooling",
                [(2, channels, 6, 7), ROIS.shape],
                {**attributes, "spatial_scale": scale},
                values={1: ROIS},
            )
    case("_contrib_PSROIPooling", [(1, 8, 8, 8), ODD.shape], output_dim=2, pooled_size=2, spatial_scale=1.0, values={1: ODD}, note="odd")
    for kind in ("float16", "float64"):
        case("_contrib_PSROIPooling", [(2, 4, 6, 6), ROIS.shape], output_dim=1, pooled_size=2, spatial_scale=0.5, dtype=kind, values={1: ROIS})


def deformable():
    count = len(ROIS)
    for attributes, classes in (
        (dict(output_dim=2, group_size=2, pooled_size=2), 1),
        (dict(output_dim=2, group_size=1, pooled_size=3, sample_per_part=2), 1),
        (dict(output_dim=2, group_size=2, pooled_size=2, sample_per_part=4, trans_std=0.1), 1),
        (dict(output_dim=4, group_size=1, pooled_size=3, sample_per_part=2, trans_std=0.3), 2),
        (dict(output_dim=2, group_size=3, pooled_size=3, part_size=3, sample_per_part=3, trans_std=1.0), 2),
        (dict(output_dim=2, group_size=2, pooled_size=4, part_size=2, sample_per_part=1, trans_std=0.5), 1),
        (dict(output_dim=2, group_size=1, pooled_size=3, part_size=7, trans_std=0.2), 1),
        (dict(output_dim=2, group_size=1, pooled_size=2, no_trans=False, trans_std=0.2), 1),
        (dict(output_dim=2, group_size=2, pooled_size=3, no_trans=True, sample_per_part=2), 0),
        (dict(output_dim=1, group_size=1, pooled_size=2, no_trans=True, trans_std=0.5), 0),
    ):
        part = attributes.get("part_size") or attributes["pooled_size"]
        channels = attributes["output_dim"] * attributes["group_size"] ** 2
        for scale in (1.0, 0.5, 0.0625):
            shapes = [(2, channels, 6, 7), ROIS.shape] + ([(count, 2 * classes, part, part)] if classes else [])
            case("_contrib_DeformablePSROIPooling", shapes, {**attributes, "spatial_scale": scale}, values={1: ROIS})
    case(
        "_contrib_DeformablePSROIPooling",
        [(1, 2, 8, 8), ODD.shape],
        output_dim=2,
        group_size=1,
        pooled_size=2,
        sample_per_part=2,
        no_trans=True,
        spatial_scale=1.0,
        values={1: ODD},
        note="odd",
    )
    # In half precision MXNet rounds every sample's place.
    case(
        "_contrib_DeformablePSROIPooling",
        [(2, 2, 6, 6), ROIS.shape, (count, 2, 2, 2)],
        output_dim=2,
        group_size=1,
        pooled_size=2,
        sample_per_part=2,
        trans_std=0.1,
        spatial_scale=0.5,
        dtype="float64",
        values={1: ROIS},
    )


GRIDS = [max_pooling, align, rotated, position_sensitive, deformable]
