"""Elements by position, rearrangements, and values that follow from shapes."""

from .recorder import add, case, describe, mx, node, np, random_values

NAN, INF = float("nan"), float("inf")


def picking():
    for axis in (None, 0, 1, -1, -2):
        for keepdims in (None, True, False):
            for mode in (None, "clip", "wrap"):
                size = 3 if axis in (0, -2) else 2
                case("pick", [(2, 3), (size,)], axis=axis, keepdims=keepdims, mode=mode, values={1: [0, 1, 1][:size]})
    for mode in (None, "wrap"):
        case("pick", [(3, 4), (3,)], mode=mode, values={1: [-1, 5, -9]}, note="outside")
        case("pick", [(3, 4), (3,)], mode=mode, values={1: [1.7, 2.2, 0.9]}, note="fractions")
    for axis, other in ((0, (3, 4)), (1, (2, 4)), (2, (2, 3))):
        case("pick", [(2, 3, 4), other], axis=axis, values={1: np.resize([0, 1, 1, 0, 1], int(np.prod(other)))})
    case("pick", [(3, 4), (3, 1)], values={1: [0, 3, 2]})
    case("pick", [(3, 4), (3, 1)], keepdims=True, values={1: [0, 3, 2]})
    case("pick", [(3, 4), (1, 4)], axis=0, values={1: [0, 2, 1, 2]})
    case("pick", [(4,), (1,)], values={1: [2]})
    for kind in ("int32", "int64", "uint8", "float16", "float64"):
        case("pick", [(3, 4), (3,)], dtypes=["float32", kind], values={1: [0, 3, 2]})
        case("pick", [(3, 4), (3,)], dtypes=[kind, "float32"], values={1: [0, 3, 2]}, low=0, high=9)
    case("pick", [(3, 4), (3,)], values={1: [0, 3, 2]}, weights=(1,), note="fixed places")
    for shape in ((2, 3), (1, 4), (4, 1)):
        case("batch_take", [shape, shape[:1]], dtypes=["float32", "int32"], values={1: [0, 2, 1, 0][: shape[0]]})
    case("batch_take", [(3, 4), (3,)], dtypes=["float32", "int32"], values={1: [-1, 9, 3]}, note="outside")
    case("batch_take", [(3, 4), (3,)], dtypes=["int32", "int32"], values={1: [0, 3, 2]}, low=0, high=9)
    for shape, mask in (((3, 4), [0, 1, 1]), ((3, 4), [1, 1, 1]), ((4,), [0, 2, -1, 0]), ((3, 2, 2), [0, 0, 0.5])):
        case("_contrib_boolean_mask", [shape, shape[:1]], values={1: mask}, weights=(1,))
        case("_contrib_boolean_mask", [shape, shape[:1]], values={1: mask}, weights=(1,), axis=0)
    case("_contrib_boolean_mask", [(3, 4), (3,)], dtypes=["float32", "int32"], values={1: [0, 2, -1]}, weights=(1,))
    kinds = ["int32", "float32"]
    case("_contrib_boolean_mask", [(3, 4), (3,)], dtypes=kinds, values={1: [0, 2, 1]}, weights=(1,), low=0, high=9)


