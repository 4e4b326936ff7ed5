"""Grids of attributes: each module has functions without arguments that record cases (recorder.py)."""

from . import (
    convolution,
    detection,
    elementwise,
    heads,
    indexing,
    linear,
    normalization,
    numpy_classic,
    numpy_elementwise,
    numpy_index,
    numpy_reduction,
    numpy_shape,
    pooling,
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
        heads,
        elementwise,
        shape,
        indexing,
        reduction,
        recurrent,
        spatial,
        detection,
        numpy_classic,
        numpy_elementwise,
        numpy_reduction,
        numpy_shape,
        numpy_index,
    )
    for grid in module.GRIDS
]
