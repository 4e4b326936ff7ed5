"""Linear algebra on stacks of matrices, and attention on interleaved projections."""

from .recorder import CASES, add, case, mx, node, np, random_values

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


def einsum():
    for subscripts, shapes in (
        ("ij,jk->ik", ((2, 3), (3, 4))),
        ("ij,jk", ((2, 3), (3, 4))),
        ("ij,kj->ik", ((2, 3), (4, 3))),
        ("bij,bjk->bik", ((2, 3, 4), (2, 4, 5))),
        ("bhqd,bhkd->bhqk", ((2, 2, 3, 4), (2, 2, 5, 4))),
        ("bhqk,bkhd->bqhd", ((2, 2, 3, 4), (2, 4, 2, 5))),
        ("ij->ji", ((2, 3),)),
        ("ba", ((2, 3),)),
        ("ijk->j", ((2, 3, 4),)),
        ("i,j->ij", ((2,), (3,))),
        ("i,i->i", ((4,), (4,))),
        ("ij,ij->j", ((2, 3), (2, 3))),
        ("ij,k->k", ((2, 3), (4,))),
        ("ij, jk, kl -> il", ((2, 3), (3, 4), (4, 2))),
        ("abc,cd,be->ade", ((2, 3, 4), (4, 2), (3, 5))),
        ("ii->i", ((3, 3),)),
        ("...ij,...jk->...ik", ((2, 3, 4), (2, 4, 2))),
    ):
        for optimize in (0, 1):
            names = [f"data{i or ''}" for i in range(len(shapes))]
            variables = [mx.sym.var(name).as_np_ndarray() for name in names]
            symbol = mx.sym.np.einsum(subscripts, *variables, optimize=bool(optimize)).as_nd_ndarray()
            values = {name: random_values(f"{subscripts}{name}", shape) for name, shape in zip(names, shapes)}
            text = "+".join("x".join(map(str, shape)) for shape in shapes)
            add("_npi_einsum", f"subscripts={subscripts},optimize={optimize},{text}", symbol, values)


def fourier():
    """For GPUs only in MXNet: NumPy's values, see make_operator_grids.py."""
    for shape in ((2, 4), (3, 5), (1, 1), (2, 2, 3, 8), (2, 7)):
        for compute_size in (None, 32):
            more = {} if compute_size is None else {"compute_size": compute_size}
            data = random_values(f"fft{shape}", shape)
            transformed = np.fft.fft(data.astype("float64"), axis=-1)
            pairs = np.stack([transformed.real, transformed.imag], axis=-1).reshape(*shape[:-1], -1)
            pairs = pairs.astype("float32")
            spectrum = random_values(f"ifft{shape}", (*shape[:-1], 2 * shape[-1]))
            complex_values = spectrum[..., ::2].astype("float64") + 1j * spectrum[..., 1::2]
            real = (np.fft.ifft(complex_values, axis=-1).real * shape[-1]).astype("float32")
            for operator, value, expected in (("_contrib_fft", data, pairs), ("_contrib_ifft", spectrum, real)):
                name = f"compute_size={compute_size},{'x'.join(map(str, value.shape))}"
                add(operator, name, node(operator, mx.sym.var("data"), **more), {"data": value})
                CASES[-1].expected = {"op_output": expected}


GRIDS = [gemm, triangles, determinants, attention, einsum, fourier]
