"""The models of the benchmark: where each comes from, and what it is given."""
import dataclasses


@dataclasses.dataclass
class Model:
    source: str  # zoo:NAME (mxnet.gluon.model_zoo.vision), gluoncv:NAME, gluonnlp:LAYERS_UNITS_HEADS (a BERT encoder), symbol:NAME (of symbols.py), or file:PATH
    # of a symbol below --graphs
    shapes: dict  # of the inputs
    output: str = ""  # of a file: where to cut, an internal output; everything by default
    tokens: dict = dataclasses.field(default_factory=dict)  # inputs that are integers below a number

    def inputs(self):
        """Seeded: pictures of normalized pixels, tokens."""
        import numpy as np  # compare.py needs the table only

        generator = np.random.RandomState(1)
        return {
            name: (generator.randint(0, self.tokens[name], shape) if name in self.tokens else generator.uniform(-1, 1, shape)).astype(np.float32)
            for name, shape in self.shapes.items()
        }


def picture(height, width=None):
    return {"data": (1, 3, height, width or height)}


MTCNN = "pangyupo__mxnet_mtcnn_face_detection/model"
MODELS = {
    "alexnet": Model("zoo:alexnet", picture(224)),
    "vgg16": Model("zoo:vgg16", picture(224)),
    "vgg19": Model("zoo:vgg19", picture(224)),
    "resnet18_v1": Model("zoo:resnet18_v1", picture(224)),
    "resnet50_v1": Model("zoo:resnet50_v1", picture(224)),
    "resnet50_v2": Model("zoo:resnet50_v2", picture(224)),
    "resnet152_v2": Model("zoo:resnet152_v2", picture(224)),
    "squeezenet1.1": Model("zoo:squeezenet1.1", picture(224)),
    "inception_bn": Model("file:Lohika-Labs__whatsonpizza/whatsonpizza_backend/models/mxnet/Inception-100-symbol.json", picture(224)),
    "inceptionv3": Model("zoo:inceptionv3", picture(299)),
    "densenet121": Model("zoo:densenet121", picture(224)),
    "densenet169": Model("zoo:densenet169", picture(224)),
    "mobilenet1.0": Model("zoo:mobilenet1.0", picture(224)),
    "mobilenetv2_1.0": Model("zoo:mobilenetv2_1.0", picture(224)),
    "ssd_300_vgg16": Model("gluoncv:ssd_300_vgg16_atrous_voc", picture(300)),
    "ssd_512_resnet50": Model("gluoncv:ssd_512_resnet50_v1_voc", picture(512)),
    "fcn8s": Model("symbol:fcn8s", picture(500)),
    "mtcnn_det1": Model(f"file:{MTCNN}/det1-symbol.json", picture(120, 160)),
    "mtcnn_det2": Model(f"file:{MTCNN}/det2-symbol.json", {"data": (1, 3, 24, 24)}),
    "mtcnn_det3": Model(f"file:{MTCNN}/det3-symbol.json", {"data": (1, 3, 48, 48)}),
    "mobilefacenet": Model("file:honghuCode__mobileFacenet-ncnn/@c33b4ac4/model-symbol.json", picture(112)),
    "retinaface": Model("file:1996scarlet__faster-mobile-retinaface/weights/16and32-symbol.json", picture(640)),
    "lstm_ocr": Model(
        "file:Mengman__TensorRT_Tutorial/ocr-symbol.json",
        {"data": (1, 1, 80, 32), **{f"l{layer}_init_{state}": (1, 100) for layer in range(4) for state in "hc"}},
        output="softmaxactivation0_output",
    ),
    "bert_base": Model(
        "gluonnlp:12_768_12", {"data0": (1, 128), "data1": (1, 128), "data2": (1,)}, tokens={"data0": 30000, "data1": 2, "data2": 129}
    ),
}
