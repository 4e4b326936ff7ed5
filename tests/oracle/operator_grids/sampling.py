"""Sampling of feature maps: deformable convolution, correlation, grids, resizing."""

from .recorder import case, np, random_values


def out_size(size, kernel, stride, pad, dilate):
    return (size + 2 * pad - dilate * (kernel - 1) - 1) // stride + 1


def convolution():
    for operator in ("_contrib_DeformableConvolution", "_contrib_ModulatedDeformableConvolution"):
        modulated = "Modulated" in operator
        for data, attributes in (
            ((1, 2, 5, 6), dict(kernel=(3, 3), num_filter=3)),
            ((2, 2, 5, 6), dict(kernel=(3, 3), num_filter=3, pad=(1, 1))),
            ((1, 2, 5, 6), dict(kernel=(3, 3), num_filter=3, pad=(1, 1), no_bias=True)),
            ((1, 2, 7, 6), dict(kernel=(3, 3), num_filter=3, pad=(1, 1), stride=(2, 2))),
            ((1, 2, 7, 8), dict(kernel=(3, 2), num_filter=2, pad=(2, 0), stride=(1, 2), dilate=(2, 1))),
            ((1, 1, 4, 4), dict(kernel=(1, 1), num_filter=1)),
            ((1, 3, 4, 5), dict(kernel=(1, 1), num_filter=2, no_bias=False, layout="NCHW")),
            ((2, 4, 5, 5), dict(kernel=(3, 3), num_filter=4, num_group=2, pad=(1, 1))),
            ((1, 4, 5, 5), dict(kernel=(3, 3), num_filter=4, num_deformable_group=2, pad=(1, 1))),
            ((1, 4, 5, 5), dict(kernel=(2, 3), num_filter=4, num_group=4, num_deformable_group=2, pad=(0, 1))),
            ((1, 4, 6, 6), dict(kernel=(3, 3), num_filter=8, num_group=2, num_deformable_group=4, dilate=(2, 2), pad=(2, 2))),
            ((2, 2, 6, 5), dict(kernel=(5, 1), num_filter=2, pad=(2, 0), no_bias=True)),
            ((4, 2, 4, 4), dict(kernel=(3, 3), num_filter=2, pad=(1, 1), im2col_step=2)),
            ((3, 2, 4, 4), dict(kernel=(3, 3), num_filter=2, pad=(1, 1), im2col_step=4)),
        ):
            if "im2col_step" in attributes and not modulated:
                continue
            kernel = attributes["kernel"]
            height, width = (
                out_size(
                    data[2 + i],
                    kernel[i],
                    attributes.get("stride", (1, 1))[i],
                    attributes.get("pad", (0, 0))[i],
                    attributes.get("dilate", (1, 1))[i],
                )
                for i in (0, 1)
            )
            taps = attributes.get("num_deformable_group", 1) * kernel[0] * kernel[1]
            shapes = [data, (data[0], 2 * taps, height, width)]
            if modulated:
                shapes.append((data[0], taps, height, width))
            for reach in (0.6, 3.0) if data[0] == 1 else (1.5,):
                values = {1: random_values(f"{operator}{attributes}{reach}", shapes[1], low=-reach, high=reach)}
                if modulated:
                    values[2] = random_values(f"{operator}{attributes}mask", shapes[2], low=0, high=1)
                case(operator, shapes, attributes, values=values, note="" if reach == 0.6 else f"reach {reach}")
        shapes = [(1, 2, 4, 5), (1, 18, 4, 5)] + ([(1, 9, 4, 5)] if modulated else [])
        whole = np.floor(random_values(operator, shapes[1], low=-2, high=3))
        case(operator, shapes, kernel=(3, 3), num_filter=2, pad=(1, 1), values={1: whole}, note="whole offsets")
        case(operator, shapes, kernel=(3, 3), num_filter=2, pad=(1, 1), values={1: np.zeros(shapes[1])}, note="zero")
        for kind in ("float16", "float64"):
            case(operator, shapes, kernel=(3, 3), num_filter=2, pad=(1, 1), dtype=kind)


def correlation():
    for data in ((1, 2, 6, 7), (2, 3, 5, 5)):
        for attributes in (
            dict(),
            dict(kernel_size=1, max_displacement=2),
            dict(kernel_size=3, max_displacement=1),
            dict(kernel_size=3, max_displacement=1, pad_size=2),
            dict(kernel_size=1, max_displacement=2, pad_size=2),
            dict(kernel_size=1, max_displacement=2, stride2=2, pad_size=2),
            dict(kernel_size=1, max_displacement=3, stride2=2, pad_size=3),
            dict(kernel_size=1, max_displacement=1, stride1=2, pad_size=1),
            dict(kernel_size=1, max_displacement=1, stride1=3),
            dict(kernel_size=3, max_displacement=2, stride1=2, stride2=2, pad_size=3),
            dict(kernel_size=1, max_displacement=0),
            dict(kernel_size=5, max_displacement=0, pad_size=1),
            dict(pad_size=4, max_displacement=4, stride2=2),
        ):
            for multiply in (None, False) if attributes else (None, True, False):
                case("Correlation", [data, data], {**attributes, "is_multiply": multiply})
    for kind in ("float16", "float64"):
        case("Correlation", [(1, 2, 5, 5)] * 2, dtype=kind)


