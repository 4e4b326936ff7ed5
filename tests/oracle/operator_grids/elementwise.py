"""Element-wise operators of one, two and many tensors, with scalars and with broadcasting."""

from .recorder import add, case, mx, node, np

COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor")
# Half of the places equal, zeros among them.
LEFT = np.array([0, 1, 2, -1, 0, 0.5, 3, -2, -1.5, 0, 1, 7])
RIGHT = np.array([0, 1, 1, -1, 2, 0.5, -3, 0, 1.5, 0, 2, 7])
ROUNDING = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.4, 0.6, -1.7, 0.0, 3.0, -3.0])

UNARY = {  # operator: where it is defined
    "exp": (-4, 4),
    "log": (0.1, 5),
    "sqrt": (0, 5),
    "rsqrt": (0.1, 5),
    "square": (-3, 3),
    "abs": (-3, 3),
    "sign": (-3, 3),
    "ceil": (-3, 3),
    "floor": (-3, 3),
    "round": (-3, 3),
    "rint": (-3, 3),
    "trunc": (-3, 3),
    "fix": (-3, 3),
    "sin": (-7, 7),
    "cos": (-7, 7),
    "tan": (-1.4, 1.4),
    "arcsin": (-1, 1),
    "arccos": (-1, 1),
    "arctan": (-5, 5),
    "sinh": (-3, 3),
    "cosh": (-3, 3),
    "tanh": (-4, 4),
    "arcsinh": (-5, 5),
    "arccosh": (1, 6),
    "arctanh": (-0.95, 0.95),
    "relu": (-3, 3),
    "sigmoid": (-6, 6),
    "erf": (-3, 3),
    "log2": (0.1, 5),
    "log10": (0.1, 5),
    "log1p": (-0.9, 5),
    "expm1": (-3, 3),
    "cbrt": (-8, 8),
    "rcbrt": (0.2, 8),
    "reciprocal": (0.2, 5),
    "negative": (-3, 3),
    "softsign": (-3, 3),
    "logical_not": (-3, 3),
    "degrees": (-4, 4),
    "radians": (-200, 200),
    "_copy": (-3, 3),
    "erfinv": (-0.9, 0.9),
    "gamma": (0.5, 5),
    "gammaln": (0.5, 5),
    "ones_like": (-1, 1),
    "zeros_like": (-1, 1),
}


def unary():
    for operator, (low, high) in UNARY.items():
        for shape in ((7,), (2, 3, 2, 2)):
            case(operator, shape, low=low, high=high)
    for operator in ("round", "rint", "trunc", "fix", "ceil", "floor", "sign", "logical_not"):
        case(operator, (3, 4), values={0: ROUNDING}, note="ties")
    for operator in ("reciprocal", "rcbrt", "cbrt", "erf", "relu", "abs"):
        case(operator, (2, 4), values={0: [-5, -2, -1, -0.25, 0.25, 1, 2, 5]}, note="both signs")
    for operator in ("abs", "sign", "negative", "square", "relu", "_copy"):
        case(operator, (2, 4), dtype="int32", low=-5, high=6)
    for operator in ("exp", "sqrt", "sigmoid", "abs", "_copy"):
        case(operator, (2, 4), dtype="float16", low=0.1, high=3)
    for operator in ("ones_like", "zeros_like"):
        case(operator, (2, 3), {"dtype": "int64"}, note="a type it does not know")
    for attributes in (dict(), dict(alpha=0.1), dict(beta=0.3), dict(alpha=0.3, beta=0.6), dict(alpha=0.0, beta=0.0)):
        for shape in ((2, 5), (1, 3, 2, 2)):
            case("hard_sigmoid", shape, attributes, low=-5, high=5)
    for scalar in (None, 1.0, 2.0, 0.5, 3.0):
        case("smooth_l1", (2, 5), scalar=scalar, low=-3, high=3)
    for low, high in ((0, 6), (-1, 1), (-0.5, 0.25), (0.0, 1e30), (1, 1)):
        case("clip", (2, 3, 4), a_min=low, a_max=high, low=-8, high=8)
    case("clip", (3, 4), a_min=-2, a_max=3, dtype="int32", low=-8, high=8)
    for source in ("float32", "int32", "float16", "uint8", "int8", "int64", "float64"):
        for target in ("float32", "float16", "float64", "int32", "int64", "uint8", "int8", "bool"):
            case("Cast", (2, 4), {"dtype": target}, dtype=source, low=0, high=5, note=f"from {source}")
    case("Cast", (12,), {"dtype": "int32"}, values={0: ROUNDING}, note="ties")
    for target in ("float32", "float16"):
        case("amp_cast", (2, 3), {"dtype": target})
    for attributes in (
        dict(),
        dict(p=0.5),
        dict(p=0.0),
        dict(p=0.9, mode="training"),
        dict(p=0.3, axes=(1,)),
        dict(cudnn_off=True),
    ):
        case("Dropout", (2, 3, 4), attributes)


