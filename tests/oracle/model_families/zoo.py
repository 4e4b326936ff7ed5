"""The models, by family: name, how the network is made or where its graph lies, and the shapes of its inputs.

Everything comes from mxnet 1.9.1, gluoncv 0.10.5 and gluonnlp 0.10.0, or from a folder of graphs that the caller names
(see graphs.py); no pretrained weights are loaded. Pictures are smaller than in the papers where the network allows, to
save time; that changes no operator.
"""
import dataclasses
import functools
import typing

MXNET_ZOO = (
    "alexnet densenet121 densenet161 densenet169 densenet201 inceptionv3 mobilenet0.25 mobilenet0.5 mobilenet0.75 mobilenet1.0 "
    "mobilenetv2_0.25 mobilenetv2_0.5 mobilenetv2_0.75 mobilenetv2_1.0 resnet18_v1 resnet34_v1 resnet50_v1 resnet101_v1 "
    "resnet152_v1 resnet18_v2 resnet34_v2 resnet50_v2 resnet101_v2 resnet152_v2 squeezenet1.0 squeezenet1.1 vgg11 vgg11_bn "
    "vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn"
).split()

CLASSIFIERS = (
    "resnest14 resnest26 resnest50 resnest101 se_resnet18_v1 se_resnet50_v2 shufflenet_v1 shufflenet_v2 googlenet inceptionv3 "
    "xception xception71 mobilenetv3_large mobilenetv3_small resnet18_v1b resnet50_v1b resnet50_v1b_gn resnet50_v1c "
    "resnet50_v1d resnet50_v1e resnet50_v1s resnext50_32x4d resnext101_64x4d resnext101e_64x4d se_resnext50_32x4d "
    "se_resnext101e_64x4d senet_154 senet_154e darknet53 nasnet_4_1056 nasnet_5_1538 residualattentionnet56 "
    "residualattentionnet92 resnet50_v1d_0.11 resnet50_v1d_0.86 resnet18_v1b_0.89 dla34 hrnet_w18_small_v1_c "
    "hrnet_w18_small_v2_c hrnet_w18_c cifar_resnet20_v1 cifar_resnet20_v2 cifar_wideresnet16_10 cifar_resnext29_32x4d "
    "cifar_residualattentionnet56 cifar_residualattentionnet92"
).split()

# name: height and width
SSD = {
    "ssd_300_vgg16_atrous_voc": 300,
    "ssd_512_vgg16_atrous_coco": 512,
    "ssd_512_resnet18_v1_coco": 512,
    "ssd_512_resnet50_v1_voc": 512,
    "ssd_512_resnet101_v2_voc": 512,
    "ssd_512_mobilenet1.0_voc": 512,
    "ssd_300_mobilenet0.25_coco": 300,
    "ssd_300_resnet34_v1b_voc": 300,
    "ssd_300_mobilenet1.0_lite_coco": 300,
}
YOLO = {"yolo3_darknet53_voc": 320, "yolo3_darknet53_coco": 320, "yolo3_mobilenet1.0_voc": 320, "yolo3_mobilenet0.25_coco": 320}
RCNN = {
    "faster_rcnn_resnet50_v1b_voc": 256,
    "faster_rcnn_resnet101_v1d_voc": 256,
    "faster_rcnn_fpn_resnet50_v1b_coco": 256,
    "faster_rcnn_fpn_syncbn_resnet50_v1b_coco": 256,
    "faster_rcnn_fpn_syncbn_resnest50_coco": 256,
    "mask_rcnn_resnet18_v1b_coco": 256,
    "mask_rcnn_fpn_resnet18_v1b_coco": 256,
    "mask_rcnn_fpn_resnet50_v1b_coco": 256,
    "mask_rcnn_fpn_syncbn_mobilenet1_0_coco": 256,
    "doublehead_rcnn_resnet50_v1b_voc": 256,
}
# Regions of R-CNN networks: of thousands of random ones that overlap some always lie within rounding of each other, so
# fewer are taken than by default.
REGIONS_BEFORE, REGIONS, SMALLEST_REGION = 2000, 50, 16
CENTER_NET = {
    "center_net_resnet18_v1b_voc": 256,
    "center_net_resnet18_v1b_dcnv2_voc": 256,
    "center_net_dla34_voc": 256,
    "center_net_dla34_dcnv2_voc": 256,
    "center_net_mobilenetv3_small_duc_voc": 256,
    "center_net_mobilenetv3_large_duc_coco": 256,
}
SEGMENTATION = {
    "fcn_resnet50_voc": 480,
    "fcn_resnet101_coco": 480,
    "deeplab_resnet50_ade": 480,
    "deeplab_resnet50_citys": 480,
    "deeplab_resnest50_ade": 480,
    "deeplab_resnet152_voc": 480,
    "psp_resnet50_ade": 480,
    "deeplab_v3b_plus_wideresnet_citys": 480,
    "icnet_resnet50_citys": 480,
    "icnet_resnet50_mhpv1": 480,
    "fastscnn_citys": 1024,
    "danet_resnet50_citys": 480,
    "hrnet_w18_small_v1_s": 480,
    "hrnet_w18_small_v2_s": 480,
}
# name: (height, width)
POSE = {
    "simple_pose_resnet18_v1b": (256, 192),
    "simple_pose_resnet50_v1d": (256, 192),
    "mobile_pose_mobilenet1.0": (256, 192),
    "mobile_pose_mobilenetv2_1.0": (256, 192),
    "mobile_pose_mobilenetv3_small": (256, 192),
    "mobile_pose_mobilenetv3_large": (256, 192),
    "mobile_pose_resnet18_v1b": (256, 192),
    "alpha_pose_resnet101_v1b_coco": (256, 192),
}
# name: (frames, height and width); no frames: one picture
VIDEO = {
    "i3d_resnet50_v1_kinetics400": (16, 112),
    "i3d_inceptionv1_kinetics400": (16, 224),
    "i3d_inceptionv3_kinetics400": (16, 299),
    "i3d_nl5_resnet50_v1_kinetics400": (16, 112),
    "i3d_slow_resnet101_f16s4_kinetics700": (16, 112),
    "r2plus1d_resnet18_kinetics400": (8, 112),
    "r2plus1d_resnet50_kinetics400": (8, 112),
    "p3d_resnet50_kinetics400": (16, 160),
    "c3d_kinetics400": (16, 112),
    "slowfast_4x16_resnet50_kinetics400": (36, 112),
    "slowfast_8x8_resnet50_kinetics400": (40, 112),
    "resnet18_v1b_kinetics400": (None, 224),
    "inceptionv1_kinetics400": (None, 224),
    "inceptionv3_kinetics400": (None, 299),
    "vgg16_ucf101": (None, 224),
}
DEPTH = {
    "monodepth2_resnet18_kitti_stereo_640x192": (3, 192, 640),
    "monodepth2_resnet18_posenet_kitti_mono_640x192": (6, 192, 640),
}


