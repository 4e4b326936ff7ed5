"""Grids of attributes: each module has functions without arguments that record cases (recorder.py)."""

from . import (
    boxes,
    convolution,
    detection,
    elementwise,
    heads,
    indexing,
    linear,
    normalization,
    pooling,
    recurrent,
    reduction,
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
        boxes,
        regions,
        sampling,
    )
    for grid in module.GRIDS
]
