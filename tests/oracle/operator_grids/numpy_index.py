"""Diagonals, differences, insertion, padding and products of the NumPy interface; random numbers."""

from functools import partial

from . import recorder
from .recorder import np

case = partial(recorder.case, numpy=True)


def diagonals():
    for k in (None, 0, 1, -1, 2, -3, 5):
        case("_np_diag", (3,), k=k)
        case("_np_diag", (3, 4), k=k)
        case("_np_diagflat", (2, 2), k=k)
        case("_npi_tril", (3, 4), k=k)
        case("_npi_tril", (2, 3, 3), k=k)
        case("_npi_tril", (3,), k=k)
        case("_np_diagonal", (3, 4), offset=k)
        case("_np_trace", (3, 4), offset=k)
    case("_np_diag", (2, 3, 4))
    case("_np_diag", ())
    case("_np_diagflat", (3,))
    case("_np_diagflat", ())
    case("_np_diagflat", (2, 1, 2), k=1)
    for axis1, axis2 in ((0, 1), (1, 0), (0, 2), (2, 1), (-1, 0), (1, -2), (0, 0)):
        for offset in (0, 1, -1, 4):
            case("_np_diagonal", (2, 3, 4), axis1=axis1, axis2=axis2, offset=offset)
            case("_np_trace", (2, 3, 4), axis1=axis1, axis2=axis2, offset=offset)
    for operator in ("_np_diag", "_np_diagflat", "_np_diagonal", "_np_trace", "_npi_tril"):
        for kind in ("int32", "float16", "uint8", "bool"):
            case(operator, (3, 3), dtype=kind, low=0, high=2 if kind == "bool" else 5)
        case(operator, (3,), note="vector")
        if operator != "_np_diagflat":  # crashes MXNet
            case(operator, (0, 3))


def differences():
    for n in (None, 0, 1, 2, 3, 4, -1):
        for axis in (None, 0, 1):
            case("_npi_diff", (3, 4), n=n, axis=axis)
    case("_npi_diff", (5,))
    case("_npi_diff", (2, 3, 4), axis=-2)
    case("_npi_diff", (4,), dtype="int32", low=-9, high=9, n=2)
    case("_npi_diff", (4,), dtype="uint8", low=0, high=9)
    case("_npi_diff", (2, 0))
    case("_npi_diff", ())
    for shape in ((5,), (2, 3), (1,), (), (0,)):
        case("_npi_ediff1d", [shape])
        case("_npi_ediff1d", [shape], to_begin_scalar=1.5)
        case("_npi_ediff1d", [shape], to_end_scalar=-2.0, to_begin_scalar=0.5)
    case("_npi_ediff1d", [(4,), (2,)], to_begin_arr_given=True)
    case("_npi_ediff1d", [(4,), (3,)], to_end_arr_given=True)
    case("_npi_ediff1d", [(4,), (2,), (1, 2)], to_begin_arr_given=True, to_end_arr_given=True)
    case("_npi_ediff1d", [(4,), (2,)], to_begin_arr_given=True, to_end_scalar=3.0)
    case("_npi_ediff1d", [(4,)], dtype="int32", low=-5, high=5, to_begin_scalar=2)


