"""Grids of attributes: each module has functions without arguments that record cases (recorder.py)."""

from . import (
    boxes,
    convolution,
    detection,
    elementwise,
    functions,
    heads,
    indexing,
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
        heads,
        elementwise,
        shape,
        indexing,
        reduction,
        recurrent,
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
