"""RNN: fused recurrent layers, with states given, as constants, and as Gluon exports them.

use_sequence_length and lstm_state_clip_* are not here: on CPUs oneDNN's ignores them and MXNet's own refuses them."""

from .recorder import add, case, describe, mx, node, random_values

STEPS, WIDTH, STATE = 3, 3, 2


def record(attributes, batch, how):
    """`how`: "given" (states are inputs), "zeros" (constants), "open" (constants whose batch is 0, as in old files)."""
    layers, directions = attributes["num_layers"], 2 if attributes.get("bidirectional") else 1
    mode = attributes["mode"]
    state_shape = (layers * directions, batch, STATE)
    projected = attributes.get("projection_size")
    hidden_shape = state_shape[:2] + (projected,) if projected else state_shape
    data = {"data": random_values(f"{attributes}{batch}", (STEPS, batch, WIDTH))}
    more = {}
    for role, shape in (("state", hidden_shape),) + ((("state_cell", state_shape),) if mode == "lstm" else ()):
        name = f"op_{role}"
        if how == "given":
            more[role] = mx.sym.var(name)
            data[name] = random_values(f"{attributes}{name}", shape)
        else:
            size = shape if how == "zeros" else (shape[0], 0, shape[2])
            more[role] = node("_zeros", name=name + "_zeros", shape=size)
    symbol = node("RNN", mx.sym.var("data"), mx.sym.var("op_parameters"), **more, state_size=STATE, **attributes)
    add("RNN", describe(attributes, [(STEPS, batch, WIDTH)], how), symbol, data)


def rnn():
    for mode in ("lstm", "gru", "rnn_relu", "rnn_tanh"):
        for layers in (1, 2):
            for bidirectional in (None, True):
                for outputs in (None, True):
                    attributes = {
                        key: value
                        for key, value in dict(
                            mode=mode, num_layers=layers, bidirectional=bidirectional, state_outputs=outputs
                        ).items()
                        if value is not None
                    }
                    record(attributes, 1 + layers % 2, "given")
                attributes = {
                    key: value
                    for key, value in dict(mode=mode, num_layers=layers, bidirectional=bidirectional).items()
                    if value is not None
                }
                record(attributes, 2, "zeros")
                record(attributes, 2, "open")
        record(dict(mode=mode, num_layers=1, bidirectional=False, state_outputs=False, p=0.5), 1, "given")
        record(dict(mode=mode, num_layers=2, state_outputs=True, p=0.5), 1, "zeros")
    # Without its state outputs MXNet's projection stops the process.
    for size in (1, 2):
        for layers in (1, 2):
            for bidirectional in (None, True):
                attributes = dict(mode="lstm", num_layers=layers, projection_size=size, state_outputs=True)
                if bidirectional:
                    attributes["bidirectional"] = True
                record(attributes, 1 + layers % 2, "given")
        record(dict(mode="lstm", num_layers=2, projection_size=size, state_outputs=True), 2, "zeros")


def gluon():
    """Gluon's layers keep weights apart and join them in the graph (_rnn_param_concat)."""
    for kind, arguments in (
        ("LSTM", {}),
        ("GRU", {}),
        ("RNN", {"activation": "relu"}),
        ("RNN", {"activation": "tanh"}),
    ):
        for layers, bidirectional, layout in ((1, False, "TNC"), (2, True, "TNC"), (1, False, "NTC")):
            layer = getattr(mx.gluon.rnn, kind)(
                STATE,
                num_layers=layers,
                bidirectional=bidirectional,
                layout=layout,
                input_size=WIDTH,
                prefix="op_",
                **arguments,
            )
            shape = (STEPS, 2, WIDTH) if layout == "TNC" else (2, STEPS, WIDTH)
            name = describe(
                dict(kind=kind, layers=layers, bidirectional=bidirectional, layout=layout, **arguments), [shape]
            )
            with mx.name.NameManager():
                symbol = layer(mx.sym.var("data"))
            add("_rnn_param_concat", name, symbol, {"data": random_values(name, shape)})
    # Cells, unrolled: no RNN operator at all, but the same arithmetic.
    for kind in ("LSTMCell", "GRUCell", "RNNCell"):
        cell = getattr(mx.gluon.rnn, kind)(STATE, input_size=WIDTH, prefix="op_")
        with mx.name.NameManager():
            outputs, _ = cell.unroll(2, mx.sym.var("data"), layout="NTC", merge_outputs=True)
        add("_rnn_param_concat", f"unrolled {kind}", outputs, {"data": random_values(kind, (2, 2, WIDTH))})


GRIDS = [rnn, gluon]
