"""Pooling over one to three spatial axes, adaptive pooling.

pooling_convention "same" is not here: MXNet 1.9.1 refuses it for every input."""

from .recorder import case

SIZE = {1: (9,), 2: (7, 6), 3: (5, 4, 4)}


def pooling():
    for nd in (1, 2, 3):
        one, two, three = (1,) * nd, (2,) * nd, (3,) * nd
        shape = (1, 2) + SIZE[nd]
        for kind in (None, "max", "avg", "sum", "lp"):
            lp = {"p_value": 2} if kind == "lp" else {}
            grid = [dict(kernel=two), dict(kernel=three, stride=two, pad=one)]
            if kind is not None:
                grid += [
                    dict(kernel=three, stride=two),
                    dict(kernel=(2, 3, 1)[:nd], stride=(1, 2, 3)[:nd], pad=(1, 1, 0)[:nd]),
                    dict(kernel=two, stride=three),
                    dict(kernel=SIZE[nd]),
                    dict(kernel=three, stride=two, pooling_convention="valid"),
                    dict(kernel=two, stride=two, pooling_convention="full"),
                    dict(kernel=three, stride=two, pad=one, pooling_convention="full"),
                    dict(kernel=two, stride=three, pooling_convention="full"),
                    dict(kernel=(2, 3, 1)[:nd], stride=(2, 2, 3)[:nd], pad=(1, 1, 0)[:nd], pooling_convention="full"),
                    dict(global_pool=True),
                    dict(global_pool=True, kernel=two),
                    dict(global_pool=True, kernel=three, stride=two, pad=one),
                    dict(global_pool=True, kernel=two, pooling_convention="full"),
                    dict(global_pool=False, kernel=two, layout={1: "NCW", 2: "NCHW", 3: "NCDHW"}[nd]),
                ]
            if kind == "avg":
                grid += [
                    dict(kernel=three, stride=two, pad=one, pooling_convention=convention, count_include_pad=include)
                    for convention in (None, "full")
                    for include in (True, False)
                ]
                grid += [
                    dict(kernel=two, stride=two, pooling_convention="full", count_include_pad=False),
                    # In 3-D the last window would lie outside data and padding: MXNet divides 0 by 0 there.
                    dict(
                        kernel=two,
                        stride=three if nd < 3 else (3, 2, 2),
                        pad=one,
                        pooling_convention="full",
                        count_include_pad=True,
                    ),
                    dict(kernel=two, pad=one, count_include_pad=False),
                    dict(global_pool=True, kernel=three, pad=one, count_include_pad=True),
                ]
            if kind == "lp":
                grid += [dict(kernel=two, p_value=p) for p in (1, 3)] + [
                    dict(kernel=three, stride=two, pad=one, p_value=p) for p in (1, 3)
                ]
                grid += [dict(global_pool=True, p_value=1), dict(global_pool=True, p_value=3)]
            for attributes in grid:
                case("Pooling", shape, {"pool_type": kind, **lp, **attributes})
        for kind in ("max", "avg"):
            case("Pooling", (2, 3) + SIZE[nd], pool_type=kind, kernel=three, stride=two, pad=one)
    for kind in ("max", "avg", "sum"):
        case("Pooling", (1, 2, 112, 2), pool_type=kind, kernel=(3, 2), stride=(2, 1), note="long")
        case("Pooling", (1, 5, 4, 2), pool_type=kind, kernel=(3, 2), layout="NHWC")


def adaptive():
    for size in (None, (1,), (2,), (3, 2), (7, 6), (9, 8), (1, 4)):
        for batch in (1, 2):
            case("_contrib_AdaptiveAvgPooling2D", (batch, 2, 7, 6), output_size=size)
    case("_contrib_AdaptiveAvgPooling2D", (1, 2, 6, 4), output_size=(3, 2))


GRIDS = [pooling, adaptive]
