"""Linear algebra on stacks of matrices, and attention on interleaved projections."""

from .recorder import case, np, random_values

STACKS = ((), (2,), (1, 2))


def triangular(shape, seed):
    """Matrices whose diagonal is away from zero; both triangles are filled, so that reading the wrong one shows."""
    n = shape[-1]
    return random_values(seed, shape) + 2 * np.eye(n, dtype="float32")


def positive_definite(shape, seed):
    a = random_values(seed, shape).astype("float64")
    return (a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])).astype("float32")


def gemm():
    for stack in STACKS:
        for left in (None, True):
            for right in (None, True):
                a = stack + ((4, 3) if left else (3, 4))
                b = stack + ((2, 4) if right else (4, 2))
                case("_linalg_gemm2", [a, b], transpose_a=left, transpose_b=right)
                case("_linalg_gemm", [a, b, stack + (3, 2)], transpose_a=left, transpose_b=right)
    for alpha, beta in ((0.5, None), (-2.0, 0.25), (0.0, 1.0), (None, 0.0)):
        case("_linalg_gemm", [(2, 3, 4), (2, 4, 2), (2, 3, 2)], alpha=alpha, beta=beta)
    for alpha in (0.5, -2.0, 0.0):
        case("_linalg_gemm2", [(2, 3, 4), (2, 4, 2)], alpha=alpha)
        case("_linalg_gemm2", [(3, 4), (4, 2)], alpha=alpha, dtype="float64")
    for axis in (-2, -3, 0, 1):
        a, b, c = ((3, 2, 4), (4, 2, 5), (3, 2, 5)) if axis in (-3, 0) else ((2, 3, 4), (2, 4, 5), (2, 3, 5))
        case("_linalg_gemm2", [a, b], axis=axis)
        case("_linalg_gemm", [a, b, c], axis=axis, alpha=2.0)
    case("_linalg_gemm2", [(3, 2, 2, 4), (5, 2, 2, 4)], axis=0, transpose_b=True)
    case("_linalg_gemm2", [(2, 4, 3, 2), (2, 4, 3, 5)], axis=1, transpose_a=True)
    for stack in STACKS:
        for transpose in (None, True, False):
            case("_linalg_syrk", stack + (3, 4), transpose=transpose)
            case("_linalg_syrk", stack + (3, 4), transpose=transpose, alpha=-0.5)
    case("_linalg_syrk", (2, 3), dtype="float64")


def triangles():
    for operator in ("_linalg_trmm", "_linalg_trsm"):
        for stack in STACKS:
            for transpose in (None, True):
                for right in (None, True):
                    for lower in (None, False):
                        a = stack + (3, 3)
                        case(
                            operator,
                            [a, stack + ((2, 3) if right else (3, 2))],
                            transpose=transpose,
                            rightside=right,
                            lower=lower,
                            values={0: triangular(a, f"{operator}{stack}")},
                        )
        case(operator, [(3, 3), (3, 4)], alpha=0.5, lower=True, values={0: triangular((3, 3), "alpha")})
        case(operator, [(1, 1), (1, 1)], alpha=-2.0, values={0: triangular((1, 1), "one")})
    for stack in STACKS:
        for lower in (None, True, False):
            for n in (1, 4):
                shape = stack + (n, n)
                case("_linalg_potrf", shape, lower=lower, values={0: positive_definite(shape, f"potrf{shape}")})
                case("_linalg_potri", shape, lower=lower, values={0: triangular(shape, f"potri{shape}")})
    for stack in STACKS:
        for offset in (None, 1, -1, 2, -2):
            case("_linalg_extractdiag", stack + (4, 4), offset=offset)
            case("_linalg_makediag", stack + (3,), offset=offset)
            for lower in (None, True, False):
                case("_linalg_extracttrian", stack + (4, 4), offset=offset, lower=lower)
                case("_linalg_maketrian", stack + (6,), offset=offset, lower=lower)
        case("_linalg_makediag", stack + (1,))
        case("_linalg_maketrian", stack + (1,))
        case("_linalg_sumlogdiag", stack + (3, 3), low=0.1, high=3.0)
    case("_linalg_sumlogdiag", (1, 1), low=0.1, high=3.0, dtype="float64")


def determinants():
    for stack in STACKS:
        for n in (1, 2, 3, 5):
            shape = stack + (n, n)
            case("_linalg_det", shape)
            case("_linalg_slogdet", shape)
            case("_linalg_inverse", shape, values={0: triangular(shape, f"inverse{shape}")})
    singular = [[1, 2], [2, 4]]
    case("_linalg_det", (2, 2), values={0: singular}, note="singular")
    swapped = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    for operator in ("_linalg_det", "_linalg_slogdet", "_linalg_inverse"):
        case(operator, (3, 3), values={0: swapped}, note="permutation")
        case(operator, (2, 2), dtype="float64", values={0: [[3, 1], [-1, 2]]})


def attention():
    for length, memory, batch, heads, size in ((3, 4, 2, 2, 2), (1, 1, 1, 1, 3), (4, 2, 1, 3, 1), (2, 5, 3, 1, 4)):
        qkv = (length, batch, heads * 3 * size)
        case("_contrib_interleaved_matmul_selfatt_qk", qkv, heads=heads)
        case("_contrib_interleaved_matmul_selfatt_valatt", [qkv, (batch * heads, length, length)], heads=heads)
        q, kv = (length, batch, heads * size), (memory, batch, heads * 2 * size)
        case("_contrib_interleaved_matmul_encdec_qk", [q, kv], heads=heads)
        case("_contrib_interleaved_matmul_encdec_valatt", [kv, (batch * heads, length, memory)], heads=heads)


GRIDS = [gemm, triangles, determinants, attention]
