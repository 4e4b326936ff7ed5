"""Element-wise operators of the NumPy interface: broadcasting, promotion of types, booleans."""

from functools import partial

from . import recorder
from .recorder import np

case = partial(recorder.case, numpy=True)

TYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")
MIXED = ("add", "subtract", "multiply", "mod", "power", "true_divide")
PAIRS = (
    ("bool", "bool"),
    ("bool", "int32"),
    ("uint8", "uint8"),
    ("uint8", "int8"),
    ("int32", "int32"),
    ("int64", "int32"),
    ("int32", "float32"),
    ("float16", "int32"),
    ("float32", "float16"),
    ("float64", "float64"),
)
FLOAT_BINARY = ("arctan2", "hypot", "copysign", "ldexp")
BITS = ("bitwise_and", "bitwise_or", "bitwise_xor", "lcm")
COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")
# Half of the places equal, zeros and both signs among them.
LEFT = np.array([0, 1, 2, -1, 0, 0.5, 3, -2, -1.5, 0, 1, 7])
RIGHT = np.array([0, 1, 1, -1, 2, 0.5, -3, 0, 1.5, 0, 2, 7])
SIGNS = np.array([5, -5, 5, -5, 2.5, -2.5, 0, 3])
DIVISORS = np.array([3, 3, -3, -3, 1, 1, 2, 0])
NO_NUMBERS = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1.5, -3e38, 1e-40])

UNARY = {  # operator: where it is defined
    "_npi_absolute": (-3, 3),
    "_npi_arccos": (-1, 1),
    "_npi_arccosh": (1, 6),
    "_npi_arcsin": (-1, 1),
    "_npi_arcsinh": (-5, 5),
    "_npi_arctan": (-5, 5),
    "_npi_arctanh": (-0.95, 0.95),
    "_npi_cbrt": (-8, 8),
    "_npi_ceil": (-3, 3),
    "_npi_cos": (-7, 7),
    "_npi_cosh": (-3, 3),
    "_npi_degrees": (-4, 4),
    "_npi_exp": (-4, 4),
    "_npi_expm1": (-3, 3),
    "_npi_fix": (-3, 3),
    "_npi_floor": (-3, 3),
    "_npi_log": (0.1, 5),
    "_npi_log10": (0.1, 5),
    "_npi_log1p": (-0.9, 5),
    "_npi_log2": (0.1, 5),
    "_npi_negative": (-3, 3),
    "_npi_radians": (-200, 200),
    "_npi_reciprocal": (0.2, 5),
    "_npi_rint": (-3, 3),
    "_npi_sign": (-3, 3),
    "_npi_sin": (-7, 7),
    "_npi_sinh": (-3, 3),
    "_npi_sqrt": (0, 5),
    "_npi_square": (-3, 3),
    "_npi_tan": (-1.4, 1.4),
    "_npi_tanh": (-4, 4),
    "_npi_trunc": (-3, 3),
    "_npi_logical_not": (-1, 1),
    "_npx_relu": (-3, 3),
    "_npx_sigmoid": (-6, 6),
    "_np_copy": (-3, 3),
}


