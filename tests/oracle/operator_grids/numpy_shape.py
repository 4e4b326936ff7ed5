"""Shapes, joins, splits and constants of the NumPy interface."""

from functools import partial

from . import recorder
from .recorder import np

case = partial(recorder.case, numpy=True)

TYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")


def shapes():
    for newshape in ((6, 4), (-1,), (4, -1), (2, 3, 4, 1), (1, 24), (24,), (-1, 1), (0, -1), (5, 5)):
        case("_np_reshape", (2, 3, 4), newshape=newshape)
    case("_np_reshape", (2, 3, 4), newshape=(6, 4), order="C")
    case("_np_reshape", (2, 3, 4), newshape=(-1, -1))
    case("_np_reshape", (2, 3, 4), newshape=(-2, 12))
    case("_np_reshape", (1, 1), newshape=())
    case("_np_reshape", (), newshape=(1, 1))
    case("_np_reshape", (), newshape=(-1,))
    case("_np_reshape", (0, 3), newshape=(3, 0))
    case("_np_reshape", (0, 3), newshape=(-1,))
    case("_np_reshape", (2, 3), newshape=(3, 2), dtype="bool", low=0, high=2)
    for newshape in (
        (-2, -2, -2),
        (-2, -1),
        (-1, -2, 4),
        (-4,),
        (-2, -4),
        (-5, -4),
        (-2, -5),
        (-5, -2),
        (-6, 1, 2, -4),
        (-2, -6, -1, 3, -4),
        (-2, -6, 3, -1, -4),
        (-2, -2, -6, 2, 2),
        (-2, -2, -6, 2, -1),
        (6, 4),
        (-1,),
        (2, 3, 4),
        (2, -1, 1),
        (-3, -4),
        (-7,),
        (-1, -1),
        (-6, -1, -1, -4),
        (5, -1),
    ):
        case("_npx_reshape", (2, 3, 4), newshape=newshape)
        if newshape[0] != -6:
            case("_npx_reshape", (2, 3, 4), newshape=newshape, reverse=True)
    for newshape in ((-3, -4), (-3, -3, -2), (-2, -3, -4), (-3, -1)):
        case("_npx_reshape", (1, 1, 5), newshape=newshape)
        case("_npx_reshape", (1, 1, 5), newshape=newshape, reverse=True)
    case("_npx_reshape", (8, 3, 3, 3, 4, 4), newshape=(-6, 2, -1, -4))
    case("_npx_reshape", (8, 3, 3, 3, 4, 4), newshape=(-5, -4))
    case("_npx_reshape", (8, 3, 3, 3, 4, 4), newshape=(-4, -1, 4, 2), reverse=True)
    case("_npx_reshape", (8, 3, 3, 3, 4, 4), newshape=(2, 4, -6, -4), reverse=True)
    case("_npx_reshape", (), newshape=(1,))
    case("_npx_reshape", (), newshape=(-1,))
    case("_npx_reshape", (1,), newshape=())
    case("_npx_reshape", (0, 3), newshape=(-2, 3))
    case("_npx_reshape", (0, 3), newshape=(3, 0))
    case("_npx_reshape", (2, 3), newshape=(-2, -1), dtype="int32", low=0, high=5)
    for axes in (None, (0, 1, 2), (2, 0, 1), (-1, 0, 1), (1, 0)):
        case("_np_transpose", (2, 3, 4), axes=axes)
    case("_np_transpose", (3,))
    case("_np_transpose", ())
    case("_np_transpose", (0, 3))
    case("_np_transpose", (2, 3), dtype="int8", low=-5, high=5)
    case("_np_transpose", (2, 3), dtype="bool", low=0, high=2)
    for source, destination in (((0,), (2,)), ((0,), (-1,)), ((-1,), (0,)), ((0, 1), (-1, -2)), ((2, 0), (0, 1)), ((), ()),
                                ((1,), (1,)), ((0, 0), (1, 2)), ((0,), (1, 2)), ((3,), (0,))):
        case("_np_moveaxis", (2, 3, 4), source=source, destination=destination)
    for axis in (None, 0, -1, (0, 2), (2,), 1):
        case("_np_squeeze", (1, 3, 1), axis=axis)
    case("_np_squeeze", (1, 1))
    case("_np_squeeze", ())
    case("_np_squeeze", (), axis=0)
    case("_np_squeeze", (2, 3))
    case("_np_squeeze", (0, 1))
    case("_np_squeeze", (1, 3), dtype="int32", low=0, high=5)
    for source, target in (((3,), (2, 3)), ((1, 3), (2, 3)), ((2, 1), (4, 2, 3)), ((), (2, 2)), ((2, 3), (2, 3)),
                           ((2, 3), (2, -2, -2)), ((1, 3), (0, 3)), ((), ()), ((2, 3), (3,)), ((2, 3), (2, 2))):
        case("_npi_broadcast_to", source, shape=target)
    case("_npi_broadcast_to", (3,), shape=(2, 3), dtype="bool", low=0, high=2)
    for rank in (1, 2, 3):
        for shape in ((), (3,), (2, 3), (2, 3, 2), (2, 1, 2, 2), (0,)):
            case(f"_np_atleast_{rank}d", [shape], num_args=1)
        case(f"_np_atleast_{rank}d", [(), (3,), (2, 3)], num_args=3)
    for axis in ((0,), (1,), (-1,), (0, 1), (0, 1, 2), ()):
        case("_npi_flip", (2, 3, 4), axis=axis)
    case("_npi_flip", (3,), axis=0, dtype="int32", low=0, high=9)
    case("_npi_flip", (0, 3), axis=1)
    for k in (None, 0, 1, 2, 3, 4, -1, -6, 5):
        case("_npi_rot90", (2, 3), k=k, axes=(0, 1))
    for axes in ((0, 1), (1, 0), (1, 2), (-1, 0), (0, 0)):
        case("_npi_rot90", (2, 3, 4), axes=axes)
    case("_npi_rot90", (2, 3), k=1)


