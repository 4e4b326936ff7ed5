"""Classic operators under the names that the NumPy interface has for them: scalars, empty arrays, other ranks. Files
carry these names, symbols the registered ones."""

from functools import partial

from . import recorder
from .numpy_elementwise import SHAPES

case = partial(recorder.case, numpy=True)


def shapes():
    for shape in ((), (0, 3), (2, 3)):
        case("_npi_clip", shape, a_min=-0.5, a_max=0.5)
        case("_npx_erf", shape)
        case("_npi_cast", shape, {"dtype": "int32"})
        case("_npi_maximum_scalar", shape, scalar=0.25)
        case("_npi_minimum_scalar", shape, scalar=0.25)
        case("_npi_hypot_scalar", shape, scalar=0.25)
        case("_npx_activation", shape, act_type="tanh")
        case("_npx_leaky_relu", shape, act_type="elu")
        case("_npx_dropout", shape)
        for axis in (0, -1):
            case("_npi_expand_dims", shape, axis=axis)
    case("_npi_swapaxes", (2, 3, 4), dim1=0, dim2=2)
    case("_npi_swapaxes", (2, 3, 4), dim1=-1, dim2=1)
    case("_npi_swapaxes", (0, 3), dim1=0, dim2=1)
    for reps in ((2,), (1, 2), (2, 1, 3), (0, 2), ()):
        for shape in ((), (3,), (2, 3)):
            case("_npi_tile", shape, reps=reps)
    for begin, end, step in (((0,), (2,), None), ((1,), (1,), None), ((None, 1), (None, 3), None), ((-1,), (None,), (-1,)), ((5,), (9,), None)):
        case("_npx_slice", (3, 4), begin=begin, end=end, step=step)
    for axis in (0, 1, -1):
        for mode in ("clip", "wrap"):
            for indices in ((), (2,), (2, 2), (0,)):
                case("_npi_take", [(3, 4), indices], axis=axis, mode=mode, dtypes=("float32", "int32"), low=-2, high=6)
    case("_npi_take", [(3,), ()], axis=0, mode="clip", dtypes=("float32", "int64"), low=0, high=3)
    case("_npx_embedding", [(), (5, 3)], input_dim=5, output_dim=3, weights=(1,), dtypes=("int32", "float32"), low=0, high=5)
    case("_npx_embedding", [(0,), (5, 3)], input_dim=5, output_dim=3, weights=(1,), dtypes=("int32", "float32"), low=0, high=5)
    case("_npx_one_hot", (), depth=4, dtype="int32", low=0, high=4)
    case("_npx_one_hot", (0,), depth=4, dtype="int32")


def broadcasts():
    for operator in ("_npi_maximum", "_npi_minimum"):
        for both in SHAPES:
            case(operator, both)
        for kind in ("bool", "int32", "float16"):
            case(operator, [(2, 3), (3,)], dtype=kind, low=0, high=5)
    for shape in ((), (0, 2), (2, 3)):
        case("_npi_full", [], shape=shape, value=2.5)


def layers():
    case("_npx_fully_connected", [(3,), (4, 3), (4,)], num_hidden=4, flatten=False, weights=(1, 2))
    case("_npx_fully_connected", [(2, 5, 3), (4, 3), (4,)], num_hidden=4, flatten=False, weights=(1, 2))
    case("_npx_fully_connected", [(2, 5, 3), (4, 15)], num_hidden=4, no_bias=True, weights=(1,))
    case("_npx_fully_connected", [(0, 3), (4, 3), (4,)], num_hidden=4, weights=(1, 2))
    for shape in ((5,), (2, 3), (0, 3)):
        case("_npx_softmax", shape)
        case("_npx_log_softmax", shape)
    case("_npx_convolution", [(1, 2, 5, 5), (3, 2, 3, 3), (3,)], kernel=(3, 3), num_filter=3, weights=(1, 2))
    case("_npx_pooling", (1, 2, 5, 5), kernel=(2, 2), pool_type="avg", stride=(2, 2))
    case("_npx_pooling", (1, 2, 5, 5), global_pool=True, pool_type="max")
    case("_npx_batch_flatten", (2, 3, 4))
    case("_npx_batch_dot", [(2, 3, 4), (2, 4, 2)])
    case("_npx_layer_norm", [(2, 3), (3,), (3,)], weights=(1, 2))
    case("_npx_smooth_l1", (2, 3), scalar=2.0)


GRIDS = [shapes, broadcasts, layers]
