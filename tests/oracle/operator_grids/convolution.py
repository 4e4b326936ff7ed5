"""Convolution and Deconvolution, one to three spatial axes. Layouts with channels last cannot run on CPUs."""

from .recorder import case

LAYOUT = {1: "NCW", 2: "NCHW", 3: "NCDHW"}
SIZE = {1: (11,), 2: (7, 6), 3: (5, 4, 5)}
ODD = {1: (3,), 2: (3, 2), 3: (2, 3, 1)}  # a kernel that differs per axis


def convolution():
    for nd in (1, 2, 3):
        one, two, three = (1,) * nd, (2,) * nd, (3,) * nd
        mixed, size = tuple(range(1, nd + 1)), SIZE[nd]
        grid = [
            dict(kernel=one),
            dict(kernel=three),
            dict(kernel=ODD[nd]),
            dict(kernel=size),
            dict(kernel=one, stride=two),
            dict(kernel=three, stride=two),
            dict(kernel=two, stride=three),
            dict(kernel=two, stride=mixed),
            dict(kernel=three, pad=one),
            dict(kernel=three, pad=two, stride=two),
            dict(kernel=ODD[nd], pad=(1, 0, 1)[:nd]),
            dict(kernel=two, dilate=two),
            dict(kernel=two, dilate=mixed, pad=one),
            dict(kernel=two, dilate=two, stride=two, pad=one),
            dict(kernel=three, pad=one, no_bias=True),
            dict(kernel=one, no_bias=False),
            dict(kernel=three, layout=LAYOUT[nd]),
            dict(kernel=two, num_group=1),
            dict(kernel=two, num_group=2),
            dict(kernel=two, num_group=2, no_bias=True, stride=two),
            dict(kernel=three, num_group=4, pad=one),
            dict(kernel=three, num_group=4, num_filter=8, pad=one),
            dict(kernel=three, num_group=4, no_bias=True, dilate=two, pad=two),
            dict(kernel=one, num_filter=1),
            dict(kernel=one, workspace=512, cudnn_off=True, cudnn_tune="off"),
        ]
        for batch, channels, attributes in (
            [(1, 4, a) for a in grid] + [(2, 4, grid[i]) for i in (1, 8, 18, 20)] + [(2, 1, grid[1])]
        ):
            case("Convolution", (batch, channels) + size, {"num_filter": 4, **attributes})
    case("Convolution", (1, 3, 8, 8), kernel=(3, 3), num_filter=5, low=0, high=255, note="pictures")


def deconvolution():
    for nd in (1, 2, 3):
        one, two, three, four = (1,) * nd, (2,) * nd, (3,) * nd, (4,) * nd
        mixed, size = tuple(range(1, nd + 1)), {1: (6,), 2: (4, 3), 3: (3, 2, 3)}[nd]
        grid = [
            dict(kernel=one),
            dict(kernel=three),
            dict(kernel=ODD[nd]),
            dict(kernel=two, stride=two),
            dict(kernel=four, stride=two, pad=one),
            dict(kernel=three, stride=two, pad=one, adj=one),
            dict(kernel=three, stride=three, adj=two),
            dict(kernel=three, stride=mixed),
            dict(kernel=four, stride=three, adj=mixed[::-1] if nd < 3 else (2, 1, 1)),
            dict(kernel=three, no_bias=False),
            dict(kernel=three, no_bias=True),
            dict(kernel=three, pad=one, layout=LAYOUT[nd]),
            dict(kernel=two, dilate=two),
            dict(kernel=two, dilate=two, stride=two, pad=one),
            dict(kernel=three, dilate=two, stride=three, adj=one),
            dict(kernel=two, num_group=2),
            dict(kernel=four, stride=two, pad=one, num_group=4),
            dict(kernel=three, num_group=4, no_bias=False),
            dict(kernel=two, num_group=2, num_filter=6, stride=two),
            dict(kernel=four, stride=two, target_shape=tuple(2 * s for s in size)),
            dict(kernel=three, stride=two, target_shape=tuple(2 * s for s in size)),
            dict(kernel=three, stride=two, target_shape=tuple(2 * s - 1 for s in size), no_bias=False),
            dict(kernel=four, stride=two, pad=three, adj=one, target_shape=tuple(2 * s for s in size)),
            dict(kernel=three, stride=two, target_shape=(0,) * nd),
            dict(kernel=one, workspace=512, cudnn_off=True),
        ]
        for batch, attributes in [(1, a) for a in grid] + [(2, grid[i]) for i in (1, 4, 9, 16)]:
            if nd == 3 and ("dilate" in attributes or "target_shape" in attributes):
                continue  # MXNet has none
            case("Deconvolution", (batch, 4) + size, {"num_filter": 4, **attributes})


GRIDS = [convolution, deconvolution]