def editing():
    for axis in (None, 0, 1, -1):
        for position in (0, 1, -1, 3):
            case("_npi_insert_scalar", [(3, 4)], val=7.5, int_ind=position, axis=axis)
            case("_npi_insert_scalar", [(3, 4), ()], int_ind=position, axis=axis)
        case("_npi_insert_scalar", [(3, 4), (1,)], int_ind=1, axis=axis)
        for start, stop, step in ((0, 2, 1), (None, None, 2), (1, 3, 1), (None, None, -1), (-2, None, 1)):
            case("_npi_insert_slice", [(3, 4)], val=7.5, start=start, stop=stop, step=step, axis=axis)
            case("_npi_insert_slice", [(3, 4), ()], start=start, stop=stop, step=step, axis=axis)
        for positions in ([0], [1], [0, 2], [2, 0, 0], [-1, 1], [3, 3]):
            note = " ".join(map(str, positions))
            kinds, at = ("float32", "int64"), {1: positions}
            case("_npi_insert_tensor", [(3, 4), (len(positions),)], val=7.5, axis=axis, dtypes=kinds, values=at, weights=(1,), note=note)
            case("_npi_insert_tensor", [(3, 4), (), (len(positions),)], axis=axis, dtypes=("float32",) * 2 + ("int64",),
                 values={2: positions}, weights=(2,), note=note)
    for shape in ((4,), (2, 4), (1, 4), (3, 1)):
        case("_npi_insert_scalar", [(3, 4), shape], int_ind=1, axis=0)
    for shape in ((3,), (2, 3), (3, 1), (1, 3)):
        case("_npi_insert_scalar", [(3, 4), shape], int_ind=1, axis=1)
    case("_npi_insert_scalar", [(5,), (3,)], int_ind=2)
    for axis in (None, 0):
        case("_npi_insert_scalar", [(5,)], val=7.5, int_ind=2, axis=axis)
        case("_npi_insert_slice", [(5,)], val=7.5, start=1, stop=4, step=2, axis=axis)
        case("_npi_insert_tensor", [(5,), (2,)], val=7.5, axis=axis, dtypes=("float32", "int64"), values={1: [4, 0]}, weights=(1,))
    case("_npi_insert_scalar", [(5,), (3,)], int_ind=2, axis=0)
    case("_npi_insert_scalar", [(2, 3, 4), (3, 4)], int_ind=1, axis=0)
    case("_npi_insert_scalar", [(2, 3, 4), (2, 4)], int_ind=1, axis=1)
    case("_npi_insert_scalar", [(3, 4), ()], int_ind=1, axis=1, dtypes=("int32", "float32"), low=0, high=9)
    case("_npi_insert_scalar", [(3, 4)], val=2.75, int_ind=1, axis=1, dtype="int32", low=0, high=9)
    case("_npi_insert_slice", [(3, 4), (2, 4)], start=0, stop=2, step=1, axis=0)
    case("_npi_insert_slice", [(3, 4), (3, 2)], start=0, stop=2, step=1, axis=1)
    case("_npi_insert_slice", [(5,), (2,)], start=1, stop=3, step=1)
    case("_npi_insert_slice", [(3, 4), (4,)], start=0, stop=2, step=1, axis=0)
    for shape in ((2, 4), (1, 4), (4,), (2, 1)):
        case("_npi_insert_tensor", [(3, 4), shape, (2,)], axis=0, dtypes=("float32", "float32", "int64"), values={2: [2, 0]}, weights=(2,))
    case("_npi_insert_tensor", [(3, 4), (2, 4), (1,)], axis=0, dtypes=("float32", "float32", "int64"), values={2: [2]}, weights=(2,))
    case("_npi_insert_tensor", [(3, 4), (2, 4), (2,)], axis=0, dtypes=("float32", "float32", "int64"), values={2: [2, 0]}, note="an input")


def padding():
    for mode in (None, "constant", "edge", "reflect", "symmetric", "maximum", "minimum"):
        for shape, width in (((4,), ((1, 2),)), ((3, 4), ((0, 0), (2, 1))), ((3, 4), ((2, 1), (1, 0))), ((2, 3, 4), ((1, 0), (0, 2), (1, 1))),
                             ((3, 4), ((0, 0), (0, 0))), ((3,), ((3, 3),))):
            case("_npi_pad", shape, mode=mode, pad_width=width)
        case("_npi_pad", (3, 4), mode=mode, pad_width=((1, 1), (1, 1)), dtype="int32", low=-5, high=5)
        case("_npi_pad", (3, 4), mode=mode, pad_width=((1, 1), (1, 1)), dtype="float16")
        case("_npi_pad", (2, 3), mode=mode, pad_width=((0, 0), (7, 5)))
        case("_npi_pad", (1, 3), mode=mode, pad_width=((2, 0), (3, 3)))
    for value in (1.5, -2.0, 0.0):
        case("_npi_pad", (2, 3), mode="constant", constant_value=value, pad_width=((1, 0), (0, 1)))
    case("_npi_pad", (2, 3), constant_value=2.5, pad_width=((1, 0), (0, 1)), dtype="int32", low=0, high=9)
    case("_npi_pad", (2, 3), mode="reflect", reflect_type="even", pad_width=((1, 0), (0, 1)))
    case("_npi_pad", (2, 3), mode="reflect", reflect_type="odd", pad_width=((1, 0), (0, 1)))