@dataclasses.dataclass
class Model:
    family: str
    name: str
    shapes: dict  # of inputs, in order
    make: typing.Optional[typing.Callable] = None  # () -> a Gluon network
    graph: typing.Optional[typing.Callable] = None  # (path stem) -> names to draw weights for; see graphs.py
    outputs: tuple = ()  # nodes to cut at, empty for the graph's own outputs
    labels: dict = dataclasses.field(default_factory=dict)  # shapes of training's inputs, which mo leaves away
    onednn_only: bool = False  # MXNet stops without oneDNN
    whole_below: int = 0  # inputs are whole numbers below this


def mxnet_zoo(name):
    from mxnet.gluon.model_zoo import vision

    return vision.get_model(name, pretrained=False)


def without_downloads(make):
    """Runs a constructor of GluonCV that downloads weights whatever it is told, or moves weights it has not got."""
    import gluoncv.model_zoo
    from gluoncv.model_zoo import inception, resnetv1b
    from mxnet.gluon.parameter import ParameterDict

    actionrec = gluoncv.model_zoo.action_recognition.actionrec_resnetv1b
    saved = {name: getattr(actionrec, name) for name in dir(actionrec) if name.startswith("resnet") and hasattr(resnetv1b, name)}
    reset = ParameterDict.reset_ctx
    try:
        for name in saved:
            setattr(actionrec, name, lambda pretrained=False, _make=getattr(resnetv1b, name), **kwargs: _make(pretrained=False, **kwargs))
        ParameterDict.reset_ctx = lambda self, ctx: None  # there is one context only
        return make()
    finally:
        ParameterDict.reset_ctx = reset
        for name, value in saved.items():
            setattr(actionrec, name, value)


def gluoncv(name, **more):
    import gluoncv.model_zoo

    if name == "resnet50_v1b_gn":  # GluonCV's own GroupNorm cannot be exported, Gluon's can
        from gluoncv.model_zoo.resnetv1b import BottleneckV1b, ResNetV1b
        from mxnet.gluon import nn

        normalize = lambda in_channels=0, **kwargs: nn.GroupNorm(32, **kwargs)  # noqa: E731
        return ResNetV1b(BottleneckV1b, [3, 4, 6, 3], norm_layer=normalize)
    try:
        return without_downloads(lambda: gluoncv.model_zoo.get_model(name, pretrained=False, pretrained_base=False, **more))
    except (TypeError, Warning):  # it is its own base
        return gluoncv.model_zoo.get_model(name, pretrained=False, **more)


