"""Softmaxes and training heads, with their labels."""

from .recorder import case, np


def softmax_heads():
    for shape in ((2, 5), (2, 3, 4), (1, 3, 2, 3), (1, 2, 2, 3, 2)):
        for multi_output in (None, True, False):
            for preserve_shape in (None, True):
                case("SoftmaxOutput", shape, multi_output=multi_output, preserve_shape=preserve_shape, low=-4, high=4)
    case(
        "SoftmaxOutput",
        (2, 5),
        grad_scale=0.5,
        ignore_label=0.0,
        use_ignore=True,
        normalization="valid",
        out_grad=True,
        smooth_alpha=0.1,
    )
    case("SoftmaxOutput", (2, 5, 3), multi_output=True, use_ignore=True, normalization="batch", ignore_label=255.0)
    case("SoftmaxOutput", (2, 5), normalization="null", preserve_shape=False, low=-60, high=60)
    for mode in (None, "instance", "channel"):
        for shape in ((2, 5), (2, 3, 4), (1, 3, 2, 3), (2, 2, 2, 3, 2))[mode == "channel" :]:
            case("SoftmaxActivation", shape, mode=mode, low=-4, high=4)


def softmaxes():
    for operator in ("softmax", "log_softmax", "softmin"):
        for shape in ((5,), (2, 5), (2, 3, 4), (1, 3, 2, 3)):
            case(operator, shape, low=-4, high=4)
        for axis in (-3, -2, -1, 0, 1, 2):
            case(operator, (2, 3, 4), axis=axis, low=-4, high=4)
        for axis in (1, 3):
            case(operator, (2, 3, 2, 3), axis=axis, low=-4, high=4)
        for temperature in (0.5, 2.0, 10.0, 1.0):
            for axis in (None, 1):
                case(operator, (2, 3, 4), axis=axis, temperature=temperature, low=-4, high=4)
        case(operator, (2, 6), low=-90, high=90, note="far from zero")
        case(operator, (2, 3), dtype="float16")
        case(operator, (2, 3), {"dtype": "float64"}, note="f64 out")
    for shape, axis, lengths in (
        ((2, 5), None, [3, 5]),
        ((2, 5), -1, [1, 4]),
        ((2, 3, 4), -1, [1, 2, 4, 4, 3, 1]),
        ((2, 3, 4), 1, [1, 2, 3, 3, 2, 1, 1, 2]),
        ((2, 4, 3), 1, [1, 2, 3, 4, 3, 4]),
    ):
        lengths_shape = shape[: axis if axis is not None and axis > 0 else -1] + (shape[2:] if axis == 1 else ())
        for temperature in (None, 2.0):
            case(
                "softmax",
                [shape, lengths_shape],
                axis=axis,
                use_length=True,
                temperature=temperature,
                dtypes=["float32", "int32"],
                values={1: np.array(lengths)},
            )


def losses():
    for operator in ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"):
        for shape in ((4,), (2, 3), (2, 1, 3), (1, 3, 2, 2)):
            case(operator, shape, low=-4, high=4)
        case(operator, (2, 3), grad_scale=0.3, low=-4, high=4)
    case("MakeLoss", (2, 3))
    case("MakeLoss", (2, 3, 2), grad_scale=2.0, normalization="batch", valid_thresh=0.1)
    case("MakeLoss", (2, 1), normalization="valid")
    case("make_loss", (2, 3))
    case("BlockGrad", (2, 3))
    case("BlockGrad", (1, 3, 2, 2))
    case("SVMOutput", (2, 5))
    case("SVMOutput", (2, 5), margin=0.5, regularization_coefficient=0.3, use_linear=True)
    case("IdentityAttachKLSparseReg", (2, 5), sparseness_target=0.2)


GRIDS = [softmax_heads, softmaxes, losses]
