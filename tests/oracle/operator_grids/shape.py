"""Operators that move values without changing them, and constants."""

import itertools

from .recorder import add, case, describe, mx, node, random_values


def reshape():
    for shape, code in (
        ((2, 6), (3, 4)),
        ((2, 3, 4), (-1,)),
        ((2, 3, 4), (0, -1)),
        ((2, 3, 4), (0, 0, -1)),
        ((2, 3, 4), (-1, 0, 0)),
        ((2, 3, 4), (4, 0, 2)),
        ((2, 3, 4), (-2,)),
        ((2, 3, 4), (2, -2)),
        ((2, 3, 4), (-2, 1, 1)),
        ((2, 3, 4, 5), (-3, -3)),
        ((2, 3, 4, 5), (0, -3, 0)),
        ((2, 3, 4), (-3, 4)),
        ((2, 3, 4), (0, -3)),
        ((2, 3, 4), (-3, -2)),
        ((2, 3, 4), (-4, 1, 2, -2)),
        ((2, 3, 4), (2, -4, -1, 3, -2)),
        ((2, 3, 4), (0, 0, -4, 2, -1)),
        ((2, 3, 4), (-1, 12)),
        ((2, 3, 4), (1, 0, 0, -1)),
        ((1, 8, 3, 3), (0, -4, 2, -1, -2)),
        ((2, 4, 3), (0, 2, -1, 3)),
        ((8, 3, 3), (-4, -1, 2, 0, 0)),
        ((2, 3, 4), (1, 2, 3, 4)),
        ((24,), (2, 3, -1)),
        ((1, 1, 1), (1,)),
        ((2, 1, 3), (-3, 0)),
    ):
        case("Reshape", shape, shape=code)
    # From the right, where a split is written first part, second part, -4.
    for shape, code in (
        ((5, 5, 4), (-1, 0)),
        ((5, 5, 4), (0, -1)),
        ((2, 3, 4), (-1, 0, 0)),
        ((2, 3, 4), (-2, 4)),
        ((2, 3, 4), (-2,)),
        ((2, 3, 4), (4, -3)),
        ((2, 3, 4, 5), (-3, 0, 0)),
        ((2, 3, 4, 5), (0, 0, -3)),
        ((2, 3, 4, 5), (-3, -3)),
        ((2, 3, 4), (-3, 0)),
        ((2, 3, 4), (0, 0, 2, 2, -4)),
        ((2, 3, 4), (0, 0, 2, -1, -4)),
        ((2, 6, 4), (0, 2, 3, -4, 0)),
        ((2, 6, 4), (0, -1, 3, -4, 0)),
        ((2, 3, 4), (0, 0, 0)),
        ((2, 3, 4), (6, 0)),
    ):
        for reverse in (True, False):
            case("Reshape", shape, shape=code, reverse=reverse)
    for target, keep in (((0, 6), False), ((0, 0, 6), True), ((4, 3), None), ((0, 12), None)):
        case("Reshape", (2, 3, 2), target_shape=target, keep_highest=keep)
    case("Reshape", (2, 3), shape=(3, 2), dtype="int32", low=0, high=9)
    for shape in ((5,), (2, 3), (2, 3, 4), (2, 3, 2, 2), (1, 2, 2, 3, 2)):
        case("Flatten", shape)
    for a, b in (((2, 6), (3, 4)), ((2, 3, 4), (4, 6)), ((6,), (1, 2, 3))):
        case("reshape_like", [a, b])
    for attributes in (
        dict(lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2),
        dict(lhs_begin=0, lhs_end=-1, rhs_begin=0, rhs_end=2),
        dict(lhs_begin=1, rhs_begin=2),
    ):
        case("reshape_like", [(6, 4), (2, 3, 4)], attributes)


