"""Dense layers and matrix products."""

from .recorder import case


def fully_connected():
    for flatten in (None, True, False):
        for no_bias in (None, True, False):
            for shape in ((2, 6), (2, 3, 4), (1, 2, 3, 2), (1, 5, 1, 1)):
                case("FullyConnected", shape, num_hidden=3, flatten=flatten, no_bias=no_bias)
    case("FullyConnected", (1, 7), num_hidden=1)
    case("FullyConnected", (2, 2, 2, 1, 3), num_hidden=4)
    case("FullyConnected", (2, 2, 2, 1, 3), num_hidden=4, flatten=False)


def products():
    for a, b, left, right in (
        ((2, 3), (3, 4), None, None),
        ((3, 2), (3, 4), True, None),
        ((2, 3), (4, 3), None, True),
        ((3, 2), (4, 3), True, True),
        ((5,), (5,), None, None),
        ((2, 3, 4), (4, 5), None, None),
        ((2, 3, 4), (4, 2, 3), None, None),
        ((3, 4), (4, 2, 2), False, False),
        ((2, 3), (3,), None, None),
        ((4, 2, 3), (4, 5), True, None),
        ((2, 3, 4), (2, 3, 4), None, True),
        ((2, 3, 4), (5, 4), None, True),
        ((3,), (3, 4), None, None),
        ((3, 2, 2), (4, 3), True, True),
    ):
        for weights in ((), (1,)):
            case("dot", [a, b], transpose_a=left, transpose_b=right, weights=weights, note="weight" if weights else "")
    for a, b, left, right in (
        ((2, 3, 4), (2, 4, 5), None, None),
        ((2, 4, 3), (2, 4, 5), True, None),
        ((2, 3, 4), (2, 5, 4), None, True),
        ((1, 4, 3), (1, 5, 4), True, True),
        ((3, 1, 4), (3, 4, 1), False, False),
        ((2, 2, 3, 4), (2, 2, 4, 2), None, None),
        ((2, 2, 3, 4), (2, 2, 5, 4), None, True),
    ):
        for weights in ((), (1,)):
            case(
                "batch_dot",
                [a, b],
                transpose_a=left,
                transpose_b=right,
                weights=weights,
                note="weight" if weights else "",
            )


GRIDS = [fully_connected, products]