TRANSFORMS = np.array(
    [[1, 0, 0, 0, 1, 0], [0.5, 0, 0.2, 0, 0.7, -0.3], [0.8, -0.6, 0.1, 0.6, 0.8, 0], [2, 0.3, 0.5, -0.2, 1.5, 0.4]],
    dtype="float32",
)


def transforms():
    for size in ((3, 4), (2, 2), (5, 3), (1, 1), (1, 3), (3, 1)):
        for batch in (1, 4):
            values = {0: TRANSFORMS[-batch:]}
            case("GridGenerator", (batch, 6), transform_type="affine", target_shape=size, values=values)
    for shape in ((1, 2, 3, 4), (2, 2, 2, 5), (1, 2, 1, 3), (1, 2, 3, 1), (3, 2, 1, 1)):
        for reach in (0, 0.5, 2):
            case("GridGenerator", shape, transform_type="warp", low=-reach, high=reach, note=f"reach {reach}")
    case("GridGenerator", (1, 2, 3, 3), transform_type="warp", target_shape=(7, 7))
    for kind in ("float16", "float64"):
        case("GridGenerator", (2, 6), transform_type="affine", target_shape=(3, 2), dtype=kind)
        case("GridGenerator", (2, 2, 3, 2), transform_type="warp", dtype=kind)


def sampler():
    for data, size in (((1, 2, 5, 4), (3, 3)), ((2, 3, 4, 6), (2, 5)), ((1, 1, 1, 1), (2, 2)), ((2, 1, 1, 5), (1, 3))):
        for reach in (0.9, 1.0, 1.3, 4.0):
            grid = random_values(f"{data}{reach}", (data[0], 2, *size), low=-reach, high=reach)
            case("BilinearSampler", [data, grid.shape], values={1: grid}, note=f"reach {reach}")
    corners = np.array([[[[-1, 1, 0], [1, -1, 0]], [[-1, 1, 0], [-1, 1, 1]]]], dtype="float32")
    case("BilinearSampler", [(1, 2, 4, 5), corners.shape], values={1: corners}, note="corners")
    edges = np.array([[[[-1.0001, 1.0001, 1.5, -1.5, 1e9, -1e9]], [[0, 0, 1.5, -1.5, 0, 0]]]], dtype="float32")
    case("BilinearSampler", [(1, 2, 4, 5), edges.shape], values={1: edges}, note="edges")
    odd = np.array([[[[np.nan, np.inf, -np.inf, 0]], [[0, 0, 0, np.nan]]]], dtype="float32")
    case("BilinearSampler", [(1, 2, 4, 5), odd.shape], values={1: odd}, note="not finite")
    case("BilinearSampler", [(1, 2, 4, 4), (1, 2, 3, 3)], cudnn_off=True)
    for kind in ("float16", "float64"):
        case("BilinearSampler", [(1, 2, 4, 4), (1, 2, 3, 3)], dtype=kind)
    for data, size in (((1, 2, 5, 4), (3, 3)), ((4, 3, 4, 6), (5, 2)), ((2, 1, 3, 3), (6, 6)), ((1, 1, 4, 4), (1, 1))):
        case(
            "SpatialTransformer",
            [data, (data[0], 6)],
            transform_type="affine",
            sampler_type="bilinear",
            target_shape=size,
            values={1: TRANSFORMS[-data[0] :]},
        )
    case(
        "SpatialTransformer",
        [(1, 2, 4, 4), (1, 6)],
        transform_type="affine",
        sampler_type="bilinear",
        target_shape=(4, 4),
        cudnn_off=True,
        weights=(1,),
        values={1: TRANSFORMS[:1]},
    )
    case(
        "SpatialTransformer",
        [(1, 2, 4, 4), (1, 6)],
        transform_type="affine",
        sampler_type="bilinear",
        values={1: TRANSFORMS[:1]},
        note="no shape",
    )
    for kind in ("float16", "float64"):
        case(
            "SpatialTransformer",
            [(1, 2, 4, 4), (1, 6)],
            transform_type="affine",
            sampler_type="bilinear",
            target_shape=(3, 3),
            dtype=kind,
            values={1: TRANSFORMS[1:2]},
        )