def permutations():
    for rank in (1, 2, 3, 4):
        shape = (2, 3, 4, 5)[:rank]
        case("transpose", shape)
        for axes in itertools.permutations(range(rank)):
            case("transpose", shape, axes=axes)
    case("transpose", (1, 2, 3, 2, 2))
    case("transpose", (1, 2, 3, 2, 2), axes=(0, 3, 4, 1, 2))
    case("transpose", (1, 2, 2, 2, 3, 2), axes=(0, 2, 4, 1, 3, 5))
    case("transpose", (2, 3), axes=())
    case("SwapAxis", (2, 3, 4))
    for a, b in itertools.product((0, 1, 2, -1), repeat=2):
        case("SwapAxis", (2, 3, 4), dim1=a, dim2=b)
    case("SwapAxis", (2, 3, 4), dim2=2)
    for axis in (-4, -3, -2, -1, 0, 1, 2, 3):
        case("expand_dims", (2, 3, 4), axis=axis)
    case("expand_dims", (3,), axis=0)
    for axis in (None, 0, 2, -2, -4, (0, 2), (2, 0), (-2,), (0, -2)):
        case("squeeze", (1, 3, 1, 2), axis=axis)
    case("squeeze", (1, 1))


def joining():
    for count in (1, 2, 3, 4):
        for dim in (None, 0, 1, 2, -1):
            shapes = [
                tuple(
                    size + (k if axis == (1 if dim is None else dim % 3) else 0) for axis, size in enumerate((2, 2, 3))
                )
                for k in range(count)
            ]
            case("Concat", shapes, dim=dim)
    case("Concat", [(3,), (2,)], dim=0)
    case("Concat", [(1, 2, 2, 2), (1, 3, 2, 2)])
    case("Concat", [(1, 2, 2, 2), (1, 2, 2, 2)], dim=3, weights=(1,), note="weight")
    case("Concat", [(1, 2, 2, 2), (1, 2, 2, 2)], dim=-4)
    case("Concat", [(2, 2), (2, 3)], dim=1, dtype="int32", low=0, high=9)
    for axis in (None, 0, 1, 2, -1, -3):
        for count in (1, 2, 3):
            case("stack", [(2, 3)] * count, axis=axis)
    for axis, count in ((None, 3), (None, 1), (1, 3), (0, 2), (2, 2), (2, 4), (-1, 4), (-2, 3)):
        for squeeze in (None, True, False):
            if squeeze and (2, 3, 4)[1 if axis is None else axis] != count:
                continue
            case("SliceChannel", (2, 3, 4), num_outputs=count, axis=axis, squeeze_axis=squeeze)
    case("SliceChannel", (1, 4, 2, 2), num_outputs=2)


def slicing():
    for begin, end, step in (
        ((0,), (1,), None),
        ((1, 1), (3, 4), None),
        ((None, 1), (None, 3), None),
        ((0, 0, 1), (3, 4, 2), None),
        ((-2,), (3,), None),
        ((0, -3), (2, -1), None),
        ((0,), (None,), (2,)),
        ((None, None), (None, None), (1, 2)),
        ((None,), (None,), (-1,)),
        ((2, 3), (0, None), (-1, -2)),
        ((None, -1), (None, 0), (None, -1)),
        ((1,), (100,), None),
        ((0, 1, 0), (2, 3, 4), (1, 1, 3)),
        ((None, 3, None), (None, 0, None), (2, -1, 2)),
        ((), (), None),
    ):
        case("slice", (3, 4, 5), begin=begin, end=end, step=step)
    for axis, begin, end in (
        (0, 0, 1),
        (1, 1, 3),
        (2, 2, None),
        (-1, 1, 4),
        (-2, -3, -1),
        (1, -2, None),
        (0, 0, None),
        (2, 0, -1),
        (-3, 1, 3),
    ):
        case("slice_axis", (3, 4, 5), axis=axis, begin=begin, end=str(end) if end is None else end)
    for other, axes in (
        ((2, 3, 4), None),
        ((2, 3, 4), (0,)),
        ((2, 3, 4), (1, 2)),
        ((2, 3, 4), (-1,)),
        ((2, 3, 4), (0, -2)),
        ((2, 3), (0, 1)),
        ((3, 9, 4, 2), (0, 2)),
        ((2, 3, 4), ()),
    ):
        case("slice_like", [(3, 4, 5), other], axes=axes)
    for attributes in (
        dict(h_w=(3, 2)),
        dict(h_w=(3, 2), offset=(1, 2)),
        dict(h_w=(3, 2), center_crop=True),
        dict(h_w=(5, 4)),
        dict(h_w=(2, 3), offset=(0, 1), center_crop=False),
        dict(h_w=(2, 3), center_crop=True),
    ):
        case("Crop", (1, 2, 5, 6), attributes)
    for attributes in (
        dict(),
        dict(offset=(1, 2)),
        dict(center_crop=True),
        dict(center_crop=True, offset=(1, 1)),
        dict(h_w=(1, 1)),
    ):
        for like in ((1, 3, 3, 2), (1, 3, 4, 3)):
            case("Crop", [(1, 2, 5, 6), like], attributes)


