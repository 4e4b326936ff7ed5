"""Sorting and the positions of extremes; ties come as MXNet leaves them."""

from .recorder import case, np

NAN, INF = float("nan"), float("inf")
TIES = [3, 3, 1, 1, -2, 5, 5, -2, 5, 0]


def extremes():
    for operator in ("argmax", "argmin"):
        for axis in (None, 0, 1, 2, -1, -2, -3):
            for keepdims in (None, True, False):
                case(operator, (2, 3, 4), axis=axis, keepdims=keepdims)
        for axis in (0, 1):
            case(operator, (2, 5), axis=axis, values={0: TIES}, note="ties")
            case(operator, (2, 5), axis=axis, values={0: [1, NAN, 3, NAN, 0, NAN, 2, INF, -INF, 5]}, note="nan")
        case(operator, (2, 4), values={0: [2, 2, 7, 7, -1, 7, -1, 0]}, note="ties")
        case(operator, (2, 2), axis=1, values={0: [INF, INF, -INF, -INF]}, note="infinite")
        case(operator, (5,), axis=0)
        case(operator, (5,), axis=0, keepdims=True)
        case(operator, (5,))
        case(operator, (1, 1), axis=1)
        case(operator, (3, 1, 2), axis=1)
        case(operator, (2, 37), axis=1)
        case(operator, (37, 9), axis=0)
        for kind in ("int32", "int64", "int8", "uint8", "float16", "float64"):
            case(operator, (2, 5), axis=1, dtype=kind, low=0, high=3)
    for shape in ((2, 5), (1, 7), (2, 3, 4), (2, 3, 2, 2)):
        case("argmax_channel", shape)
    case("argmax_channel", (2, 5), values={0: TIES}, note="ties")
    case("argmax_channel", (2, 5), dtype="int32", low=0, high=3)


def tops():
    for ret_typ in (None, "value", "indices", "both", "mask"):
        for k in (None, 1, 3, 0, -1):
            case("topk", (2, 5), ret_typ=ret_typ, k=k)
        for axis in (0, 1, -2, "None"):
            case("topk", (3, 4, 2), ret_typ=ret_typ, k=2, axis=axis)
        for ascend in (True, False):
            case("topk", (2, 5), ret_typ=ret_typ, k=2, is_ascend=ascend)
            for k in (1, 2, 4, 5):
                case("topk", (2, 5), ret_typ=ret_typ, k=k, is_ascend=ascend, values={0: TIES}, note="ties")
        case("topk", (1, 2, 3), ret_typ=ret_typ, k=3)
        case("topk", (4,), ret_typ=ret_typ, k=2)
    # Few of many are selected with a heap, many with a sort; both leave ties in orders of their own.
    for k in (1, 2, 5, 6, 20, 40):
        for ascend in (None, True):
            case(
                "topk", (2, 40), ret_typ="both", k=k, is_ascend=ascend, dtypes=["float32"],
                values={0: np.resize([2, 0, 1, 2, 2, 1, 0, 3, 3], 80)}, note="many ties",
            )
    case("topk", (60, 2), k=4, axis=0, values={0: np.resize([1, 0, 2, 2, 1, 0, 3], 120)}, note="many ties")
    case("topk", (2, 40), k=40, ret_typ="value", values={0: np.resize([1, 1], 80)}, note="all alike")
    for kind in ("int32", "int64", "uint8", "int8", "float16", "float64"):
        case("topk", (2, 5), ret_typ="both", k=3, dtype=kind, low=0, high=4)
    for kind in ("float32", "float16", "float64", "int32", "int64", "uint8"):
        case("topk", (2, 5), {"dtype": kind}, k=3, note="typed places")
        case("topk", (2, 5), {"dtype": kind}, k=3, ret_typ="both", note="typed places")
    case("topk", (1, 6), k=6, ret_typ="both", values={0: [1, NAN, 3, INF, -INF, NAN]}, note="nan")
    case("topk", (1, 6), k=2, ret_typ="both", values={0: [1, INF, 3, INF, -INF, 0]}, note="infinite")
    case("topk", (2, 3), k=2, axis="None", ret_typ="both", values={0: [1, 5, 3, 7, 5, 7]}, note="ties")


def sorts():
    for operator in ("sort", "argsort"):
        for axis in (None, 0, 1, -1, -2, "None"):
            for ascend in (None, False, True):
                case(operator, (3, 4), axis=axis, is_ascend=ascend)
        for axis in (0, 1, 2):
            case(operator, (2, 3, 4), axis=axis)
        for ascend in (None, False):
            case(operator, (2, 5), is_ascend=ascend, values={0: TIES}, note="ties")
            many = np.resize([2, 0, 1, 2, 2, 1, 0], 60)
            case(operator, (2, 30), is_ascend=ascend, values={0: many}, note="many ties")
        case(operator, (5,))
        case(operator, (1, 1))
        for kind in ("int32", "int64", "uint8", "int8", "float16", "float64"):
            case(operator, (2, 5), dtype=kind, low=0, high=4)
    for kind in ("float32", "float16", "float64", "int32", "int64", "uint8"):
        case("argsort", (2, 5), {"dtype": kind}, note="typed places")


GRIDS = [extremes, tops, sorts]