def unary():
    for operator, (low, high) in UNARY.items():
        for shape in [(), (5,), (2, 3), (0, 3)]:
            case(operator, shape, low=low, high=high)
        case(operator, (2, 3), low=low, high=high, dtype="float16")
        case(operator, (2, 3), low=low, high=high, dtype="float64")
        # Integers from 1 where 0 would be a division by zero.
        case(operator, (2, 3), low=1 if operator == "_npi_reciprocal" else max(low, -3), high=max(high, 1), dtype="int32")
        case(operator, (2, 3), low=0, high=2, dtype="bool")
    for operator in ("absolute", "negative", "sign", "square", "floor", "trunc", "logical_not"):
        case("_npi_" + operator, (2, 3), low=-9, high=9, dtype="int8")
        case("_npi_" + operator, (2, 3), low=0, high=9, dtype="uint8")
    ties = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.4, 0.6, -1.7, 0.0, 3.0, -3.0])
    for operator in ("rint", "trunc", "fix", "ceil", "floor", "sign", "logical_not"):
        case("_npi_" + operator, (3, 4), values={0: ties}, note="ties")
    for operator in ("isfinite", "isinf", "isnan", "isneginf", "isposinf"):
        case("_npi_" + operator, (2, 4), values={0: NO_NUMBERS})
        case("_npi_" + operator, (), values={0: np.inf})
        case("_npi_" + operator, (2, 4), values={0: NO_NUMBERS}, dtype="float64")
        case("_npi_" + operator, (2, 3), values={0: [np.nan, np.inf, -np.inf, 0, 1, -2]}, dtype="float16")
        case("_npi_" + operator, (2, 3), low=-3, high=4, dtype="int32")
        case("_npi_" + operator, (0, 3))
    for kind in ("bool", "uint8", "int8", "int32", "int64"):
        case("_npi_bitwise_not", (2, 3), low=0 if kind in ("bool", "uint8") else -9, high=2 if kind == "bool" else 9,
             dtype=kind)
    case("_npi_bitwise_not", ())
    case("_npi_bitwise_not", (), dtype="int32", low=-9, high=9)
    for decimals in (None, 0, 1, 2, 3, -1, -2):
        values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 12.345, -67.891, 155.0, 165.0, 0.0, 1e6]
        case("_npi_around", (3, 4), decimals=decimals, values={0: values})
        case("_npi_around", (6,), decimals=decimals, values={0: [15, 25, -17, 4, 123, -250]}, dtype="int32")
    case("_npi_around", (), decimals=1)
    case("_npi_around", (2, 3), decimals=1, dtype="float64")
    for attributes in (
        dict(),
        dict(nan=7.0),
        dict(posinf=5.0),
        dict(neginf=-5.0),
        dict(nan=1.0, posinf=2.0, neginf=3.0),
        dict(copy=False),
    ):
        case("_npi_nan_to_num", (2, 4), attributes, values={0: NO_NUMBERS})
    case("_npi_nan_to_num", (), values={0: np.nan})
    case("_npi_nan_to_num", (2, 4), values={0: NO_NUMBERS}, dtype="float64")
    case("_npi_nan_to_num", (2, 2), values={0: [np.nan, np.inf, -np.inf, 2]}, dtype="float16")
    case("_npi_nan_to_num", (2, 3), dtype="int32", low=-4, high=4, nan=3.0)


SHAPES = ([(2, 3), (2, 3)], [(2, 3), (3,)], [(1, 3, 1), (2, 1, 4)], [(), (2, 3)], [(4,), ()], [(), ()],
          [(0, 3), (1, 3)], [(2, 1), (2, 0)])