def resizing():
    for attributes in (
        dict(),
        dict(height=4),
        dict(width=7),
        dict(scale_height=1.7, scale_width=0.6),
        dict(scale_height=0.41, scale_width=1.0),
        dict(scale_height=2.0),
        dict(scale_width=2.0),
        dict(scale_height=0.34, scale_width=0.67),
        dict(mode="odd_scale", scale_height=0.34, scale_width=3.0),
        dict(mode="odd_scale", scale_height=2.0),
        dict(mode="odd_scale"),
        dict(mode="size", height=3, width=4, scale_height=2.0, scale_width=2.0),
        dict(mode="to_even_up", height=3, width=9),
        dict(mode="to_odd_down"),
    ):
        for shape in ((1, 2, 5, 4), (2, 1, 3, 3)):
            for align in (None, True, False):
                case("_contrib_BilinearResize2D", shape, {**attributes, "align_corners": align})
    for mode in ("to_odd_down", "to_even_up"):
        case("_contrib_BilinearResize2D", (1, 1, 1, 2), mode=mode)
    for align in (None, False):
        for size in ((1, 9), (9, 1), (40, 33)):
            case(
                "_contrib_BilinearResize2D", (1, 1, 7, 6), height=size[0], width=size[1], align_corners=align
            )
    for like in ((1, 1, 4, 3), (1, 5, 7, 7), (1, 1, 2, 2), (1, 1, 1, 1)):
        case("_contrib_BilinearResize2D", [(1, 2, 4, 3), like], mode="like")
    for kind in ("float16", "float64"):
        case("_contrib_BilinearResize2D", (1, 2, 4, 3), height=6, width=5, dtype=kind)
    for size in (None, (), 1, 2, (1, 1), (3, 5), (5, 3), (4,), (9, 10), (7, 6), (2, 3, 4), (1, 6), (7, 1)):
        for shape in ((1, 2, 7, 6), (2, 1, 5, 9)):
            case("_contrib_AdaptiveAvgPooling2D", shape, output_size=size)
    case("_contrib_AdaptiveAvgPooling2D", (1, 8, 12, 9), output_size=(5, 2))
    for kind in ("float16", "float64"):
        case("_contrib_AdaptiveAvgPooling2D", (1, 2, 5, 4), output_size=3, dtype=kind)


def pictures():
    for shape in ((4, 5, 3), (2, 4, 5, 3), (3, 2, 1), (1, 3, 3, 4)):
        for kind in ("uint8", "float32", "int32", "float64", "int8"):
            case("_image_to_tensor", shape, dtype=kind, low=0, high=128 if kind == "int8" else 255)
    for shape in ((3, 4, 5), (2, 3, 2, 3), (1, 3, 3), (2, 1, 2, 2)):
        channels = shape[-3]
        for attributes in (
            dict(mean=0.5, std=0.25),
            dict(mean=(0.5,), std=(2.0,)),
            dict(mean=(0.485, 0.456, 0.406)[:channels], std=(0.229, 0.224, 0.225)[:channels]),
            dict(mean=(0.1, 0.2, 0.3)[:channels], std=3.0),
            dict(mean=0.25, std=(1.0, 2.0, 4.0)[:channels]),
            dict(mean=0.5),
            dict(std=0.5),
            dict(),
        ):
            case("_image_normalize", shape, attributes)
    case("_image_normalize", (3, 2, 2), mean=0.5, std=0.25, dtype="float16")
    case("_image_normalize", (3, 2, 2), mean=0.5, std=0.25, dtype="float64")
    case("_image_normalize", (2, 2, 2), mean=0.5, std=0.25)
    for shape in ((5, 6, 3), (2, 5, 6, 1)):
        for kind in ("uint8", "float32"):
            for x, y, width, height in ((0, 0, 6, 5), (1, 2, 3, 2), (5, 4, 1, 1), (0, 3, 2, 2), (4, 0, 3, 1)):
                case("_image_crop", shape, x=x, y=y, width=width, height=height, dtype=kind, low=0, high=255)
    for shape in ((5, 6, 3), (2, 5, 4, 1), (7, 3, 3)):
        for attributes in (
            dict(size=4),
            dict(size=(3, 7)),
            dict(size=(6, 5)),
            dict(size=(9, 2), interp=1),
            dict(size=4, keep_ratio=True),
            dict(size=8, keep_ratio=True),
            dict(size=4, keep_ratio=False),
            dict(size=(3, 7), interp=0),
            dict(size=11, interp=0),
            dict(size=2, interp=0),
            dict(size=(3, 7), interp=2),
            dict(size=11, interp=2),
            dict(size=(12, 10)),
            dict(size=(1, 1)),
        ):
            case("_image_resize", shape, attributes, low=0, high=255)
    for attributes in (dict(size=4), dict(size=(7, 3), interp=0), dict(size=(6, 5))):
        case("_image_resize", (5, 6, 3), attributes, dtype="uint8", low=0, high=255)
    case("_image_resize", (5, 6, 3), size=4, dtype="float64")
    for interp in (3, 4):
        case("_image_resize", (5, 6, 3), size=4, interp=interp, note="refused")


GRIDS = [convolution, correlation, transforms, sampler, resizing, pictures]
