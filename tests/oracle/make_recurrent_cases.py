"""MXNet's fused RNN over one step, with states as inputs and outputs, and what it computes of a whole sequence.

    MXNET_SUBGRAPH_BACKEND=NONE .venv/bin/python tests/oracle/make_recurrent_cases.py tests/data/mxnet_recurrent

Writes MODE-symbol.json and MODE-0000.params of one step and MODE.npz: data [STEPS, BATCH, WIDTH], state and, for LSTM,
state_cell that the sequence starts from, output [STEPS, BATCH, STATE] and the last state.
"""
import os
import pathlib
import sys

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
import mxnet as mx
import numpy as np

STEPS, BATCH, WIDTH, STATE, LAYERS = 7, 2, 3, 4, 2


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for mode in ("lstm", "gru", "rnn_tanh"):
        rng = np.random.RandomState(3)
        data, states = mx.sym.var("data"), [mx.sym.var("state")]
        if mode == "lstm":
            states.append(mx.sym.var("state_cell"))
        symbol = mx.sym.RNN(data, mx.sym.var("weights"), *states, mode=mode, state_size=STATE, num_layers=LAYERS,
                            state_outputs=True, name="rnn")
        shapes = {"data": (STEPS, BATCH, WIDTH), **{s.name: (LAYERS, BATCH, STATE) for s in states}}
        arguments = dict(zip(symbol.list_arguments(), symbol.infer_shape(**shapes)[0]))
        values = {name: mx.nd.array(rng.uniform(-0.8, 0.8, shape)) for name, shape in arguments.items()}
        outputs = symbol.bind(mx.cpu(), values).forward()
        symbol.save(str(folder / f"{mode}-symbol.json"))
        mx.nd.save(str(folder / f"{mode}-0000.params"), {"arg:weights": values["weights"]})
        np.savez_compressed(folder / f"{mode}.npz", output=outputs[0].asnumpy(), last=outputs[1].asnumpy(),
                            data=values["data"].asnumpy(), **{s.name: values[s.name].asnumpy() for s in states})
        print(mode, symbol.list_outputs())


if __name__ == "__main__":
    main()