def binary():
    for operator in MIXED:
        name, low = "_npi_" + operator, 0.2 if operator == "power" else -3
        for shapes in SHAPES:
            case(name, shapes, low=low, high=3)
        case(name, [(2, 3), (1, 3)], weights=(1,), low=low, high=3, note="weight")
        for left in TYPES:
            for right in TYPES:
                if left == right == "float32":
                    continue
                if operator not in ("add", "true_divide") and (left, right) not in PAIRS:
                    continue
                # Divisors and exponents from 1; small bases.
                case(name, [(2, 2), (2, 1)], dtypes=(left, right), values={0: [3, 5, 1, 7], 1: [2, 3]}, note="mixed")
        if operator in ("add", "mod"):
            case(name, [(2, 3), (3,)], dtypes=("int32", "float32"), low=1, high=9, note="broadcast")
            case(name, [(3,), (2, 3)], dtypes=("float64", "float32"), low=1, high=9, note="broadcast")
    for kinds in (("float32", "float32"), ("int32", "int32"), ("float64", "float64")):
        case("_npi_mod", [(2, 4), (2, 4)], values={0: SIGNS, 1: DIVISORS}, dtypes=kinds, note="both signs")
    case("_npi_mod", [(2, 4), (2, 4)], values={0: abs(SIGNS), 1: abs(DIVISORS)}, dtype="uint8", note="by zero")
    case("_npi_power", [(2, 3), (2, 3)], values={0: [-2, -1, 0, 1, 2, 3], 1: [2, 3, 0, -1, 1, -2]}, note="both signs")
    case("_npi_true_divide", [(2, 2), (2, 2)], values={0: [1, -1, 0, 7], 1: [0, 0, 1, 2]}, note="by zero")
    case("_npi_true_divide", [(2, 2), (2, 2)], values={0: [1, -1, 0, 7], 1: [0, 0, 1, 2]}, dtype="int32",
         note="by zero")
    for operator in FLOAT_BINARY:
        name = "_npi_" + operator
        for shapes in SHAPES:
            case(name, shapes, low=-3, high=3)
        for kind in ("float16", "float64", "int32", "int8", "bool"):
            case(name, [(2, 2), (2, 2)], dtype=kind, values={0: [3, 1, 1, 7], 1: [2, 3, 1, 1]}, note="types")
        case(name, [(2, 4), (2, 4)], values={0: SIGNS, 1: DIVISORS}, note="both signs")
        case(name, [(2, 2), (2, 2)], dtypes=("int32", "float32"))
    case("_npi_arctan2", [(3, 3), (3, 3)], values={0: [0, -0.0, 0, 1, -1, 0, -0.0, 2, -2], 1: [1, 1, -1, 0, 0, 0, -1, -2, -2]},
         note="axes")
    case("_npi_copysign", [(2, 3), (2, 3)], values={0: [1, -1, 2, -2, 0, 3], 1: [-0.0, -0.0, 0, 0, -1, np.nan]},
         note="zeros")
    case("_npi_copysign", [(2, 3), (2, 3)], values={0: [1, -1, 2, -2, 0, 3], 1: [-1, 1, 0, 0, -1, 5]}, dtype="int32")
    for operator in BITS:
        name = "_npi_" + operator
        for kind in ("bool", "uint8", "int8", "int32", "int64", "float32"):
            low, high = (0, 2) if kind == "bool" else (0 if kind == "uint8" else -12, 13)
            case(name, [(2, 4), (2, 4)], dtype=kind, low=low, high=high)
        case(name, [(2, 1), (3,)], dtype="int32", low=-12, high=13)
        case(name, [(), (3,)], dtype="int32", low=0, high=13)
        case(name, [(2, 3), (3,)], dtypes=("int32", "int64"), low=0, high=13)
        case(name, [(0, 3), (3,)], dtype="int32")
    for operator in COMPARISONS:
        name = "_npi_" + operator
        for kind in TYPES:
            left, right = (abs(LEFT), abs(RIGHT)) if kind == "uint8" else (LEFT, RIGHT)
            case(name, [(3, 4), (3, 4)], values={0: left, 1: right}, dtype=kind)
        for shapes in SHAPES[1:]:
            values = {i: np.resize(v, int(np.prod(s))) for i, (s, v) in enumerate(zip(shapes, (LEFT, RIGHT)))}
            case(name, shapes, values=values)
        case(name, [(2, 2), (2, 2)], values={0: [np.nan, 1, np.nan, np.inf], 1: [np.nan, np.nan, 0, np.inf]},
             note="no numbers")


