"""The models, by family: name, a function that makes the network, and the shapes of its inputs.

Everything comes from mxnet 1.9.1, gluoncv 0.10.5 and gluonnlp 0.10.0; no pretrained weights are loaded. Pictures are
smaller than in the papers where the network allows, to save time; that changes no operator.
"""

MXNET_ZOO = (
    "alexnet densenet121 densenet161 densenet169 densenet201 inceptionv3 mobilenet0.25 mobilenet0.5 mobilenet0.75 mobilenet1.0 "
    "mobilenetv2_0.25 mobilenetv2_0.5 mobilenetv2_0.75 mobilenetv2_1.0 resnet18_v1 resnet34_v1 resnet50_v1 resnet101_v1 "
    "resnet152_v1 resnet18_v2 resnet34_v2 resnet50_v2 resnet101_v2 resnet152_v2 squeezenet1.0 squeezenet1.1 vgg11 vgg11_bn "
    "vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn"
).split()

CLASSIFIERS = (
    "resnest14 resnest26 resnest50 se_resnet18_v1 se_resnet50_v2 shufflenet_v1 shufflenet_v2 googlenet inceptionv3 xception "
    "mobilenetv3_large mobilenetv3_small resnet18_v1b resnet50_v1b resnet50_v1b_gn resnet50_v1c resnet50_v1d resnet50_v1e "
    "resnet50_v1s resnext50_32x4d se_resnext50_32x4d senet_154 darknet53 nasnet_4_1056 residualattentionnet56 "
    "resnet50_v1d_0.11 resnet18_v1b_0.89 dla34 hrnet_w18_small_v1_c hrnet_w18_c cifar_resnet20_v1 cifar_resnet20_v2 "
    "cifar_wideresnet16_10 cifar_resnext29_32x4d cifar_residualattentionnet56"
).split()

# name: height and width
SSD = {
    "ssd_300_vgg16_atrous_voc": 300,
    "ssd_512_resnet50_v1_voc": 512,
    "ssd_512_mobilenet1.0_voc": 512,
    "ssd_300_mobilenet0.25_coco": 300,
    "ssd_300_resnet34_v1b_voc": 300,
    "ssd_300_mobilenet1.0_lite_coco": 300,
}
YOLO = {"yolo3_darknet53_voc": 320, "yolo3_mobilenet1.0_voc": 320, "yolo3_mobilenet0.25_coco": 320}
RCNN = {
    "faster_rcnn_resnet50_v1b_voc": 256,
    "faster_rcnn_fpn_resnet50_v1b_coco": 256,
    "mask_rcnn_resnet18_v1b_coco": 256,
    "mask_rcnn_fpn_resnet18_v1b_coco": 256,
    "mask_rcnn_fpn_resnet50_v1b_coco": 256,
    "doublehead_rcnn_resnet50_v1b_voc": 256,
}
CENTER_NET = {
    "center_net_resnet18_v1b_voc": 256,
    "center_net_resnet18_v1b_dcnv2_voc": 256,
    "center_net_dla34_voc": 256,
    "center_net_dla34_dcnv2_voc": 256,
    "center_net_mobilenetv3_small_duc_voc": 256,
}
SEGMENTATION = {
    "fcn_resnet50_voc": 480,
    "deeplab_resnet50_ade": 480,
    "psp_resnet50_ade": 480,
    "deeplab_v3b_plus_wideresnet_citys": 240,
    "icnet_resnet50_citys": 480,
    "fastscnn_citys": 768,
    "danet_resnet50_citys": 480,
    "hrnet_w18_small_v1_s": 480,
}
# name: (height, width)
POSE = {
    "simple_pose_resnet18_v1b": (256, 192),
    "simple_pose_resnet50_v1d": (256, 192),
    "mobile_pose_mobilenet1.0": (256, 192),
    "mobile_pose_mobilenetv3_small": (256, 192),
    "mobile_pose_resnet18_v1b": (256, 192),
    "alpha_pose_resnet101_v1b_coco": (256, 192),
}
# name: (frames, height and width); no frames: one picture
VIDEO = {
    "i3d_resnet50_v1_kinetics400": (16, 112),
    "i3d_inceptionv1_kinetics400": (16, 224),
    "i3d_nl5_resnet50_v1_kinetics400": (16, 112),
    "r2plus1d_resnet18_kinetics400": (8, 112),
    "p3d_resnet50_kinetics400": (8, 112),
    "c3d_kinetics400": (16, 112),
    "slowfast_4x16_resnet50_kinetics400": (36, 112),
    "resnet18_v1b_kinetics400": (None, 224),
    "inceptionv3_kinetics400": (None, 299),
    "vgg16_ucf101": (None, 224),
}
DEPTH = {"monodepth2_resnet18_kitti_stereo_640x192": (192, 640)}


def mxnet_zoo(name):
    from mxnet.gluon.model_zoo import vision

    return vision.get_model(name, pretrained=False)


def gluoncv(name):
    import gluoncv.model_zoo

    try:
        return gluoncv.model_zoo.get_model(name, pretrained=False, pretrained_base=False)
    except TypeError:  # it is its own base
        return gluoncv.model_zoo.get_model(name, pretrained=False)


def bert(layers, units, heads):
    def make(_):
        from gluonnlp.model.bert import BERTEncoder, BERTModel

        encoder = BERTEncoder(
            num_layers=layers, units=units, hidden_size=4 * units, num_heads=heads, max_length=128, dropout=0.1
        )
        return BERTModel(
            encoder, vocab_size=1000, token_type_vocab_size=2, units=units, embed_size=units, use_decoder=False
        )

    return make


def models():
    """Yields (family, name, make, inputs), inputs being {name: shape} in order."""
    for name in MXNET_ZOO:
        yield "MXNet model zoo", "zoo-" + name, mxnet_zoo, {"data": (1, 3, *2 * (299 if name == "inceptionv3" else 224,))}
    for name in CLASSIFIERS:
        size = 32 if name.startswith("cifar") else 299 if name in ("inceptionv3", "xception") else 224
        yield "GluonCV classification", name, gluoncv, {"data": (1, 3, size, size)}
    squares = {
        "GluonCV SSD": SSD,
        "GluonCV YOLOv3": YOLO,
        "GluonCV Faster and Mask R-CNN": RCNN,
        "GluonCV CenterNet": CENTER_NET,
        "GluonCV segmentation": SEGMENTATION,
    }
    for family, members in squares.items():
        for name, size in members.items():
            yield family, name, gluoncv, {"data": (1, 3, size, size)}
    for name, size in POSE.items():
        yield "GluonCV pose", name, gluoncv, {"data": (1, 3, *size)}
    for name, (frames, size) in VIDEO.items():
        yield "GluonCV video", name, gluoncv, {"data": (1, 3, *filter(None, (frames,)), size, size)}
    for name, size in DEPTH.items():
        yield "GluonCV depth", name, gluoncv, {"data": (1, 3, *size)}
    for name, layers, units, heads in (("bert_2_128", 2, 128, 2), ("bert_4_256", 4, 256, 4)):
        yield "GluonNLP BERT encoder", name, bert(layers, units, heads), {
            "data0": (2, 48),
            "data1": (2, 48),
            "data2": (2,),
        }
