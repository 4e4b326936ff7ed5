"""Grids of attributes: each module has functions without arguments that record cases (recorder.py)."""

from . import (
    boxes,
    control_flow,
    convolution,
    detection,
    elementwise,
    functions,
    heads,
    indexing,
    linalg,
    linear,
    normalization,
    ordering,
    pooling,
    positions,
    recurrent,
    reduction,
    sequences,
    regions,
    sampling,
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
        spatial,
        detection,
        ordering,
        positions,
        sequences,
        functions,
        boxes,
        regions,
        sampling,
    )
    for grid in module.GRIDS
]
