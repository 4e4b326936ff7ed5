"""Reductions of the NumPy interface: axes, scalars and empty arrays, types of sums, norms, percentiles."""

from functools import partial

from . import recorder
from .recorder import np

case = partial(recorder.case, numpy=True)

AXES = (None, 0, -1, (1,), (0, 2), (-1, 0), (0, 1, 2), ())
TIES = [1, 3, 3, 0, 2, 2, -1, -1, 5, 5, 5, 5]


def reductions():
    for operator in ("_np_sum", "_np_prod", "_np_max", "_np_min", "_npi_mean", "_npi_std", "_npi_var", "_np_all", "_np_any"):
        truth = operator in ("_np_all", "_np_any")
        for axis in AXES:
            for keepdims in (None, True):
                values = np.arange(24) % 5 > (0 if operator == "_np_all" else 3)
                case(operator, (2, 3, 4), axis=axis, keepdims=keepdims, values={0: values} if truth else None)
        case(operator, (5,), axis=0)
        case(operator, ())
        case(operator, (), axis=0, keepdims=True)
        case(operator, (1, 1, 3, 1), axis=1)
        case(operator, (0, 3))
        case(operator, (0, 3), axis=0)
        case(operator, (0, 3), axis=1)
        for kind in ("bool", "uint8", "int8", "int32", "int64", "float16", "float64"):
            case(operator, (2, 3), dtype=kind, low=0, high=2 if kind == "bool" else 5, axis=1)
        case(operator, (3,), initial=1.0)
    for operator in ("_np_sum", "_np_prod", "_npi_mean", "_npi_std", "_npi_var"):
        for source, low, high in (("float32", -4, 4), ("int32", -4, 5), ("int8", -4, 5), ("float16", -2, 2), ("bool", 0, 2)):
            for target in ("bool", "int8", "int32", "int64", "float16", "float32", "float64"):
                # Half precision is widened in the IR: values whose means it holds exactly.
                values = {0: [1, 2, 3, 4, 5, 0, -2, 4, 2, 1]} if source == "float16" else None
                case(operator, (2, 5), {"axis": 1}, dtype=source, low=low, high=high, dtype_=target, values=values)
    case("_np_sum", (3, 50), dtype="int8", low=90, high=120, axis=1, note="wraps")
    for operator in ("_npi_std", "_npi_var"):
        for ddof in (0, 1, 2, -1):
            case(operator, (2, 4), ddof=ddof, axis=1)
            case(operator, (2, 4), ddof=ddof, keepdims=True)
        case(operator, (2, 4), low=1000, high=1001, axis=1, note="far from zero")
    for operator in ("_npi_argmax", "_npi_argmin"):
        for axis in (None, 0, 1, -1):
            for keepdims in (None, True):
                case(operator, (3, 4), axis=axis, keepdims=keepdims, values={0: TIES}, note="ties")
                case(operator, (2, 3, 4), axis=axis, keepdims=keepdims)
        for kind in ("int32", "float16", "float64", "uint8", "int8", "int64", "bool"):
            case(operator, (2, 3), dtype=kind, low=0, high=2 if kind == "bool" else 5, axis=1)
        case(operator, ())
        case(operator, (5,))
        case(operator, (5,), axis=0)
        case(operator, (0, 3), axis=1)
        case(operator, (2, 4), axis=1, values={0: [-np.inf, -5, np.inf, np.inf, -np.inf, -np.inf, -np.inf, -np.inf]})


def average():
    for axis in (None, 0, 1, (0, 2), -1):
        for returned in (None, True):
            case("_npi_average", [(2, 3, 4)], axis=axis, returned=returned, weighted=False)
            case("_npi_average", [(2, 3, 4), (2, 3, 4)], axis=axis, returned=returned, values={1: np.arange(24) % 5 + 1})
    for axis in (0, 1, 2):
        case("_npi_average", [(2, 3, 4), ((2, 3, 4)[axis],)], axis=axis, returned=True, low=0.1, high=2)
    case("_npi_average", [(4,), (4,)], low=0.1, high=2)
    case("_npi_average", [(4,), (4,)], low=0.1, high=2, weighted=True, axis=0, weights=(1,), note="weight")
    case("_npi_average", [(4,), (4,)], dtype="float16", low=0.1, high=2)
    case("_npi_average", [(4,), (4,)], dtype="int32", low=1, high=5)
    case("_npi_average", [(2, 3), (2,)], note="no axis")