def coordinates():
    for kind in ("float32", "int32", "int64"):
        kinds = ["float32", kind]
        case("gather_nd", [(3, 4), (2, 3)], dtypes=kinds, values={1: [0, 1, 2, 3, 0, 1]})
        case("gather_nd", [(3, 4), (1, 2)], dtypes=kinds, values={1: [2, 0]})
        case("gather_nd", [(2, 3, 2), (2, 2, 2)], dtypes=kinds, values={1: [0, 1, 1, 0, 2, 1, 0, 2]})
        case("gather_nd", [(3, 4), (2, 3)], dtypes=kinds, values={1: [0, -1, -3, -4, 3, 0]}, note="from the end")
        case("gather_nd", [(2, 3, 2), (3, 1)], dtypes=kinds, values={1: [1, 2, 0]})
        case("gather_nd", [(2, 3, 2), (1, 2, 2)], dtypes=kinds, values={1: [1, 0, 0, 1]})
    case("gather_nd", [(4,), (1, 3)], values={1: [3, 0, 3]})
    case("gather_nd", [(3, 4), (2, 3)], dtypes=["int32", "float32"], values={1: [0, 1, 2, 3, 0, 1]}, low=0, high=9)
    case("gather_nd", [(3, 4), (2, 3)], dtypes=["float16", "float32"], values={1: [0, 1, 2, 3, 0, 1]})
    case("gather_nd", [(3, 4), (2, 3)], values={1: [0, 1, 2, 3, 0, 1]}, weights=(1,), note="fixed places")
    case("gather_nd", [(3, 4), (2, 3)], values={1: [0, 1, 2, 3, 0, 1]}, weights=(0,), note="table")
    for kind in ("float32", "int32", "int64"):
        kinds = ["float32", kind]
        case("scatter_nd", [(3,), (2, 3)], shape=(2, 3), dtypes=kinds, values={1: [1, 1, 0, 0, 1, 2]})
        case("scatter_nd", [(2, 2), (1, 2)], shape=(3, 2), dtypes=kinds, values={1: [1, 0]})
        case("scatter_nd", [(2, 2, 2), (1, 2, 2)], shape=(5, 2), dtypes=kinds, values={1: [3, 0, 1, 4]})
        case("scatter_nd", [(2, 2), (2, 2, 2)], shape=(2, 4), dtypes=kinds, values={1: [0, 1, 0, 1, 0, 1, 2, 3]})
    case("scatter_nd", [(3,), (1, 3)], shape=(5,), values={1: [4, 0, 2]}, weights=(1,), note="fixed places")
    case("scatter_nd", [(3,), (1, 3)], shape=(5,), dtypes=["int32", "int32"], values={1: [4, 0, 2]}, low=1, high=9)
    for kind in ("float32", "int32", "int64"):
        case("_contrib_index_copy", [(3, 4), (2,), (2, 4)], dtypes=["float32", kind, "float32"], values={1: [2, 0]})
        case("_contrib_index_copy", [(3, 2, 2), (1,), (1, 2, 2)], dtypes=["float32", kind, "float32"], values={1: [1]})
    case("_contrib_index_copy", [(4,), (2,), (2,)], values={1: [3, 1]})
    case("_contrib_index_copy", [(3, 4), (2,), (2, 4)], values={1: [2, 0]}, weights=(0, 1), note="weights")
    # Writes into its first input, so that is the result of another node.
    for shape, indices, updates in (((2, 3), [[0, 1], [1, 2]], (2,)), ((3, 2), [[2, 0]], (2, 2))):
        symbol = node(
            "_scatter_set_nd", mx.sym.var("data") * 2, mx.sym.var("data1"), mx.sym.var("data2"), shape=shape
        )
        generator = np.random.RandomState(7)
        inputs = {
            "data": generator.uniform(size=shape).astype("float32"),
            "data1": generator.uniform(size=updates).astype("float32"),
            "data2": np.array(indices, dtype="float32"),
        }
        add("_scatter_set_nd", f"shape={shape}".replace(" ", ""), symbol, inputs)
    for shape in ((2, 5), (-1, 5), (7,), (2, 3, 4), (3, 1, 2)):
        total = abs(int(np.prod(shape)))
        places = [0, total - 1, total // 2, 1]
        coordinates_of = np.stack([np.arange(4) % abs(size) for size in shape])
        for kind in ("float32", "int32", "int64"):
            case("_unravel_index", (4,), shape=shape, dtype=kind, values={0: places})
            case("_ravel_multi_index", (len(shape), 4), shape=shape, dtype=kind, values={0: coordinates_of})
    case("_unravel_index", (3,), shape=(2, 5), dtype="int32", values={0: [-1, -7, 29]}, note="outside")
    case("_unravel_index", (3,), shape=(2, 3, 2), dtype="int64", values={0: [-1, -7, 29]}, note="outside")
    case("_ravel_multi_index", (2, 3), shape=(2, 5), dtype="int32", values={0: [5, -1, 0, 7, -7, 9]}, note="outside")


def rearrangements():
    for repeats in (1, 2, 3):
        for axis in (None, 0, 1, 2, -1, -3):
            case("repeat", (2, 3, 2), repeats=repeats, axis=axis)
        case("repeat", (3,), repeats=repeats)
        case("repeat", (3,), repeats=repeats, axis=0)
    case("repeat", (2, 3), repeats=2, axis=1, dtype="int32", low=0, high=9)
    case("repeat", (2, 3), repeats=2, dtype="float16")
    for axis in (0, 1, 2, (0, 1), (2, 0), (0, 1, 2), (0, 0), (1, 1, 1), ()):
        case("reverse", (2, 3, 4), axis=axis)
    case("reverse", (5,), axis=0)
    case("reverse", (1, 4), axis=(0, 1))
    case("reverse", (1, 2, 3, 2), axis=(1, 3))
    case("reverse", (2, 3), axis=1, dtype="int32", low=0, high=9)
    case("reverse", (2, 3), axis=1, dtype="float16")
    for shift, axis in (
        ((1,), None), ((-3,), None), ((0,), None), ((7,), None), ((1,), (1,)), ((1, 2), (0, 1)), ((-7,), (-1,)),
        ((1,), (0, 1)), ((3, -1), (-1, 0)), ((0, 1), (0, 1)), ((2,), 0),
    ):
        case("_np_roll", (2, 5), shift=shift, axis=axis)
        case("_np_roll", (2, 3, 2), shift=shift, axis=axis)
    case("_np_roll", (5,), shift=(2,))
    case("_np_roll", (2, 3), shift=(1,), axis=(1,), dtype="int32", low=0, high=9)
    for size in (1, 2, 3):
        for batch in (1, 2):
            case("depth_to_space", (batch, size * size * 2, 2, 3), block_size=size)
            case("space_to_depth", (batch, 2, size * 2, size), block_size=size)
    case("depth_to_space", (1, 4, 1, 1), block_size=2)
    case("space_to_depth", (1, 1, 2, 2), block_size=2)
    case("depth_to_space", (1, 4, 2, 1), block_size=2, dtype="float16")
    case("space_to_depth", (1, 1, 2, 4), block_size=2, dtype="int32", low=0, high=9)
    for indices, axis, squeeze in (
        ((0, 1, 3), 1, None), ((0, 2), 2, None), ((0, 1), 0, True), ((0, 3), -1, None), ((0,), 1, None),
        ((0, 1, 2, 3, 4), 1, True), ((0, 1, 2, 3, 4), 1, False), ((0, 1), -3, True),
    ):
        case("_split_v2", (2, 5, 4), indices=indices, axis=axis, squeeze_axis=squeeze)
    for sections, axis, squeeze in (
        (2, 1, None), (4, 1, True), (3, 1, None), (1, 0, None), (3, -1, True), (4, 1, False),
    ):
        case("_split_v2", (2, 4, 3), indices=(), sections=sections, axis=axis, squeeze_axis=squeeze)
    case("_split_v2", (2, 4), indices=(0, 3))
    case("_split_v2", (2, 4), indices=(0, 1), sections=2)
    case("_split_v2", (2, 4), indices=(0, 3), dtype="int32", low=0, high=9)
    for begin, end, step in (
        ((-1,), (None,), (-1,)), ((2, 3), (None, None), (-1, -1)), ((None, -1), (None, -4), (None, -2)),
        ((1,), (-9,), (-1,)), ((None, None, 4), (None, None, 0), (-1, -2, -3)), ((2,), (0,), (-2,)),
        ((None,), (0,), (-1,)), ((-3, 0), (3, 100), (1, 3)), ((0, 3), (2, 1), (1, -1)),
    ):
        case("slice", (3, 4, 5), begin=begin, end=end, step=step)
    case("slice", (6,), begin=(None,), end=(None,), step=(-1,))
    case("slice", (3, 4), begin=(2, 3), end=(None, 0), step=(-1, -2), dtype="int32", low=0, high=9)


def from_shapes():
    for shape in ((5,), (2, 3), (1, 2, 3, 4)):
        case("shape_array", shape)
        case("size_array", shape)
        case("shape_array", shape, dtype="int32", low=0, high=3)
        case("_contrib_index_array", shape)
        for axes in ((0,), (-1,), (0, -1), (-1, 0)):
            case("_contrib_index_array", shape, axes=axes)
    for axis in (None, 0, 1, 2, -1, -2):
        for more in (dict(), dict(start=2.5), dict(step=0.5), dict(repeat=2), dict(start=-1, step=-2, repeat=3)):
            case("_contrib_arange_like", (2, 3, 2), axis=axis, **more)
    case("_contrib_arange_like", (5,))
    case("_contrib_arange_like", (2, 3), step=0)
    for kind in ("int32", "int64", "float16", "float64"):
        case("_contrib_arange_like", (2, 3), axis=1, start=1.5, dtype=kind, low=0, high=9)
        case("_contrib_arange_like", (2, 3), start=-2.5, step=1.5, repeat=2, dtype=kind, low=0, high=9)
    case("_contrib_arange_like", (2, 3), start=-2, dtype="uint8", low=0, high=9)
    for more in (
        dict(N=3), dict(N=3, M=2), dict(N=2, M=4, k=1), dict(N=3, k=-1), dict(N=3, M=0, k=2), dict(N=3, k=5),
        dict(N=3, k=-5), dict(N=1), dict(N=2, M=5, k=-1), dict(N=4, M=2, k=1),
    ):
        for kind in (None, "int32", "float16", "float64", "int64"):
            attributes = dict(more, dtype=kind) if kind else more
            size = (more["N"], more.get("M") or more["N"])
            x = mx.sym.var("data", dtype=kind) if kind else mx.sym.var("data")
            values = random_values(f"_eye/{attributes}", size, kind or "float32", 0, 9)
            symbol = node("elemwise_add", x, node("_eye", name="eye", **attributes))
            add("_eye", describe(attributes, [size]), symbol, {"data": values})
    for k in (None, 0, 1, 2, -1, -2):
        case("diag", (3,), k=k)
        case("diag", (3, 4), k=k)
        case("diag", (4, 3), k=k)
        case("diag", (1,), k=k)
        case("diag", (3, 3, 3), k=k)
        for a, b in ((1, 2), (2, 0), (-1, -2), (0, 1)):
            case("diag", (3, 3, 4), k=k, axis1=a, axis2=b)
    case("diag", (1, 2, 3, 4), axis1=1, axis2=3)
    case("diag", (2,), values={0: [NAN, 1]}, note="nan")
    for kind in ("int32", "float16"):
        case("diag", (3,), dtype=kind, low=1, high=9)
        case("diag", (3, 4), dtype=kind, low=1, high=9)


GRIDS = [picking, coordinates, rearrangements, from_shapes]