def joins():
    for axis in (0, 1, -1, None):
        for count in (1, 2, 3):
            case("_npi_concatenate", [(2, 3)] * count, num_args=count, axis=axis)
    case("_npi_concatenate", [(2, 3), (1, 3)], {"axis": "None"}, num_args=2)
    case("_npi_concatenate", [(2, 3), (4, 3)], num_args=2, axis=0)
    case("_npi_concatenate", [(2, 3), (2, 1), (2, 2)], num_args=3, axis=-1)
    case("_npi_concatenate", [(2,), (3,)], num_args=2, axis=0)
    case("_npi_concatenate", [(0, 3), (2, 3)], num_args=2, axis=0)
    case("_npi_concatenate", [(2, 3), (2, 3)], num_args=2, axis=2)
    case("_npi_concatenate", [(), ()], num_args=2, axis=0)
    for kind in ("bool", "int32", "float16"):
        case("_npi_concatenate", [(2, 3), (1, 3)], num_args=2, axis=0, dtype=kind, low=0, high=2)
    case("_npi_concatenate", [(2, 3), (1, 3)], num_args=2, axis=0, dtypes=("float32", "int32"))
    case("_npi_concatenate", [(2, 3), (1, 3)], num_args=2, axis=0, weights=(1,), note="weight")
    for axis in (None, 0, 1, 2, -1, -3, 3):
        case("_npi_stack", [(2, 3), (2, 3)], num_args=2, axis=axis)
    case("_npi_stack", [(2, 3)], num_args=1, axis=1)
    case("_npi_stack", [(), ()], num_args=2)
    case("_npi_stack", [(3,), (3,), (3,)], num_args=3, axis=1, dtype="int32", low=0, high=9)
    case("_npi_stack", [(2, 3), (2, 3)], num_args=2, dtypes=("float32", "int32"))
    case("_npi_stack", [(0, 2), (0, 2)], num_args=2)
    for operator in ("vstack", "hstack", "dstack", "column_stack"):
        name = f"_npi_{operator}"
        for inputs in ([()], [(), ()], [(3,), (3,)], [(2, 3), (2, 3)], [(2, 3, 2), (2, 3, 2)], [(2, 3, 1, 2)] * 2, [(3,)],
                       [(1, 3), (3,)], [(3,), (3, 2)], [(2, 3), (1, 3)], [(2, 3), (2, 1)], [(0, 2), (0, 2)]):
            case(name, inputs, num_args=len(inputs))
        case(name, [(2, 3)] * 2, num_args=2, dtype="int32", low=0, high=9)
        case(name, [(2, 3)] * 2, num_args=2, dtype="bool", low=0, high=2)
        case(name, [(2, 3)] * 2, num_args=2, dtypes=("float32", "int32"))
    for operator, shapes in (("_npi_hsplit", ((6,), (2, 6), (2, 6, 3))), ("_npi_dsplit", ((2, 3, 6), (2, 1, 6, 2)))):
        axis = 1 if operator == "_npi_hsplit" else 2  # as the frontend states it; another one crashes MXNet
        for shape in shapes:
            for sections in (1, 2, 3, 4):
                case(operator, shape, sections=sections, indices=(), axis=axis)
            for indices in ((0, 2), (0, 1, 4), (0, 3, 3), (0,), (0, 6), (0, 8), (0, 4, 2)):
                case(operator, shape, indices=indices, axis=axis)
    case("_npi_dsplit", (2, 6), sections=2, indices=(), axis=2)
    case("_npi_hsplit", (2, 4), sections=2, indices=(), axis=1, dtype="int32", low=0, high=5)