def binary():
    # elemwise_*, _maximum and relatives want equal shapes.
    for operator in (
        "elemwise_add",
        "elemwise_sub",
        "elemwise_mul",
        "elemwise_div",
        "_maximum",
        "_minimum",
        "_power",
        "_mod",
        "_hypot",
    ):
        low = 0.2 if operator == "_power" else -3
        for shape in ((7,), (2, 3), (2, 3, 2, 2)):
            case(operator, [shape, shape], low=low, high=3)
        case(operator, [(2, 3), (2, 3)], weights=(1,), low=low, high=3, note="weight")
    for operator in ("elemwise_add", "elemwise_sub", "elemwise_mul", "_maximum", "_minimum"):
        case(operator, [(2, 3), (2, 3)], dtype="int32", low=-6, high=6)
    case("elemwise_add", [(2, 3), (2, 3)], dtype="float16")
    case("_power", [(2, 3), (2, 3)], values={0: [-2, -1, 0, 1, 2, 3], 1: [2, 3, 0, -1, 1, -2]}, note="both signs")
    case(
        "_mod",
        [(2, 4), (2, 4)],
        values={0: [5, -5, 5, -5, 2.5, -2.5, 0, 3], 1: [3, 3, -3, -3, 1, 1, 2, 0]},
        note="both signs",
    )
    for operator in COMPARISONS + LOGICAL:
        case("_" + operator, [(3, 4), (3, 4)], values={0: LEFT, 1: RIGHT})
    for operator in ("add", "sub", "mul", "div", "maximum", "minimum", "power", "mod", "hypot") + COMPARISONS + LOGICAL:
        name, positive = "broadcast_" + operator, operator == "power"
        exact = operator in COMPARISONS + LOGICAL
        for shapes, weights in (
            ([(2, 3), (2, 3)], ()),
            ([(2, 3, 4), (2, 1, 4)], ()),
            ([(1, 3, 1), (2, 1, 4)], ()),
            ([(2, 3, 2, 2), (1, 3, 1, 1)], (1,)),
            ([(1, 3, 1, 1), (2, 3, 2, 2)], (0,)),
            ([(2, 3), (1, 1)], (1,)),
            ([(4,), (1,)], ()),
        ):
            values = (
                {i: np.resize(v, int(np.prod(s))) for i, (s, v) in enumerate(zip(shapes, (LEFT, RIGHT)))}
                if exact
                else None
            )
            case(
                name,
                shapes,
                weights=weights,
                values=values,
                low=0.2 if positive else -3,
                high=3,
                note="weight" if weights else "",
            )
    case(
        "broadcast_mod",
        [(2, 4), (2, 4)],
        values={0: [5, -5, 5, -5, 2.5, -2.5, 0, 3], 1: [3, 3, -3, -3, 1, 1, 2, 0]},
        note="both signs",
    )
    for operator in ("add", "sub", "mul", "maximum"):
        case("broadcast_" + operator, [(2, 3), (1, 3)], dtype="int32", low=-6, high=6)
    case("broadcast_div", [(2, 3), (1, 3)], dtype="int32", values={0: [7, -7, 9, 8, -8, 1], 1: [2, 3, -4]})


def many():
    for count in (1, 2, 3, 5):
        for shape in ((4,), (2, 3, 2, 2)):
            case("add_n", [shape] * count)
    case("add_n", [(2, 3)] * 3, weights=(2,), note="weight")
    # The same value twice, and a node between.
    x = mx.sym.var("data")
    y = node("exp", x, name="e")
    add(
        "add_n",
        "one value three times",
        node("add_n", x, y, x),
        {"data": np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)},
    )


def scalars():
    for operator in (
        "plus",
        "minus",
        "rminus",
        "mul",
        "div",
        "rdiv",
        "maximum",
        "minimum",
        "mod",
        "rmod",
        "power",
        "rpower",
        "hypot",
    ):
        name = f"_{operator}_scalar"
        for scalar in (2.0, -1.5, 0.5, 1.0, 0.0):
            # Zero divides nothing here; fractional powers want positive bases.
            low = 0.2 if operator in ("power", "rdiv", "rmod") else -3
            if operator == "rpower" and scalar <= 0 or operator in ("div", "mod") and scalar == 0:
                continue
            case(name, (2, 5), scalar=scalar, low=low, high=3)
        case(name, (1, 2, 2, 3), scalar=3.0, low=0.2, high=3)
        case(name, (2, 3), low=0.2, high=3, note="no scalar")
        case(name, (2, 3), scalar=3, dtype="int32", low=1, high=9)
    case("_power_scalar", (2, 4), scalar=2.0, values={0: [-3, -1, -0.5, 0, 0.5, 1, 2, 3]}, note="both signs")
    case("_power_scalar", (2, 4), scalar=3.0, values={0: [-3, -1, -0.5, 0, 0.5, 1, 2, 3]}, note="both signs")
    case("_mod_scalar", (2, 4), scalar=3.0, values={0: [-7, -3, -1, 0, 1, 2.5, 3, 7]}, note="both signs")
    case("_mod_scalar", (2, 4), scalar=-3.0, values={0: [-7, -3, -1, 0, 1, 2.5, 3, 7]}, note="both signs")
    case("_mod_scalar", (2, 4), scalar=0.0, note="by zero")
    case("_rmod_scalar", (2, 4), scalar=5.0, values={0: [-7, -3, -1, 2, 1, 2.5, 3, 7]}, note="both signs")
    case("_rdiv_scalar", (2, 4), scalar=-2.0, values={0: [-7, -3, -1, 2, 1, 2.5, 3, 7]}, note="both signs")
    for operator in COMPARISONS + LOGICAL:
        for scalar in (0.0, 1.0, -1.5):
            case(f"_{operator}_scalar", (3, 4), scalar=scalar, values={0: LEFT})
    case("_mul_scalar", (2, 3), scalar=0.5, dtype="float16")
    case("_greater_scalar", (2, 3), scalar=1, dtype="int32", low=-3, high=4)


GRIDS = [unary, binary, many, scalars]