def rcnn(name):
    net = gluoncv(name)  # several constructors fix these numbers
    net.rpn._test_pre_nms, net.rpn._test_post_nms = REGIONS_BEFORE, REGIONS
    # By default networks with feature pyramids keep regions that lie beside the picture: clipped, they are lines on its
    # border, all look alike and have equal scores, so that rounding chooses among them.
    net.rpn.region_proposer._min_size = SMALLEST_REGION
    net._rpn_test_post_nms = REGIONS
    net._rcnn_max_dets = REGIONS  # Mask R-CNN's
    return net


def bert(layers, units, heads):
    from gluonnlp.model.bert import BERTEncoder, BERTModel

    encoder = BERTEncoder(num_layers=layers, units=units, hidden_size=4 * units, num_heads=heads, max_length=128, dropout=0.1)
    return BERTModel(encoder, vocab_size=1000, token_type_vocab_size=2, units=units, embed_size=units, use_decoder=False)


def crnn(cell, bidirectional):
    """Text recognition: convolutions to one row of features, a recurrent layer along it, classes per column."""
    from mxnet.gluon import nn

    class Crnn(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.features = nn.HybridSequential()
                for index, (channels, pool) in enumerate([(32, (2, 2)), (64, (2, 2)), (128, (2, 1)), (128, (2, 1)), (128, (2, 1))]):
                    self.features.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(pool, pool))
                self.sequence = cell(64, num_layers=2, layout="NTC", bidirectional=bidirectional, input_size=128)
                self.classes = nn.Dense(37, flatten=False)

        def hybrid_forward(self, F, x):
            x = F.transpose(F.squeeze(self.features(x), axis=2), axes=(0, 2, 1))
            return F.softmax(self.classes(self.sequence(x)), axis=-1)

    return Crnn()


def recurrent_models():
    def make(cell, bidirectional):
        from mxnet.gluon import rnn

        return crnn(getattr(rnn, cell), bidirectional)

    for name, cell, bidirectional in (("crnn_bidirectional_lstm", "LSTM", True), ("crnn_gru", "GRU", False)):
        yield Model("Recurrent text recognition", name, {"data": (1, 1, 32, 128)}, functools.partial(make, cell, bidirectional), onednn_only=True)


def models(graphs=None):
    """Yields every Model; graphs: a folder of graphs (graphs.py), or None."""
    from model_families import graphs as stored

    def make(name, **more):
        return functools.partial(gluoncv, name, **more)

    for name in MXNET_ZOO:
        size = 299 if name == "inceptionv3" else 224
        yield Model("MXNet model zoo", "zoo-" + name, {"data": (1, 3, size, size)}, functools.partial(mxnet_zoo, name))
    for name in CLASSIFIERS:
        size = 32 if name.startswith("cifar") else 299 if name in ("inceptionv3", "xception", "xception71") else 224
        size = 331 if name.startswith("nasnet_5") else size
        yield Model("GluonCV classification", name, {"data": (1, 3, size, size)}, make(name))
    squares = {
        "GluonCV SSD": SSD,
        "GluonCV YOLOv3": YOLO,
        "GluonCV Faster and Mask R-CNN": RCNN,
        "GluonCV CenterNet": CENTER_NET,
        "GluonCV segmentation": SEGMENTATION,
    }
    for family, members in squares.items():
        for name, size in members.items():
            yield Model(family, name, {"data": (1, 3, size, size)}, functools.partial(rcnn, name) if members is RCNN else make(name))
    for name, size in POSE.items():
        yield Model("GluonCV pose", name, {"data": (1, 3, *size)}, make(name))
    for name, (frames, size) in VIDEO.items():
        yield Model("GluonCV video", name, {"data": (1, 3, *filter(None, (frames,)), size, size)}, make(name))
    yield Model("GluonCV video", "inceptionv3_kinetics400 of 3 segments", {"data": (3, 3, 299, 299)}, make("inceptionv3_kinetics400", num_segments=3))
    for name, size in DEPTH.items():
        yield Model("GluonCV depth", name, {"data": (1, *size)}, make(name))
    tracker = {"data0": (1, 3, 127, 127), "data1": (1, 3, 287, 287)}
    yield Model("GluonCV tracking", "siamrpn_alexnet_v2_otb15", tracker, make("siamrpn_alexnet_v2_otb15"))
    for name, *sizes in (("bert_2_128", 2, 128, 2), ("bert_4_256", 4, 256, 4)):
        shapes = {"data0": (2, 48), "data1": (2, 48), "data2": (2,)}
        yield Model("GluonNLP BERT encoder", name, shapes, functools.partial(bert, *sizes))
    yield from recurrent_models()
    yield from stored.gluoncv_int8()
    if graphs:
        yield from stored.in_folder(graphs)
