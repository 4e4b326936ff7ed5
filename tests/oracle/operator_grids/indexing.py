"""Lookups and selections."""

from .recorder import add, case, describe, mx, node, np, random_values


def lookups():
    for shape in ((4,), (2, 3), (1, 2, 3)):
        for more in (dict(), dict(dtype="float32"), dict(sparse_grad=False)):
            count = int(np.prod(shape))
            name = describe(dict(input_dim=6, output_dim=3, **more), [shape])
            symbol = node("Embedding", mx.sym.var("data"), input_dim=6, output_dim=3, **more)
            add(
                "Embedding",
                name,
                symbol,
                {"data": random_values(name, (count,), "int32", 0, 6).reshape(shape).astype("float32")},
            )
    case("Embedding", (2, 3), input_dim=6, output_dim=2, values={0: [-1, 0, 5, 6, 2.7, 100]}, note="outside")
    case("Embedding", (2, 3), input_dim=6, output_dim=2, dtype="int32", low=0, high=6)
    for mode in (None, "clip", "wrap"):
        for axis in (None, 0, 1, 2, -1):
            case("take", [(3, 4, 2), (2, 3)], axis=axis, mode=mode, values={1: [0, 1, 1, 0, 1, 0]})
        case("take", [(3, 4, 2), (5,)], mode=mode, values={1: [-1, 0, 2, 3, 7]}, note="outside")
        case(
            "take",
            [(3, 4, 2), (5,)],
            mode=mode,
            axis=1,
            dtypes=["float32", "int32"],
            values={1: [-2, 0, 2, 3, 7]},
            note="outside",
        )
    case("take", [(4, 3), (2, 2)], weights=(0,), values={1: [0, 3, 2, 1]}, note="weight")
    case("take", [(3, 4), (3,)], weights=(1,), values={1: [2, 0, 1]}, note="constant places")
    case("take", [(3, 4), (1,)], values={1: [2]})
    for more in (dict(), dict(on_value=5.0, off_value=-1.0), dict(dtype="int32"), dict(on_value=0.5)):
        for shape in ((5,), (2, 3)):
            case("one_hot", shape, depth=4, values={0: np.resize([0, 3, 1, -1, 4, 2], int(np.prod(shape)))}, **more)
    case("one_hot", (3,), depth=3, dtypes=["int32"], values={0: [2, 0, 1]})


def selections():
    for shape in ((4,), (2, 3), (2, 3, 2, 2)):
        case("where", [shape] * 3, values={0: np.arange(int(np.prod(shape))) % 3 % 2})
    case("where", [(3,), (3, 4), (3, 4)], values={0: [0, 2, -1]})
    case("where", [(3, 2), (3, 2), (3, 2)], values={0: [0, 1, 0, 0.5, -1, 0]}, weights=(2,), note="weight")
    case("where", [(3, 2), (3, 2), (3, 2)], dtypes=["int32", "float32", "float32"], values={0: [0, 1, 0, 2, -1, 0]})


GRIDS = [lookups, selections]
