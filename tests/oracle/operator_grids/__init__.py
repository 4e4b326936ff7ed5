"""Grids of attributes: each module has functions without arguments that record cases (recorder.py)."""

from . import (
    control_flow,
    convolution,
    detection,
    elementwise,
    heads,
    indexing,
    linalg,
    linear,
    normalization,
    pooling,
    quantized,
    quantized_models,
    recurrent,
    reduction,
    shape,
    spatial,
)

ALL_GRIDS = [
    grid
    for module in (
        convolution,
        pooling,
        normalization,
        linear,
        linalg,
        heads,
        elementwise,
        shape,
        indexing,
        reduction,
        recurrent,
        control_flow,
        quantized,
        quantized_models,
        spatial,
        detection,
    )
    for grid in module.GRIDS
]
