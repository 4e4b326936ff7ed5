"""Records cases: a symbol and the values of its variables."""

import contextlib
import ctypes
import functools
import io
import zlib

import mxnet as mx
import numpy as np

CASES = []


class Case:
    def __init__(self, operator, name, symbol, numpy=False):
        self.operator, self.name, self.symbol = operator, name, symbol
        self.numpy = numpy  # whether the symbol means NumPy's shapes: scalars and empty arrays exist
        self.inputs, self.arguments, self.states, self.labels = {}, {}, {}, {}
        self.open_shape = False  # the values decide the shape of the result
        self.expected = None  # outputs that MXNet has no CPU implementation for: {name: array}


def find(operator):
    """The function that makes a symbol of an operator by its registered name."""
    for module, name in (
        (mx.sym, operator),
        (mx.sym._internal, operator),
        (mx.sym.contrib, operator.replace("_contrib_", "")),
        (mx.sym.image, operator.replace("_image_", "")),
        (mx.sym.linalg, operator.replace("_linalg_", "")),
    ):
        if hasattr(module, name):
            return getattr(module, name)
    return functools.partial(registered_node, operator)


def node(operator, *inputs, name="op", **attributes):
    return find(operator)(*inputs, name=name, **attributes)


def registered_node(operator, *inputs, name="op", **attributes):
    """A node of any registered operator, also of those that have no Python function of their own."""
    handle = ctypes.c_void_p()
    mx.base.check_call(mx.base._LIB.NNGetOpHandle(mx.base.c_str(operator), ctypes.byref(handle)))
    keys, texts = list(attributes), [str(value) for value in attributes.values()]
    return mx.symbol.register._symbol_creator(handle.value, inputs, {}, keys, texts, name, False)


def show(value):
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (tuple, list)):
        return "(" + " ".join(map(show, value)) + ")"
    return str(value)


def describe(attributes, shapes, note=""):
    parts = [f"{key}={show(value)}" for key, value in attributes.items()]
    parts.append("+".join("x".join(map(str, shape)) or "scalar" for shape in shapes))
    if note:
        parts.append(note)
    return ",".join(part for part in parts if part)


def random_values(seed, shape, dtype="float32", low=-1.0, high=1.0):
    generator = np.random.RandomState(zlib.crc32(seed.encode()))
    values = generator.uniform(low, high, size=shape)
    return (np.floor(values) if np.dtype(dtype).kind in "iu" else values).astype(dtype)


def default_range(name):
    """Statistics and scales are positive where the operator divides by them."""
    if name.endswith("_var"):
        return 0.3, 2.0
    if name.endswith("_gamma"):
        return 0.5, 1.5
    return -1.0, 1.0


def refuse(operator, name, error):
    text = str(error).strip().splitlines()
    print(f"refused by MXNet: {operator}: {name}: {text[-1].strip()}")


def add(operator, name, symbol, inputs, weights=None, numpy=False):
    """Records `symbol`. `inputs` and `weights` are {variable: array}; further arguments and states get seeded values of
    the shapes MXNet infers, those called *_label are labels. A case that grids reach twice is recorded once."""
    twin = next((case for case in CASES if case.operator == operator and case.name == name), None)
    if twin:
        if twin.symbol.tojson() != symbol.tojson() or any(
            not np.array_equal(twin.inputs[key], value) for key, value in inputs.items()
        ):
            raise ValueError(f"{operator}: two cases are called {name}")
        return
    if "/" in name:
        raise ValueError(f"{operator}: {name}: a slash ends the name in the .params file")
    case = Case(operator, name, symbol, numpy)
    case.inputs = dict(inputs)
    case.arguments = dict(weights or {})
    given = {**case.inputs, **case.arguments}
    try:
        with contextlib.redirect_stdout(io.StringIO()), mx.util.np_shape(numpy):  # it prints beside raising
            shapes, output_shapes, state_shapes = symbol.infer_shape(
                **{key: value.shape for key, value in given.items()}
            )
            types = symbol.infer_type(**{key: value.dtype for key, value in given.items()})[0]
    except mx.MXNetError as error:
        return refuse(operator, name, error)
    if operator == "Reshape" and shapes and np.prod(output_shapes[0]) != np.prod(shapes[0]):
        return refuse(operator, name, "it copies more than there is")  # 1.9.1 does not compare the sizes
    if shapes is None:
        if set(symbol.list_inputs()) != set(given):
            raise ValueError(f"{operator}: {name}: MXNet cannot tell all shapes")
        case.open_shape = True
        CASES.append(case)
        return
    types = types or [np.float32] * len(shapes)
    for key, shape, kind in zip(symbol.list_arguments(), shapes, types):
        if key in given:
            continue
        if key.endswith("_label"):
            case.labels[key] = np.zeros(shape, np.dtype(kind))
        else:
            case.arguments[key] = random_values(
                f"{operator}/{name}/{key}", shape, np.dtype(kind).name, *default_range(key)
            )
    for key, shape in zip(symbol.list_auxiliary_states(), state_shapes):
        if key in case.arguments:
            case.states[key] = case.arguments.pop(key)
            continue
        case.states[key] = random_values(f"{operator}/{name}/{key}", shape, "float32", *default_range(key))
    CASES.append(case)


def case(
    operator,
    shapes,
    attributes=None,
    *,
    weights=(),
    low=-1.0,
    high=1.0,
    dtype="float32",
    dtypes=None,
    values=None,
    note="",
    output=None,
    numpy=False,
    names=None,
    **more,
):
    """One node "op" that reads variables "data", "data1", ... of `shapes`; `weights` are positions whose value is in
    the checkpoint. `values` replaces random data: {position: array}. `output` keeps only that output. `numpy` makes a
    symbol of the NumPy interface. `names` are those of the operator's inputs, where positions do not tell. Attributes
    that are None are absent."""
    # "dtype_" is the attribute dtype, beside the data's type.
    attributes = {
        key.rstrip("_"): value for key, value in {**(attributes or {}), **more}.items() if value is not None
    }
    if not isinstance(shapes, list):
        shapes = [shapes] if not shapes or not isinstance(shapes[0], tuple) else list(shapes)
    kinds = dtypes or [dtype] * len(shapes)
    label = ",".join(filter(None, [note, "" if all(kind == "float32" for kind in kinds) else "+".join(kinds)]))
    name = describe(attributes, shapes, label)
    variables, data, constants = [], {}, {}
    for i, (shape, kind) in enumerate(zip(shapes, kinds)):
        key = f"data{i or ''}"
        # As Gluon does, the type is stated only where it is not the usual one.
        variables.append(mx.sym.var(key) if kind == "float32" else mx.sym.var(key, dtype=kind))
        if values is not None and i in values:
            value = np.asarray(values[i], dtype=kind).reshape(shape)
        else:
            value = random_values(f"{operator}/{name}/{key}", shape, kind, low, high)
        (constants if i in weights else data)[key] = value
    try:
        with mx.util.np_shape(numpy):
            make = registered_node if numpy else node
            if names:
                symbol = make(operator, **dict(zip(names, variables)), **attributes)
            else:
                symbol = make(operator, *variables, **attributes)
    except mx.MXNetError as error:
        return refuse(operator, name, error)
    add(operator, name, symbol if output is None else symbol[output], data, constants, numpy)
