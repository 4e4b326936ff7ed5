"""Reductions."""

from .recorder import case


def reductions():
    for operator in ("sum", "mean", "max", "min", "prod"):
        for attributes in (
            dict(),
            dict(axis=()),
            dict(axis=0),
            dict(axis=1),
            dict(axis=2),
            dict(axis=-1),
            dict(axis=-3),
            dict(axis=(0,)),
            dict(axis=(0, 2)),
            dict(axis=(1, 2)),
            dict(axis=(-1, 0)),
            dict(axis=(0, 1, 2)),
            dict(keepdims=True),
            dict(axis=1, keepdims=True),
            dict(axis=(0, 2), keepdims=True),
            dict(axis=1, keepdims=False, exclude=False),
            dict(axis=1, exclude=True),
            dict(axis=(0, 1), exclude=True),
            dict(axis=(0, 1), exclude=True, keepdims=True),
            dict(axis=-1, exclude=True),
        ):
            case(operator, (2, 3, 4), attributes)
        case(operator, (6,))
        case(operator, (2, 3, 2, 3), axis=(2, 3), keepdims=True)
    case("sum", (2, 3), axis=1, dtype="int32", low=-5, high=6)
    case("max", (2, 3), axis=1, dtype="int32", low=-5, high=6)
    for attributes in (
        dict(),
        dict(axis=0),
        dict(axis=1),
        dict(axis=-1),
        dict(axis=(1, 2)),
        dict(axis=(0, 1)),
        dict(keepdims=True),
        dict(axis=1, keepdims=True),
    ):
        for order in (None, 1, 2):
            case("norm", (2, 3, 4), {"ord": order, **attributes})


GRIDS = [reductions]