def products():
    for a, b in (((3,), (3,)), ((2, 3), (3, 4)), ((2, 3), (3,)), ((2, 3, 4), (4,)), ((2, 3, 4), (4, 2)), ((2, 3, 4), (2, 4, 3)), ((), (2, 3)),
                 ((2, 3), ()), ((), ()), ((3,), (3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (4, 2)), ((1, 3), (3, 1))):
        case("_np_dot", [a, b])
        case("_npi_matmul", [a, b])
    for a, b in (((2, 3, 4), (2, 4, 5)), ((1, 3, 4), (2, 4, 2)), ((3, 2, 2, 3), (2, 3, 1)), ((2, 3, 4), (4, 1)), ((3,), (2, 3, 4)), ((2, 4, 3), (3,)),
                 ((2, 1, 2, 3), (3, 3, 2))):
        case("_npi_matmul", [a, b])
    for operator in ("_np_dot", "_npi_matmul"):
        case(operator, [(2, 3), (3, 4)], weights=(1,), note="weight")
        for kind in ("float64", "float16", "int32", "bool"):
            case(operator, [(2, 3), (3, 2)], dtype=kind, low=0, high=3)
        case(operator, [(2, 3), (3, 2)], dtypes=("float32", "float64"))
    for axes in (0, 1, 2, 3):
        case("_npi_tensordot_int_axes", [(2, 3, 4), (3, 4, 2)], axes=axes)
    case("_npi_tensordot_int_axes", [(2, 3, 4), (4, 2)], axes=1)
    case("_npi_tensordot_int_axes", [(3,), (3,)], axes=1)
    case("_npi_tensordot_int_axes", [(3,), (2,)], axes=0)
    case("_npi_tensordot_int_axes", [(2, 0), (0, 3)], axes=1)
    case("_npi_tensordot_int_axes", [(), (2,)], axes=0)
    for a_axes, b_axes in (((2,), (1,)), ((1, 2), (0, 1)), ((2, 1), (1, 0)), ((-1,), (-2,)), ((0,), (2,)), ((), ()), ((1,), (1,))):
        case("_npi_tensordot", [(2, 3, 4), (3, 4, 2)], a_axes_summed=a_axes, b_axes_summed=b_axes)
    case("_npi_tensordot", [(2, 3), (3, 2)], a_axes_summed=(1,), b_axes_summed=(0,), weights=(1,), note="weight")
    for kind in ("float64", "float16", "int32"):
        case("_npi_tensordot", [(2, 3), (3, 2)], a_axes_summed=(1,), b_axes_summed=(0,), dtype=kind, low=0, high=3)
        case("_npi_tensordot_int_axes", [(2, 3), (3, 2)], axes=1, dtype=kind, low=0, high=3)
    for count in (1, 2, 3, 5, 0):
        for shape in ((), (4,), (2, 3)):
            case("_npi_polyval", [(count,), shape])
    case("_npi_polyval", [(3,), (4,)], weights=(0,), note="weight")
    for kind in ("int32", "float64", "float16"):
        case("_npi_polyval", [(3,), (4,)], dtype=kind, low=-3, high=4)


def random_constants():
    for operator, attributes in (
        ("_random_uniform", dict(low=2.5, high=2.5, shape=(2, 3))),
        ("_random_normal", dict(loc=-1.5, scale=0.0, shape=(2, 3))),
        ("_random_normal", dict(loc=-1.5, scale=0.0, shape=(4,), dtype="float64")),
    ):
        recorder.case(operator, [], attributes)
    for operator, attributes in (
        ("_random_uniform_like", dict(low=2.5, high=2.5)),
        ("_random_normal_like", dict(loc=-1.5, scale=0.0)),
    ):
        recorder.case(operator, (2, 3), attributes)
    case("_npi_uniform", [], dict(low=2.5, high=2.5), size=(2, 3))
    case("_npi_normal", [], loc=-1.5, scale=0.0, size=(2, 3))
    case("_npi_uniform_n", [], dict(low=2.5, high=2.5), size=(2, 3))
    case("_npi_normal_n", [], loc=-1.5, scale=0.0, size=(2, 3))


GRIDS = [diagonals, differences, editing, padding, products, random_constants]