def repeating():
    for reps in ((2,), (2, 3), (1, 2), (2, 1, 2), (1, 1), (2, 1, 1, 3), ()):
        case("tile", (2, 3, 2), reps=reps)
    for mode in ("constant", "edge", "reflect"):
        for width in (
            (0, 0, 0, 0, 1, 1, 1, 1),
            (0, 0, 0, 0, 2, 1, 0, 2),
            (0, 0, 0, 0, 0, 0, 3, 0),
            (0,) * 8,
            (0, 0, 0, 0, 1, 0, 0, 1),
        ):
            case("Pad", (1, 2, 4, 4), mode=mode, pad_width=width)
            if mode == "constant":
                case("Pad", (1, 2, 4, 4), mode=mode, pad_width=width, constant_value=1.5)
        case("Pad", (1, 2, 3, 3, 3), mode=mode, pad_width=(0, 0, 0, 0, 1, 2, 2, 1, 0, 1))
    for axis, size in ((1, 3), ((1,), (3,)), ((0, 2), (2, 4)), ((2,), (1,))):
        case("broadcast_axis", (1, 1, 1), axis=axis, size=size)
    case("broadcast_axis", (1, 3, 1), axis=2, size=4)
    case("broadcast_axis", (1, 3, 1), axis=(2, 0), size=(4, 2))
    for shape in ((2, 3, 4), (0, 3, 4), (2, 0, 0)):
        case(
            "broadcast_to",
            (2, 1, 1) if shape[0] == 2 and shape[1] else (1, 3, 1) if shape[1] == 3 else (1, 3, 4),
            shape=shape,
        )
    case("broadcast_to", (1, 3), shape=(2, 0))
    for attributes, shapes in (
        (dict(), [(1, 3, 1), (2, 3, 4)]),
        (dict(), [(2, 3), (2, 3)]),
        (dict(lhs_axes=(0,), rhs_axes=(-1,)), [(1, 3, 1), (5, 2, 4)]),
        (dict(lhs_axes=(0, 2), rhs_axes=(1, 0)), [(1, 3, 1), (2, 4)]),
    ):
        case("broadcast_like", shapes, attributes)


def constants():
    def joined(operator, attributes, shape, type_of_data="float32", **more):
        """The constant added to a variable, since a model has an input."""
        made = node(operator, name="made", **attributes)
        symbol = node("broadcast_add", mx.sym.var("data"), made, **more)
        name = describe(attributes, [shape])
        add(operator, name, symbol, {"data": random_values(name, shape, type_of_data)})

    for operator in ("_zeros", "_ones"):
        for shape in ((3,), (2, 3), (2, 1)):
            joined(operator, dict(shape=shape), (2, 3) if len(shape) == 2 else (3,))
            joined(operator, dict(shape=shape, dtype="float32"), (2, 3) if len(shape) == 2 else (3,))
    joined("_full", dict(shape=(1, 3), value=2.5), (2, 3))
    joined("_full", dict(shape=(1, 3), value=-1, dtype="float32"), (2, 3))
    for attributes, size in (
        (dict(start=0, stop=5), 5),
        (dict(start=2, stop=8, step=2), 3),
        (dict(start=0, stop=3, repeat=2), 6),
        (dict(start=4), 4),
        (dict(start=1, stop=2, step=0.25), 4),
        (dict(start=5, stop=0, step=-1), 5),
        (dict(start=0, stop=4, dtype="float32"), 4),
        (dict(start=0.5, stop=3.2, step=0.9, repeat=1), 3),
        (dict(start=0, stop=None, step=1, repeat=1, dtype="float32", infer_range=False), None),
    ):
        if size:
            joined("_arange", attributes, (size,))
    for axis in (None, 0, 1, -1):
        for more in (dict(), dict(start=2.0, step=0.5), dict(repeat=2)):
            case("_contrib_arange_like", (2, 4, 2), {"axis": axis, **more})


GRIDS = [reshape, permutations, joining, slicing, repeating, constants]
