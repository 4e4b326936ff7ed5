"""Normalizations, and activations with parameters."""

from .recorder import add, case, describe, mx, node, np, random_values


def batch_norm():
    for fix_gamma in (None, True, False):
        for eps in (None, 2e-5, 0.01):
            for shape in ((2, 4), (2, 3, 5), (1, 3, 4, 3), (1, 2, 2, 3, 2)):
                case("BatchNorm", shape, fix_gamma=fix_gamma, eps=eps)
    for axis in (0, 1, 2, 3, -1, -2, -4):
        case("BatchNorm", (2, 3, 4, 3), fix_gamma=False, axis=axis)
        if -3 <= axis < 3:
            case("BatchNorm", (2, 3, 4), fix_gamma=False, axis=axis)
    case("BatchNorm", (2, 4), axis=-1)
    for use_global_stats in (True, False):
        for momentum in (None, 0.5):
            case("BatchNorm", (2, 3, 2, 2), fix_gamma=False, use_global_stats=use_global_stats, momentum=momentum)
    for fix_gamma in (None, False):
        case("BatchNorm", (2, 3, 2, 2), fix_gamma=fix_gamma, output_mean_var=True)
        case("BatchNorm", (2, 3, 2, 2), fix_gamma=fix_gamma, output_mean_var=False, cudnn_off=True)
    for fix_gamma in (None, True, False):
        for eps in (None, 1e-5):
            case("BatchNorm_v1", (2, 3, 4, 3), fix_gamma=fix_gamma, eps=eps)


def others():
    for shape in ((2, 3, 5), (1, 3, 4, 3), (2, 2, 3, 2, 2)):
        for eps in (None, 1e-5, 0.1):
            case("InstanceNorm", shape, eps=eps)
    for axis in (None, -1, 0, 1, 2, -2, -3):
        for eps in (None, 0.1):
            case("LayerNorm", (2, 3, 4), axis=axis, eps=eps)
    case("LayerNorm", (3, 5))
    case("LayerNorm", (2, 3, 2, 3), axis=1)
    case("LayerNorm", (2, 3, 4), output_mean_var=True)
    case("LayerNorm", (2, 3, 4), axis=1, output_mean_var=True)
    case("LayerNorm", (2, 16), note="far from zero", low=50, high=51)
    for mode in (None, "instance", "channel", "spatial"):
        for shape in ((2, 4), (2, 3, 4), (2, 3, 2, 3), (1, 2, 2, 3, 2))[1 if mode in ("channel", "spatial") else 0 :]:
            case("L2Normalization", shape, mode=mode)
        for eps in (1e-10, 0.5):
            case("L2Normalization", (1, 3, 2, 3), mode=mode, eps=eps)
    case("L2Normalization", (2, 3), values={0: np.zeros((2, 3))}, note="zeros")
    for nsize in (1, 3, 5, 7):
        case("LRN", (1, 6, 3, 2), nsize=nsize, low=-4, high=4)
    for more in (
        dict(alpha=0.5),
        dict(beta=0.25),
        dict(knorm=1),
        dict(alpha=0.3, beta=0.5, knorm=3),
        dict(alpha=2e-3, beta=1, knorm=0.5),
    ):
        for batch in (1, 2):
            case("LRN", (batch, 6, 3, 2), nsize=5, low=-4, high=4, **more)
    for groups in (1, 2, 4):
        for eps in (None, 0.1):
            case("GroupNorm", (2, 4, 3, 2), num_groups=groups, eps=eps)
    case("GroupNorm", (2, 4, 5))
    for shape, groups in (((2, 4, 5), 2), ((2, 4, 3, 2), 4), ((1, 6, 2), 3), ((2, 2, 2, 1, 3), 1)):
        case("GroupNorm", shape, num_groups=groups, output_mean_var=True)
        case("GroupNorm", shape, num_groups=groups, output_mean_var=False, low=9, high=10, note="far from zero")
    for axis in (None, -1, 0, 2):
        for eps in (None, 0.1):
            case("LayerNorm", (2, 3, 4), axis=axis, eps=eps, output_mean_var=True)
    for axis in (None, -1, 0, 2):
        for eps in (None, 0.1):
            case("BatchNorm", (2, 3, 4), axis=axis, eps=eps, output_mean_var=True, fix_gamma=False)
    for shape in ((2, 3, 2, 2), (1, 4, 3, 2), (3, 1, 1, 5)):
        for fix_gamma in (None, True, False):
            for eps in (None, 1e-5):
                case("_contrib_BatchNormWithReLU", shape, fix_gamma=fix_gamma, eps=eps)


def activations():
    for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign"):
        for shape in ((5,), (2, 3), (2, 3, 4), (1, 3, 5, 4), (2, 2, 3, 2, 2)):
            case("Activation", shape, act_type=kind, low=-4, high=4)
        case("Activation", (2, 9), act_type=kind, low=-120, high=120, note="far from zero")
        case("Activation", (2, 9), act_type=kind, dtype="float16", low=-4, high=4)
    for kind in (None, "leaky", "elu"):
        for slope in (None, 0.1, 0.0, 0.5, 1.5):
            for shape in ((2, 5), (2, 3, 4), (1, 3, 2, 3)):
                case("LeakyReLU", shape, act_type=kind, slope=slope, low=-3, high=3)
    for kind in ("selu", "gelu"):
        for shape in ((7,), (2, 5), (2, 3, 4), (1, 3, 2, 3), (1, 2, 2, 2, 3)):
            case("LeakyReLU", shape, act_type=kind, low=-5, high=5)
        case("LeakyReLU", (2, 3), act_type=kind, slope=0.7)
    for bounds in (
        dict(),
        dict(lower_bound=0.1, upper_bound=0.3),
        dict(lower_bound=0.25),
        dict(upper_bound=0.5),
        dict(slope=0.9),
    ):
        for shape in ((2, 5), (1, 3, 2, 3)):
            # The other output is the mask of training, here uninitialized.
            case("LeakyReLU", shape, act_type="rrelu", low=-3, high=3, output=0, **bounds)
    for shape, gammas in (
        ((2, 5), (5, 1)),
        ((2, 3, 4), (3, 1)),
        ((1, 3, 2, 3), (3, 1)),
        ((2, 3, 2, 3), (3,)),
        ((1, 2, 2, 3, 2), (2, 1)),
        ((2, 3, 3), (3,)),
    ):
        for gamma in gammas:
            symbol = node("LeakyReLU", mx.sym.var("data"), mx.sym.var("op_gamma", shape=(gamma,)), act_type="prelu")
            name = describe(dict(act_type="prelu"), [shape, (gamma,)])
            add(
                "LeakyReLU",
                name,
                symbol,
                {"data": random_values(name, shape, low=-2, high=2)},
                {"op_gamma": random_values(name + "g", (gamma,))},
            )
    case("LeakyReLU", (2, 3, 4), act_type="prelu", low=-2, high=2)
    case("LeakyReLU", (2, 3, 4, 4), act_type="prelu", slope=0.5, low=-2, high=2)


GRIDS = [batch_norm, others, activations]