def scalars():
    for operator in (
        "add",
        "subtract",
        "rsubtract",
        "multiply",
        "true_divide",
        "rtrue_divide",
        "mod",
        "rmod",
        "power",
        "rpower",
        "arctan2",
        "rarctan2",
        "copysign",
        "rcopysign",
        "ldexp",
        "rldexp",
    ) + COMPARISONS:
        name = f"_npi_{operator}_scalar"
        case(name, (2, 3), low=0.2, high=3, note="no scalar")
        case(name, (2, 3), low=1, high=5, dtype="int32", note="no scalar")
        every = operator in ("add", "true_divide", "power", "equal")
        for kind in TYPES if every else ("bool", "uint8", "int32", "float16", "float32"):
            for scalar, is_int in ((2, True), (2.0, False), (1.5, False), (-2, True)):
                if scalar < 0 and kind in ("uint8", "bool"):
                    continue
                if kind == "float32" or (scalar, is_int) != (2.0, False) and (every or scalar > 0):
                    case(name, (2, 2), values={0: [1, 2, 3, 5]}, dtype=kind, scalar=scalar, is_int=is_int)
        case(name, (), scalar=2.0, is_int=False, low=0.2, high=3)
        case(name, (0, 2), scalar=2.0, is_int=False)
        case(name, (2, 4), scalar=-3.0, is_int=False, values={0: SIGNS}, note="both signs")
    for operator in BITS:
        name = f"_npi_{operator}_scalar"
        case(name, (2, 3), dtype="int32", low=-9, high=9, note="no scalar")
        case(name, (2, 3))
        case(name, (), dtype="int32", scalar=6, low=0, high=9)
        for kind in ("bool", "uint8", "int8", "int32", "int64"):
            for scalar in (0, 6, -4):
                if scalar >= 0 or kind not in ("bool", "uint8"):
                    low, high = (0, 2) if kind == "bool" else (0 if kind == "uint8" else -12, 13)
                    case(name, (2, 4), dtype=kind, low=low, high=high, scalar=scalar)
    for operator in ("mod", "true_divide", "copysign", "arctan2", "equal"):
        case(f"_npi_{operator}_scalar", (2, 4), scalar=0.0, is_int=False, values={0: SIGNS}, note="zero")
    case("_npi_mod_scalar", (4,), scalar=0, dtype="int32", values={0: [1, -2, 0, 5]}, note="zero")
    case("_npi_rmod_scalar", (4,), scalar=7, dtype="int32", values={0: [1, -2, 0, 5]}, note="zero")
    case("_npi_rtrue_divide_scalar", (4,), scalar=7, dtype="int32", values={0: [1, -2, 0, 5]}, note="zero")


def where():
    for kind in ("bool", "float32", "int32", "uint8"):
        condition = [0, 1, 2, 0, 1, 0]
        case("_npi_where", [(2, 3)] * 3, dtypes=(kind, "float32", "float32"), values={0: condition})
        case("_npi_where_lscalar", [(2, 3), (2, 3)], dtypes=(kind, "float32"), values={0: condition}, scalar=1.5)
        case("_npi_where_rscalar", [(2, 3), (2, 3)], dtypes=(kind, "float32"), values={0: condition}, scalar=1.5)
        case("_npi_where_scalar2", (2, 3), dtype=kind, values={0: condition}, x=1.5, y=-2.0)
    for shapes in ([(2, 1), (3,), ()], [(), (2, 3), (3,)], [(3,), (2, 1), (1, 3)]):  # an empty condition crashes MXNet
        case("_npi_where", shapes, dtypes=("bool", "float32", "float32"), low=0, high=2)
        case("_npi_where_lscalar", shapes[:2], dtypes=("bool", "float32"), low=0, high=2, scalar=-1.0)
        case("_npi_where_rscalar", shapes[:2], dtypes=("bool", "float32"), low=0, high=2, scalar=-1.0)
    for kind in ("int32", "float16", "bool", "int64"):
        case("_npi_where", [(2, 3)] * 3, dtypes=("bool", kind, kind), low=0, high=5)
        case("_npi_where_lscalar", [(2, 3)] * 2, dtypes=("bool", kind), low=0, high=5, scalar=2.5)
        case("_npi_where_rscalar", [(2, 3)] * 2, dtypes=("bool", kind), low=0, high=5, scalar=2)
    case("_npi_where", [(2, 3)] * 3, dtypes=("bool", "int32", "float32"), low=0, high=5)
    case("_npi_where_lscalar", [(2,)] * 2, dtypes=("bool", "float32"), low=0, high=2, note="no scalar")
    case("_npi_where_rscalar", [(2,)] * 2, dtypes=("bool", "float32"), low=0, high=2, note="no scalar")
    case("_npi_where_scalar2", (2,), dtype="bool", low=0, high=2, note="no scalars")


GRIDS = [unary, binary, scalars, where]