def norms():
    for keepdims in (None, True):
        for shape in ((5,), (2, 3), (2, 3, 4), (0, 3)):
            case("_npi_norm", shape, flag=-2, ord=2, keepdims=keepdims)
        for axis in ((0,), (-1,)):
            for order in (1, 2, 3, 0.5, 0, -1, -2, 2.5):
                case("_npi_norm", (3, 4), ord=order, axis=axis, keepdims=keepdims, flag=-1, low=0.3, high=3)
        for axis in ((0, 1), (1, 2), (2, 0), (-1, -2)):
            case("_npi_norm", (2, 3, 4), ord=2, axis=axis, keepdims=keepdims, flag=1)
            for order in (1, -1, "inf", "-inf"):
                case("_npi_norm", (2, 3, 4), ord=order, axis=axis, keepdims=keepdims, flag=-1)
        case("_npi_norm", (3, 4), ord=2, flag=1, keepdims=keepdims)
        case("_npi_norm", (3, 4), ord=1, flag=-1, keepdims=keepdims)
    case("_npi_norm", (3, 4), ord=2, axis=(1,), values={0: [0, 0, 0, 0, 1, -2, 0, 3, 0, 0, 0, 5]}, note="zeros")
    for order in (3, 0, -1):
        case("_npi_norm", (3, 4), ord=order, axis=(1,), values={0: [0, 0, 0, 0, 1, -2, 0, 3, 0, 0, 0, 5]}, note="zeros")
    case("_npi_norm", (3, 4), ord=2, axis=(0, 1), flag=-1)
    case("_npi_norm", (3, 4), ord=2, axis=(0, 1), flag=2)
    case("_npi_norm", (3, 4), ord=3, axis=(0, 1), flag=-1)
    case("_npi_norm", (4,))
    case("_npi_norm", (4,), dtype="float16", axis=(0,), flag=-1)
    case("_npi_norm", (4,), dtype="float64", axis=(0,), flag=-1)
    case("_npi_norm", (4,), dtype="int32", low=-5, high=5, axis=(0,), flag=-1)


def percentiles():
    modes = ("linear", "lower", "higher", "midpoint", "nearest")
    for mode in modes:
        for q in (0, 10.0, 37.5, 50, 62.5, 99.0, 100):
            case("_npi_percentile", [(2, 5)], axis=1, q_scalar=q, interpolation=mode)
        case("_npi_percentile", [(2, 3, 4), (3,)], axis=(0, 2), values={1: [0, 33, 80]}, interpolation=mode)
        case("_npi_percentile", [(2, 6), (2,)], axis=0, values={1: [25, 75]}, interpolation=mode, keepdims=True)
    for axis in (None, 0, -1, (1, 0)):
        for keepdims in (None, True):
            case("_npi_percentile", [(2, 3, 4)], axis=axis, q_scalar=30.0, keepdims=keepdims)
            case("_npi_percentile", [(2, 3, 4), (4,)], axis=axis, values={1: [0, 20, 55, 100]}, keepdims=keepdims, weights=(1,))
    case("_npi_percentile", [(6,), ()], values={1: 40})
    case("_npi_percentile", [(6,)], q_scalar=101.0)
    case("_npi_percentile", [()], q_scalar=50.0)
    for kind in ("int32", "float64", "float16", "uint8"):
        case("_npi_percentile", [(7,)], q_scalar=25.0, dtype=kind, values={0: [5, 3, 8, 1, 9, 2, 7]})
        case("_npi_percentile", [(7,), (2,)], dtypes=(kind, "float32"), values={0: [5, 3, 8, 1, 9, 2, 7], 1: [25, 75]})


GRIDS = [reductions, average, norms, percentiles]
