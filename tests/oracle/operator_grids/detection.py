"""Anchors and detections of SSD."""

from .recorder import case, np, random_values


def prior():
    for attributes in (
        dict(),
        dict(sizes=(0.5,)),
        dict(sizes=(0.2, 0.272)),
        dict(sizes=(0.3,), ratios=(1, 2, 0.5)),
        dict(sizes=(0.3, 0.4), ratios=(1, 2, 0.5, 3)),
        dict(sizes=(0.3, 0.4, 0.5)),
        dict(ratios=(2,)),
        dict(sizes=(0.9,), ratios=(1, 3), clip=True),
        dict(sizes=(0.9,), ratios=(1, 3), clip=False),
        dict(sizes=(0.2,), steps=(0.1, 0.2)),
        dict(sizes=(0.2,), steps=(-1, -1)),
        dict(sizes=(0.2,), offsets=(0.3, 0.7)),
        dict(sizes=(0.2, 0.3), ratios=(1, 2), steps=(0.5, 0.25), offsets=(0.0, 1.0), clip=True),
    ):
        for shape in ((1, 2, 3, 3), (1, 2, 2, 5), (2, 1, 4, 1)):
            case("_contrib_MultiBoxPrior", shape, attributes)


def anchors(count, seed):
    """Boxes around a few places, so that many overlap."""
    centre = np.array([[0.3, 0.3], [0.7, 0.6], [0.4, 0.8]])[np.arange(count) % 3] + random_values(
        seed + "c", (count, 2), low=-0.08, high=0.08
    )
    size = random_values(seed + "s", (count, 2), low=0.1, high=0.25)
    return np.concatenate([centre - size, centre + size], axis=1).astype("float32")[None]


def probabilities(shape, seed):
    values = np.exp(random_values(seed, shape, low=-2, high=2).astype("float64"))
    return (values / values.sum(axis=1, keepdims=True)).astype("float32")


def detection():
    count = 9
    for batch, classes in ((1, 3), (2, 3), (1, 2)):
        for attributes in (
            dict(),
            dict(clip=False),
            dict(clip=True),
            dict(threshold=0.2),
            dict(threshold=0.5),
            dict(threshold=0.0),
            dict(nms_threshold=0.1),
            dict(nms_threshold=0.9),
            dict(nms_threshold=0.3, force_suppress=True),
            dict(force_suppress=False, nms_threshold=0.3),
            dict(variances=(0.2, 0.2, 0.1, 0.1)),
            dict(variances=(1, 1, 1, 1), clip=False),
            dict(nms_topk=3),
            dict(nms_topk=1),
            dict(nms_topk=100),
            dict(nms_topk=4, force_suppress=True, nms_threshold=0.2),
            dict(nms_threshold=0.0),
            dict(nms_threshold=1.0),
            dict(background_id=0),
            dict(background_id=1),
            dict(background_id=-1),
            dict(threshold=0.99),
        ):
            seed = f"{batch}{classes}{attributes}"
            case(
                "_contrib_MultiBoxDetection",
                [(batch, classes, count), (batch, count * 4), (1, count, 4)],
                attributes,
                values={
                    0: probabilities((batch, classes, count), seed),
                    1: random_values(seed + "l", (batch, count * 4), low=-1.5, high=1.5),
                    2: anchors(count, seed),
                },
            )
    # Equal scores keep the order of the anchors; equal boxes suppress each other.
    level = np.tile(np.array([0.2, 0.5, 0.3])[None, :, None], (1, 1, count))
    for attributes in (dict(), dict(nms_threshold=0.3), dict(nms_topk=4), dict(force_suppress=True)):
        case(
            "_contrib_MultiBoxDetection",
            [(1, 3, count), (1, count * 4), (1, count, 4)],
            attributes,
            note="ties",
            values={0: level, 1: np.zeros((1, count * 4)), 2: anchors(count, "ties")},
        )
    case(
        "_contrib_MultiBoxDetection",
        [(1, 3, count), (1, count * 4), (1, count, 4)],
        note="one box",
        values={
            0: probabilities((1, 3, count), "one"),
            1: np.zeros((1, count * 4)),
            2: np.tile([0.2, 0.2, 0.6, 0.7], (1, count, 1)),
        },
    )
    anchor = anchors(count, "weight")
    case(
        "_contrib_MultiBoxDetection",
        [(1, 3, count), (1, count * 4), (1, count, 4)],
        weights=(2,),
        note="weight",
        values={0: probabilities((1, 3, count), "weight"), 1: random_values("weight", (1, count * 4)), 2: anchor},
    )


GRIDS = [prior, detection]
