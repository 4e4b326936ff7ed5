"""Cases of make_operator_cases.py for operators on boxes, regions, sampled feature maps and pictures: what MXNet refuses,
beside a value of each. Their grids are in operator_grids/."""


def register(operator, Case, call, v):
    def with_refusals(op, symbol, inputs, patches, **more):
        yield Case("default", symbol, inputs, **more)
        for patch in patches:
            label = "_".join(f"{key}={value}" for key, value in patch.items())
            yield Case("refused_" + label.replace(" ", ""), symbol, inputs, patch=patch, refused=True, **more)

    @operator("_contrib_box_nms")
    def box_nms(op):
        yield from with_refusals(
            op,
            call(op, v(), id_index=0),
            {"data": (2, 5, 6)},
            (
                {"score_index": 6},
                {"score_index": -1},
                {"score_index": 3},
                {"coord_start": 3},
                {"coord_start": -1},
                {"id_index": 1},
                {"id_index": 6},
                {"in_format": "middle"},
                {"out_format": "corners"},
            ),
        )
        yield Case("refused_narrow", call(op, v()), {"data": (2, 5, 4)}, refused=True)
        yield Case("refused_vector", call(op, v()), {"data": (6,)}, refused=True)

    @operator("_contrib_box_iou")
    def box_iou(op):
        symbol = call(op, v(), v("other"))
        yield from with_refusals(op, symbol, {"data": (2, 4), "other": (3, 4)}, ({"format": "middle"},))
        yield Case("refused_width", symbol, {"data": (2, 4), "other": (3, 5)}, refused=True)
        yield Case("refused_vector", symbol, {"data": (4,), "other": (3, 4)}, refused=True)

    @operator("_contrib_box_decode")
    def box_decode(op):
        symbol = call(op, v(), v("anchors"))
        yield from with_refusals(op, symbol, {"data": (1, 2, 4), "anchors": (1, 2, 4)}, ({"format": "middle"},))
        yield Case("refused_rank", symbol, {"data": (2, 4), "anchors": (1, 2, 4)}, refused=True)
        yield Case("refused_width", symbol, {"data": (1, 2, 5), "anchors": (1, 2, 4)}, refused=True)

    @operator("_contrib_box_encode")
    def box_encode(op):
        names = ("samples", "matches", "anchors", "refs", "means", "stds")
        symbol = call(op, *map(v, names))
        shapes = dict(zip(names, ((1, 3), (1, 3), (1, 3, 4), (1, 2, 4), (4,), (4,))))
        yield Case("default", symbol, shapes, low=0.1, high=1.0, values={"matches": [[1, 0, 1]], "stds": [0.1, 0.1, 0.2, 0.2]})
        yield Case("refused_means", symbol, {**shapes, "means": (3,)}, refused=True)
        yield Case("refused_samples", symbol, {**shapes, "samples": (3,)}, refused=True)
        yield Case("refused_anchors", symbol, {**shapes, "anchors": (1, 3, 5)}, refused=True)

    @operator("_contrib_bipartite_matching")
    def bipartite_matching(op):
        symbol = call(op, v(), threshold=0.1)
        yield from with_refusals(op, symbol, {"data": (2, 3, 4)}, ({"threshold": None}, {"threshold": "high"}))
        yield Case("refused_vector", symbol, {"data": (4,)}, refused=True)

    @operator("_contrib_Proposal", "_contrib_MultiProposal")
    def proposal(op):
        symbol = call(op, v("prob"), v("pred"), v("info"), scales=(2, 4), ratios=(1,), feature_stride=8, rpn_post_nms_top_n=5)
        shapes = {"prob": (1, 4, 3, 4), "pred": (1, 8, 3, 4), "info": (1, 3)}
        info = {"info": [[24, 32, 1]]}
        yield from with_refusals(op, symbol, shapes, ({"threshold": "low"}, {"scales": "(a,)"}), values=info)
        yield Case("refused_pred", symbol, {**shapes, "pred": (1, 4, 3, 4)}, refused=True)
        yield Case("refused_info", symbol, {**shapes, "info": (1, 2)}, refused=True)
        yield Case("refused_anchors", symbol, {**shapes, "prob": (1, 6, 3, 4), "pred": (1, 12, 3, 4)}, refused=True)
        two = {"prob": (2, 4, 3, 4), "pred": (2, 8, 3, 4), "info": (2, 3)}
        if op == "_contrib_Proposal":
            yield Case("refused_two", symbol, two, refused=True, values={"info": [[24, 32, 1]] * 2})
        else:
            yield Case("two", symbol, two, values={"info": [[24, 32, 1]] * 2})

    @operator("ROIPooling", "_contrib_ROIAlign", "_contrib_RROIAlign")
    def region(op):
        columns = 6 if "RROI" in op else 5
        symbol = call(op, v(), v("rois"), pooled_size=(2, 2), spatial_scale=1.0)
        shapes = {"data": (1, 2, 5, 5), "rois": (2, columns)}
        rois = {"rois": [[0, 1, 1, 3, 4, 20][:columns], [0, 2, 0, 4, 3, 0][:columns]]}
        patches = [
            {"pooled_size": None},
            {"spatial_scale": None},
            {"spatial_scale": 1.5},
            {"spatial_scale": -0.5},
            {"pooled_size": "(2,2,2)"},
            {"pooled_size": "(0,2)"},
        ]
        yield from with_refusals(op, symbol, shapes, patches, values=rois)
        yield Case("refused_rois", symbol, {**shapes, "rois": (2, 4)}, refused=True)
        yield Case("refused_data", symbol, {**shapes, "data": (2, 5, 5)}, refused=True)
        if op == "_contrib_ROIAlign":
            yield Case("refused_channels", symbol, shapes, patch={"position_sensitive": "True"}, refused=True)

    @operator("_contrib_PSROIPooling", "_contrib_DeformablePSROIPooling")
    def position_sensitive(op):
        attributes = dict(output_dim=2, pooled_size=2, spatial_scale=1.0)
        shapes = {"data": (1, 8, 5, 5), "rois": (2, 5)}
        rois = {"rois": [[0, 1, 1, 3, 4], [0, 2, 0, 4, 3]]}
        patches = [{"output_dim": None}, {"pooled_size": None}, {"spatial_scale": None}, {"spatial_scale": 1.5}]
        if "Deformable" in op:
            symbol = call(op, v(), v("rois"), no_trans=True, group_size=2, **attributes)
            patches += [{"group_size": None}, {"trans_std": 1.5}]
        else:
            symbol = call(op, v(), v("rois"), **attributes)
        yield from with_refusals(op, symbol, shapes, patches, values=rois)
        yield Case("refused_rois", symbol, {**shapes, "rois": (2, 4)}, refused=True)
        yield Case("refused_data", symbol, {**shapes, "data": (8, 5, 5)}, refused=True)

    @operator("_contrib_DeformableConvolution", "_contrib_ModulatedDeformableConvolution")
    def deformable_convolution(op):
        masks = {"mask": (1, 9, 5, 5)} if "Modulated" in op else {}
        inputs = {"data": (1, 4, 5, 5), "offset": (1, 18, 5, 5), **masks}
        symbol = call(op, *map(v, inputs), name="op", kernel=(3, 3), pad=(1, 1), num_filter=4)
        patches = [
            {"kernel": None},
            {"kernel": "(3,)"},
            {"kernel": "(3,3,3)"},
            {"num_filter": None},
            {"num_filter": 0},
            {"num_group": 3},
            {"num_deformable_group": 3},
            {"num_deformable_group": 2},
            {"pad": "(0,0)"},
            {"stride": "(2,2)"},
            {"layout": "NHWC"},
        ]
        yield from with_refusals(op, symbol, inputs, patches)
        yield Case("refused_offset", symbol, {**inputs, "offset": (1, 9, 5, 5)}, refused=True)
        if masks:
            yield Case("refused_mask", symbol, {**inputs, "mask": (1, 18, 5, 5)}, refused=True)
            three = {key: (3, *shape[1:]) for key, shape in inputs.items()}
            yield Case("refused_step", symbol, three, patch={"im2col_step": 2}, refused=True)

    @operator("Correlation")
    def correlation(op):
        symbol = call(op, v(), v("other"))
        shapes = {"data": (1, 2, 5, 5), "other": (1, 2, 5, 5)}
        yield from with_refusals(op, symbol, shapes, ({"kernel_size": 2}, {"stride1": "a"}))
        yield Case("refused_rank", symbol, {"data": (2, 5, 5), "other": (2, 5, 5)}, refused=True)

    @operator("GridGenerator")
    def grid_generator(op):
        symbol = call(op, v(), transform_type="affine", target_shape=(3, 4))
        patches = ({"transform_type": None}, {"transform_type": "cubic"}, {"target_shape": "(0,3)"}, {"target_shape": None})
        yield from with_refusals(op, symbol, {"data": (2, 6)}, patches)
        yield Case("refused_matrix", symbol, {"data": (2, 5)}, refused=True)
        yield Case("refused_flow", call(op, v(), transform_type="warp"), {"data": (1, 3, 4, 4)}, refused=True)

    @operator("BilinearSampler")
    def bilinear_sampler(op):
        symbol = call(op, v(), v("grid"))
        yield Case("default", symbol, {"data": (2, 3, 4, 5), "grid": (2, 2, 3, 3)})
        yield Case("refused_batch", symbol, {"data": (2, 3, 4, 5), "grid": (1, 2, 3, 3)}, refused=True)
        yield Case("refused_grid", symbol, {"data": (2, 3, 4, 5), "grid": (2, 3, 3, 3)}, refused=True)
        yield Case("refused_rank", symbol, {"data": (3, 4, 5), "grid": (3, 2, 3, 3)}, refused=True)

    @operator("SpatialTransformer")
    def spatial_transformer(op):
        symbol = call(op, v(), v("loc"), transform_type="affine", sampler_type="bilinear", target_shape=(3, 4))
        patches = ({"transform_type": "warp"}, {"sampler_type": "nearest"}, {"target_shape": None}, {"target_shape": "(3,0)"})
        yield from with_refusals(op, symbol, {"data": (2, 3, 4, 5), "loc": (2, 6)}, patches)
        yield Case("refused_loc", symbol, {"data": (2, 3, 4, 5), "loc": (2, 5)}, refused=True)

    @operator("_contrib_BilinearResize2D")
    def bilinear_resize(op):
        symbol = call(op, v(), height=3, width=6)
        patches = (
            {"height": 0},
            {"width": -1},
            {"mode": "double"},
            {"mode": "odd_scale"},
            {"scale_height": 2.0},
            {"mode": "odd_scale", "scale_height": 2.0},
        )
        yield from with_refusals(op, symbol, {"data": (1, 2, 4, 5)}, patches)

    @operator("_contrib_AdaptiveAvgPooling2D")
    def adaptive_avg_pooling(op):
        yield from with_refusals(op, call(op, v(), output_size=(2, 3)), {"data": (1, 2, 5, 7)}, ({"output_size": "(a,)"},))

    picture = call.__globals__["S"].image

    @operator("_image_to_tensor")
    def to_tensor(op):
        yield Case("default", picture.to_tensor(v()), {"data": (2, 3, 3)})
        yield Case("refused_matrix", picture.to_tensor(v()), {"data": (2, 3)}, refused=True)

    @operator("_image_normalize")
    def normalize(op):
        symbol = picture.normalize(v(), mean=(0.1, 0.2, 0.3), std=(1.0, 2.0, 0.5))
        patches = ({"mean": None}, {"std": None}, {"mean": "(1, 2)"}, {"std": "(1, 2, 3, 4)"})
        yield from with_refusals(op, symbol, {"data": (3, 2, 4)}, patches)
        yield Case("refused_channels", symbol, {"data": (2, 2, 4)}, refused=True)
        yield Case("refused_matrix", symbol, {"data": (3, 4)}, refused=True)

    @operator("_image_crop")
    def image_crop(op):
        symbol = picture.crop(v(), x=1, y=0, width=2, height=3)
        patches = ({"x": None}, {"width": None}, {"width": 0}, {"height": 4}, {"x": 3}, {"y": 1})
        yield from with_refusals(op, symbol, {"data": (3, 4, 3)}, patches)
        yield Case("refused_channels", symbol, {"data": (3, 4, 2)}, refused=True)
        yield Case("refused_matrix", symbol, {"data": (3, 4)}, refused=True)

    @operator("_image_resize")
    def image_resize(op):
        symbol = picture.resize(v(), size=(3, 5))
        patches = ({"size": None}, {"size": "(0, 2)"}, {"size": "(1, 2, 3)"}, {"size": -1})
        yield from with_refusals(op, symbol, {"data": (4, 4, 3)}, patches)
        yield Case("refused_matrix", symbol, {"data": (4, 4)}, refused=True)
