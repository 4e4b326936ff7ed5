"""Sequences of different lengths, and softmax over part of an axis."""

from .recorder import case


def sequences():
    for operator in ("SequenceMask", "SequenceLast", "SequenceReverse"):
        for shape in ((4, 3, 2), (4, 3), (3, 1, 2, 2), (1, 2, 3), (2, 2, 1, 2, 2)):
            batch = [1, shape[0], 2][: shape[1]]
            lengths = [min(length, shape[0]) for length in batch]
            case(operator, shape)
            case(operator, shape, use_sequence_length=False)
            case(operator, [shape, (shape[1],)], use_sequence_length=True, values={1: lengths})
            case(operator, [shape, (shape[1],)], use_sequence_length=True, axis=0, values={1: lengths})
        for kind in ("int32", "int64", "float16", "uint8", "float64"):
            case(
                operator, [(4, 3, 2), (3,)], use_sequence_length=True, dtypes=["float32", kind],
                values={1: [2, 4, 1]}, note="typed lengths",
            )
        case(operator, [(4, 2), (2,)], use_sequence_length=True, values={1: [1.7, 3.2]}, note="fractions")
        for kind in ("int32", "float16", "float64"):
            case(
                operator, [(4, 2), (2,)], use_sequence_length=True, dtypes=[kind, "float32"], low=-9, high=9,
                values={1: [1, 3]},
            )
        case(
            operator, [(4, 2, 2), (2,)], use_sequence_length=True, values={1: [3, 1]}, weights=(1,),
            note="fixed lengths",
        )
    for operator in ("SequenceMask", "SequenceLast"):
        for shape in ((3, 4, 2), (2, 5), (1, 2, 3)):
            lengths = [1, shape[1], 2][: shape[0]]
            case(operator, shape, axis=1)
            case(operator, [shape, (shape[0],)], use_sequence_length=True, axis=1, values={1: lengths})
    for value in (-2.0, 0, 1e9, -1e-3):
        case("SequenceMask", (4, 3, 2), value=value)
        case("SequenceMask", [(4, 3, 2), (3,)], use_sequence_length=True, value=value, values={1: [0, 4, 2]})
    case("SequenceMask", [(3, 2), (2,)], use_sequence_length=True, values={1: [0, 7]}, note="outside")
    case(
        "SequenceMask", [(3, 2), (2,)], use_sequence_length=True, value=3.7, dtypes=["int32", "float32"],
        values={1: [1, 2]}, low=-9, high=9,
    )
    case("SequenceReverse", [(3, 2), (2,)], use_sequence_length=True, values={1: [0, 2]}, note="empty")


def partial_softmax():
    for kind in ("int32", "int64"):
        for axis, shape, other, lengths in (
            (None, (2, 3), (2,), [2, 3]),
            (-1, (2, 3), (2,), [1, 0]),
            (1, (2, 3), (2,), [1, 1]),
            (0, (2, 3), (3,), [1, 2, 0]),
            (1, (2, 3, 2), (2, 2), [1, 2, 3, 0]),
            (-1, (1, 2, 2, 3), (1, 2, 2), [3, 2, 1, 0]),
            (None, (4,), (1,), [3]),
        ):
            for temperature in (None, 2.0):
                case(
                    "softmax", [shape, other], use_length=True, axis=axis, temperature=temperature,
                    dtypes=["float32", kind], values={1: lengths},
                )
    case("softmax", [(2, 3), (2,)], use_length=True, dtypes=["float16", "int32"], values={1: [1, 3]})
    case("softmax", [(2, 3), (2,)], use_length=True, dtypes=["float32", "int32"], values={1: [1, 3]}, weights=(1,))
    case(
        "softmax", [(2, 3), (2,)], use_length=True, dtypes=["float32", "int32"],
        values={0: [-1e30, 5, 9, 80, 90, -100], 1: [1, 3]}, note="far apart",
    )
    case("softmax", (2, 3), use_length=False)


GRIDS = [sequences, partial_softmax]