def constants():
    for kind in TYPES:
        for operator in ("_npi_zeros", "_npi_ones", "_npi_eye", "_npi_arange", "_npi_indices", "_npi_identity", "_linspace",
                         "_npi_logspace"):
            arguments = {
                "_npi_eye": dict(N=3),
                "_npi_arange": dict(start=0, stop=5, step=2),
                "_npi_indices": dict(dimensions=(2, 3)),
                "_npi_identity": dict(shape=(3, 3)),
                "_linspace": dict(start=0, stop=7, num=5),
                "_npi_logspace": dict(start=0, stop=2, num=4),
            }.get(operator, dict(shape=(2, 3)))
            case(operator, [], {**arguments, "dtype": kind})
    for operator in ("_npi_zeros", "_npi_ones"):
        for shape in ((), (3,), (0, 2), (1, 2, 3)):
            case(operator, [], shape=shape)
    for attributes in (dict(), dict(dtype_="int32"), dict(dtype_="bool"), dict(dtype_="float64"), dict(dtype_="float16")):
        case("_npi_full_like", (2, 3), attributes, fill_value=2.5)
    for shape in ((), (0, 3), (4,)):
        case("_npi_full_like", shape, fill_value=-1.0)
    for kind in ("int32", "uint8", "bool", "float16"):
        case("_npi_full_like", (2, 3), fill_value=3.75, dtype=kind, low=0, high=2)
    for attributes in (
        dict(start=5),
        dict(start=0, stop=1),
        dict(start=1, stop=4),
        dict(start=0, stop=1, step=0.25),
        dict(start=5, stop=0, step=-2),
        dict(start=0, stop=0),
        dict(start=3, stop=1),
        dict(start=0.5, stop=4.5),
        dict(start=0.1, stop=1, step=0.3),
        dict(start=0, stop=3, step=0.5, dtype="int32"),
        dict(start=1.7, stop=6, dtype="int32"),
        dict(start=0, stop=4, step=0),
    ):
        case("_npi_arange", [], attributes)
    for attributes in (dict(N=3), dict(N=3, M=4), dict(N=4, M=2, k=1), dict(N=3, k=-1), dict(N=3, k=5), dict(N=3, M=5, k=-7),
                       dict(N=0), dict(N=2, M=0), dict(N=1), dict(N=3, M=3, k=-3), dict(N=3, M=3, k=2)):
        case("_npi_eye", [], attributes)
    for shape in ((1, 1), (0, 0), (4, 4)):
        case("_npi_identity", [], shape=shape)
    for dimensions in ((3,), (2, 3), (2, 1, 2), (0, 2), (), (1,)):
        case("_npi_indices", [], dimensions=dimensions)
    for operator, more in (("_linspace", [dict()]), ("_npi_logspace", [dict(), dict(base=2.0), dict(base=0.5)])):
        for extra in more:
            for attributes in (dict(start=0, stop=1, num=5), dict(start=-1, stop=2, num=7, endpoint=False), dict(start=2, stop=2, num=3),
                               dict(start=3, stop=-3, num=4), dict(start=1, stop=2, num=1), dict(start=1, stop=2, num=1, endpoint=False),
                               dict(start=0.5, stop=0.7, num=2)):
                case(operator, [], {**attributes, **extra})
        case(operator, [], start=0, stop=1, num=0)
        case(operator, [], start=0, stop=1, num=-1)
    for operator in ("blackman", "hamming", "hanning"):
        for count in (0, 1, 2, 3, 4, 5, 8, 11, -2):
            case(f"_npi_{operator}", [], M=count)
        for kind in ("float64", "float16", "int32"):
            case(f"_npi_{operator}", [], M=6, dtype=kind)
    for shape in ((3, 3), (2, 2, 2), (1, 1), (0, 0), (2, 3), (3,)):
        case("_npi_diag_indices_from", shape)
    case("_npi_diag_indices_from", (3, 3), dtype="int32", low=0, high=5)


GRIDS = [shapes, joins, constants]
