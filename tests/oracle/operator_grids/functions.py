"""Seldom functions: gamma and its relatives, contrib arithmetic, casts of several tensors, running sums."""

from .recorder import case, np

NAN, INF = float("nan"), float("inf")


def special():
    common = [0, -1, -2, -0.5, -2.5, 0.5, 1, 2, 5, 33, 36, 1e-8, -1e-8, INF, NAN, -40.5, 3.5]
    inside = [0, 0.5, -0.5, 0.9, 0.99, 0.999, 0.99999, -0.99999]
    case("gamma", (20,), values={0: common + [10.25, 170, -3.99]}, note="wide")
    case("gammaln", (20,), values={0: common + [1e10, 1e30, -3.99]}, note="wide")
    case("erfinv", (18,), values={0: inside + [1, -1, 1.5, -2, NAN, 1e-8, -1e-20, 0.1, INF, 0.75]}, note="wide")
    for operator, low, high in (("gamma", 1, 6), ("gammaln", 1, 9), ("erfinv", 0, 1)):
        for kind in ("float16", "float64", "int32"):
            case(operator, (2, 4), dtype=kind, low=low, high=high)
        case(operator, (3,), weights=(0,), low=0.1, high=0.9, note="weight")
    case("_contrib_round_ste", (12,), values={0: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.4, 0.6, -1.7, 0, 3, -3]})
    case("_contrib_sign_ste", (6,), values={0: [-2, -0.0, 0, 3, 0.1, -INF]})
    for operator in ("_contrib_round_ste", "_contrib_sign_ste"):
        case(operator, (2, 3, 2), low=-3, high=3)


def contrib():
    for shape in ((4,), (2, 3), (2, 3, 5), (1, 2, 3, 16)):
        case("_contrib_div_sqrt_dim", shape)
    case("_contrib_div_sqrt_dim", (2, 4), dtype="float16")
    for more in (dict(), dict(a=1.5), dict(b=-2.0), dict(c=3.0), dict(a=1.0, b=2.0, c=3.0), dict(a=-0.25, c=0.5)):
        case("_contrib_quadratic", (2, 3), more, low=-3, high=3)
    case("_contrib_quadratic", (2, 3), a=0.5, b=2.0, c=3.0, dtype="int32", low=-5, high=5)
    case("_contrib_quadratic", (2, 3), a=0.5, b=2.0, c=3.0, dtype="float16")
    base = [1.0, -2.0, 0.0, 4.0]
    for name, other in (
        ("equal", base), ("close", [1.0, -2.0, 0.0, 4.00001]), ("apart", [1.0, -2.0, 0.0, 4.1]),
        ("not a number", [1.0, NAN, 0.0, 4.0]), ("infinite", [1.0, -2.0, 0.0, INF]),
    ):
        for more in (dict(), dict(rtol=0.1), dict(atol=0.2), dict(rtol=0.0, atol=0.0)):
            case("_contrib_allclose", [(2, 2), (2, 2)], more, values={0: base, 1: other}, note=name)
    for equal_nan in (None, True, False):
        for name, left, right in (
            ("nan", [NAN, 1], [NAN, 1]),
            ("inf", [INF, -INF], [INF, -INF]),
            ("signs", [INF, 1], [-INF, 1]),
        ):
            case("_contrib_allclose", [(2,), (2,)], equal_nan=equal_nan, values={0: left, 1: right}, note=name)
    for shapes in ([(2, 3)], [(2, 3), (4, 3)], [(1, 2), (2, 2), (3, 2)], [(3, 1), (2, 1)]):
        case("khatri_rao", shapes)
    case("_contrib_gradientmultiplier", (2, 3))
    case("_contrib_gradientmultiplier", (2, 3), scalar=3.0)
    case("_identity_with_attr_like_rhs", [(2, 3), (2, 3)])
    for shape in ((7,), (2, 3), (2, 3, 2, 2)):
        case("_grad_add", [shape, shape])
    case("_grad_add", [(2, 3), (2, 3)], weights=(1,), note="weight")
    case("_grad_add", [(2, 3), (2, 3)], dtype="int32", low=-6, high=6)
    for narrow in (None, True, False):
        for kinds in (["float32"] * 2, ["float16"] * 2, ["float32", "float16"], ["float16", "float32", "float32"]):
            case("amp_multicast", [(2, 2)] * len(kinds), num_outputs=len(kinds), cast_narrow=narrow, dtypes=kinds)


def running_sums():
    for axis in (None, 0, 1, 2):
        case("_np_cumsum", (2, 3, 4), axis=axis)
        for kind in ("float32", "int32", "float64", "int64"):
            case("_np_cumsum", (2, 3, 4), {"dtype": kind}, axis=axis, low=-4, high=4)
    case("_np_cumsum", (5,))
    case("_np_cumsum", (5,), axis=0)
    case("_np_cumsum", (1, 33), axis=1)
    for kind in ("int32", "int64", "uint8", "int8", "float64"):
        for axis in (None, 0, 1):
            case("_np_cumsum", (2, 3), axis=axis, dtype=kind, low=0, high=100)
    case("_np_cumsum", (2, 3), {"dtype": "int32"}, axis=1, dtype="int8", low=0, high=100)


def not_numbers():
    for operator in ("nansum", "nanprod"):
        values = {0: [1, NAN, 2, 3, 4, NAN, NAN, NAN, -1, 0.5, NAN, 2]}
        for more in (
            dict(), dict(axis=0), dict(axis=1), dict(axis=-1), dict(axis=(0, 1)), dict(axis=(1, 2)), dict(axis=()),
            dict(keepdims=True), dict(axis=1, keepdims=True), dict(axis=(0, 2), keepdims=True),
            dict(axis=1, exclude=True), dict(axis=(0, 1), exclude=True, keepdims=True),
        ):
            case(operator, (2, 3, 2), more, values=values)
        case(operator, (4,), values={0: [NAN, NAN, NAN, NAN]}, note="nothing left")
        # Last: MXNet's compensated sum turns infinity into NaN when a number follows.
        case(operator, (4,), values={0: [1, NAN, 2, INF]}, note="infinite")
        case(operator, (2, 3), axis=1, dtype="int32", low=1, high=5)
        case(operator, (2, 3), axis=1, dtype="float64", low=1, high=5)
        case(operator, (2, 3), axis=1, dtype="float16", low=1, high=2)
    for more in (
        dict(axes=(0,)), dict(axes=(1, 2)), dict(axes=(1,), keepdims=True), dict(axes=(0, 1, 2)), dict(axes=(-1,)),
        dict(axes=(0, 1, 2), keepdims=True), dict(axes=(-2, 0)), dict(axes=(2, 1), keepdims=False),
    ):
        for low, high in ((-1, 1), (5, 6)):
            case("moments", (2, 3, 4), more, low=low, high=high, note="" if low < 0 else "far from zero")
    case("moments", (6,), axes=(0,))
    case("moments", (1, 3, 2, 2), axes=(0, 2, 3))
    case("moments", (2, 3), axes=(1,), dtype="float64")
    case("moments", (2, 4), axes=(1,), dtype="float16")


GRIDS = [special, contrib, running_sums, not_numbers]
