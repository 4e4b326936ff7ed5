"""Loops and branches with subgraphs."""

from .recorder import add, mx, np, random_values


def record(operator, name, outputs, data, weights=None):
    flat = []
    for part in outputs:
        flat.extend(part if isinstance(part, (list, tuple)) else [part])
    add(operator, name, mx.sym.Group(flat), data, weights)


def foreach():
    data, state, weight = mx.sym.var("data"), mx.sym.var("state"), mx.sym.var("op_weight")
    for steps in (1, 3):
        with mx.name.NameManager():
            out, last = mx.sym.contrib.foreach(lambda x, s: (x + s, x + s), data, state, name="op")
        values = {"data": random_values(f"sum{steps}", (steps, 2, 3)), "state": random_values("s", (2, 3))}
        record("_foreach", f"running sum,{steps}x2x3", [out, last], values)
        with mx.name.NameManager():
            out, _ = mx.sym.contrib.foreach(lambda x, s: (x * s, s + 1), data, state, name="op")
        record("_foreach", f"state is no output,{steps}x2x3", [out], values)

        def cell(x, states):
            h = mx.sym.tanh(
                mx.sym.FullyConnected(x, weight=weight, num_hidden=3, no_bias=True, name="fc") + states[0], name="h"
            )
            return h, [h, states[1] * 0.5]

        with mx.name.NameManager():
            out, last = mx.sym.contrib.foreach(cell, data, [state, mx.sym.var("other")], name="op")
        values = {
            "data": random_values(f"cell{steps}", (steps, 2, 4)),
            "state": random_values("s", (2, 3)),
            "other": random_values("o", (2, 2)),
        }
        weights = {"op_weight": random_values("w", (3, 4))}
        record("_foreach", f"cell with weight,{steps}x2x4", [out, last], values, weights)

        def pair(xs, s):
            return [xs[0] * xs[1], xs[0] - s], s + xs[1]

        with mx.name.NameManager():
            out, last = mx.sym.contrib.foreach(pair, [data, mx.sym.var("more")], state, name="op")
        values = {
            "data": random_values(f"pair{steps}", (steps, 3)),
            "more": random_values("more", (steps, 3)),
            "state": random_values("s", (3,)),
        }
        record("_foreach", f"two data and two outputs,{steps}x3", [out, last], values)
    for kind in ("RNNCell", "LSTMCell", "GRUCell"):
        for batch in (1, 2):
            unit = getattr(mx.gluon.rnn, kind)(2, input_size=3, prefix="op_")
            with mx.name.NameManager():
                begin = [mx.sym.zeros((batch, 2), name=f"begin{i}") for i in range(len(unit.state_info()))]
                out, last = mx.sym.contrib.foreach(unit, data, begin, name="op")
            record("_foreach", f"{kind},3x{batch}x3", [out, last], {"data": random_values(kind, (3, batch, 3))})


def while_loop():
    data = mx.sym.var("data")
    for most, last in ((3, 3), (5, 2), (4, 1), (2, 10)):
        with mx.name.NameManager():
            out, states = mx.sym.contrib.while_loop(
                lambda i, x: i < last,
                lambda i, x: ([x * 2, mx.sym.broadcast_add(x, i)], [i + 1, x * 2]),
                [mx.sym.zeros((1,), name="begin"), data],
                max_iterations=most,
                name="op",
            )
        name = f"max_iterations={most},while i is below {last}"
        # What MXNet leaves in the rows behind the last step is not defined: only the steps are compared.
        steps = min(most, last)
        rows = [mx.sym.slice_axis(o, axis=0, begin=0, end=steps, name=f"rows{k}") for k, o in enumerate(out)]
        record("_while_loop", name, [rows, states], {"data": random_values(name, (3,))})
    with mx.name.NameManager():
        _, states = mx.sym.contrib.while_loop(
            lambda x: mx.sym.sum(x) < 100.0,
            lambda x: ([], [x + 1.0]),
            [data],
            max_iterations=5,
            name="op",
        )
    record("_while_loop", "condition depends on data", [states], {"data": random_values("dynamic", (3,))})


def cond():
    data, other = mx.sym.var("data"), mx.sym.var("other")
    for value in (0.0, 1.0):
        with mx.name.NameManager():
            flag = mx.sym.full((1,), value, name="flag")
            out = mx.sym.contrib.cond(flag, lambda: data + other, lambda: data * other, name="op")
        values = {"data": random_values("d", (2, 3)), "other": random_values("o", (2, 3))}
        record("_cond", f"constant {value}", [out], values)
        with mx.name.NameManager():
            flag = mx.sym.full((1,), value, name="flag") > 0.5
            out = mx.sym.contrib.cond(flag, lambda: [data + 1, data * 2], lambda: [data - 1, data], name="op")
        record("_cond", f"computed constant {value}", [out], {"data": random_values("d", (2, 3))})
    for sign in (-1.0, 1.0):
        with mx.name.NameManager():
            out = mx.sym.contrib.cond(
                mx.sym.sum(data) > 0, lambda: data * 3, lambda: mx.sym.exp(data), name="op"
            )
        values = {"data": (np.abs(random_values("dynamic", (2, 3))) * sign).astype("float32")}
        record("_cond", f"depends on data,sign {sign}", [out], values)


GRIDS = [foreach, while_loop, cond]
