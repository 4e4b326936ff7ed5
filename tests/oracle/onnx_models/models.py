"""The models: each function gives a Builder; its line of documentation says what kind it is."""
import numpy as np
from onnx import helper

from .builder import TYPES, Builder

MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


# Classification.
@model
def resnet_blocks():
    """classification: residual blocks with batch normalization"""
    b = Builder(1)
    x = b.conv(b.input("image", (1, 3, 32, 32)), 3, 8, 7, 2, act="Relu", bn=True)
    x = b.MaxPool(x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for _ in range(2):
        y = b.conv(b.conv(x, 8, 8, act="Relu", bn=True), 8, 8, bn=True)
        x = b.Relu(b.Add(x, y))
    x = b.Flatten(b.GlobalAveragePool(x))
    b.output(b.Gemm(x, b.weights(10, 8), b.weights(10), transB=1), name="logits")
    return b


@model
def mobilenet_v2_blocks():
    """classification: inverted residuals with depthwise convolutions and ReLU6"""
    b = Builder(2)
    x = b.conv(b.input("image", (1, 3, 24, 24)), 3, 8, 3, 2)
    for _ in range(2):
        y = b.Clip(b.conv(x, 8, 24, 1), b.constant(np.float32(0)), b.constant(np.float32(6)))
        y = b.Clip(b.conv(y, 24, 24, 3, group=24), b.constant(np.float32(0)), b.constant(np.float32(6)))
        x = b.Add(x, b.conv(y, 24, 8, 1))
    b.output(b.Softmax(b.Flatten(b.GlobalAveragePool(x)), axis=1), name="probabilities")
    return b


@model
def mobilenet_v3_blocks():
    """classification: HardSwish and squeeze-and-excitation with HardSigmoid"""
    b = Builder(3)
    x = b.HardSwish(b.conv(b.input("image", (2, 3, 24, 24)), 3, 16, 3, 2))
    s = b.conv(b.Relu(b.conv(b.GlobalAveragePool(x), 16, 4, 1)), 4, 16, 1)
    x = b.Mul(x, b.HardSigmoid(s, alpha=1 / 6, beta=0.5))
    x = b.HardSwish(b.conv(x, 16, 16, 5, group=16))
    b.output(b.Flatten(b.GlobalAveragePool(x)), name="features")
    return b


@model
def efficientnet_blocks():
    """classification: Swish written as x * sigmoid(x)"""
    b = Builder(4)
    x = b.conv(b.input("image", (1, 3, 20, 20)), 3, 8, 3, 2)
    for _ in range(2):
        x = b.Mul(x, b.Sigmoid(x))
        s = b.Sigmoid(b.conv(b.ReduceMean(x, axes=[2, 3], keepdims=1), 8, 8, 1))
        x = b.conv(b.Mul(x, s), 8, 8, 3)
    b.output(x, name="features")
    return b


@model
def densenet_blocks():
    """classification: concatenations, average pooling that rounds up"""
    b = Builder(5)
    x = b.conv(b.input("image", (1, 3, 19, 19)), 3, 8, 3, act="Relu")
    for i in range(3):
        x = b.Concat(x, b.conv(b.Relu(x), 8 + 4 * i, 4, 3), axis=1)
    x = b.AveragePool(x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    b.output(x, name="features")
    return b


@model
def squeezenet_fire():
    """classification: fire modules, dropout, LRN"""
    b = Builder(6)
    x = b.conv(b.input("image", (1, 3, 21, 21)), 3, 8, 3, 2, pad=0, act="Relu")
    x = b.LRN(x, size=5, alpha=1e-4, beta=0.75, bias=1.0)
    s = b.conv(x, 8, 4, 1, act="Relu")
    x = b.Concat(b.conv(s, 4, 8, 1, act="Relu"), b.conv(s, 4, 8, 3, act="Relu"), axis=1)
    x = b.Dropout(x)
    b.output(b.GlobalAveragePool(x), name="pool")
    return b


@model
def shufflenet_blocks():
    """classification: channel shuffle by Reshape and Transpose, Split"""
    b = Builder(7)
    x = b.conv(b.input("image", (1, 3, 16, 16)), 3, 12, 3)
    left, right = b.Split(x, b.ints(6, 6), axis=1, outputs=2)
    right = b.conv(b.conv(right, 6, 6, 1, act="Relu"), 6, 6, 3, group=6)
    x = b.Concat(left, right, axis=1)
    x = b.Reshape(x, b.ints(1, 2, 6, 16, 16))
    x = b.Reshape(b.Transpose(x, perm=[0, 2, 1, 3, 4]), b.ints(1, -1, 16, 16))
    b.output(x, name="features")
    return b


@model
def grouped_dilated():
    """classification: grouped and dilated convolutions, PRelu, LeakyRelu, Elu, Selu"""
    b = Builder(8)
    x = b.PRelu(b.conv(b.input("image", (2, 4, 15, 17)), 4, 8, 3, group=2), b.positive(8, 1, 1))
    x = b.LeakyRelu(b.conv(x, 8, 8, 3, dilation=2), alpha=0.1)
    x = b.Selu(b.Elu(b.conv(x, 8, 8, 3, stride=2), alpha=0.7))
    b.output(x, name="features")
    return b


@model
def same_padding():
    """classification: auto_pad SAME_UPPER and SAME_LOWER"""
    b = Builder(9)
    x = b.Conv(b.input("image", (1, 3, 14, 15)), b.weights(6, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    x = b.Conv(x, b.weights(6, 6, 2, 2), auto_pad="SAME_LOWER")
    x = b.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    b.output(x, name="features")
    return b


# One and three axes.
@model
def conv1d_speech():
    """1-D: convolutions over time with instance normalization"""
    b = Builder(10)
    x = b.conv(b.input("wave", (2, 4, 50)), 4, 8, 5, 2, dims=1)
    x = b.Relu(b.InstanceNormalization(x, b.positive(8), b.weights(8)))
    x = b.MaxPool(x, kernel_shape=[3], strides=[2])
    b.output(b.ReduceMean(x, axes=[2], keepdims=0), name="embedding")
    return b


@model
def wavenet_block():
    """1-D: gated dilated convolutions"""
    b = Builder(11)
    x = b.input("wave", (1, 4, 40))
    for d in (1, 2, 4):
        gate = b.Mul(b.Tanh(b.conv(x, 4, 4, 3, dims=1, dilation=d)), b.Sigmoid(b.conv(x, 4, 4, 3, dims=1, dilation=d)))
        x = b.Add(x, b.conv(gate, 4, 4, 1, dims=1))
    b.output(x, name="wave_out")
    return b


@model
def conv3d_video():
    """3-D: convolution, pooling and a transposed convolution over volumes"""
    b = Builder(12)
    x = b.conv(b.input("clip", (1, 2, 8, 10, 12)), 2, 6, 3, dims=3, act="Relu")
    x = b.MaxPool(x, kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    x = b.ConvTranspose(x, b.weights(6, 3, 2, 2, 2), strides=[2, 2, 2])
    b.output(b.AveragePool(x, kernel_shape=[2, 3, 3], strides=[2, 2, 2], pads=[0, 1, 1, 0, 1, 1], count_include_pad=1), name="volume")
    return b


# Segmentation and super-resolution.
@model
def unet():
    """segmentation: U-Net with ConvTranspose"""
    b = Builder(13)
    x = b.conv(b.input("image", (1, 3, 24, 24)), 3, 6, 3, act="Relu")
    down = b.conv(b.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2]), 6, 12, 3, act="Relu")
    up = b.ConvTranspose(down, b.weights(12, 6, 2, 2), b.weights(6), strides=[2, 2])
    b.output(b.Sigmoid(b.conv(b.Concat(x, up, axis=1), 12, 1, 1)), name="mask")
    return b


@model
def fpn_nearest():
    """segmentation: feature pyramid with nearest Resize"""
    b = Builder(14)
    x = b.conv(b.input("image", (1, 3, 16, 20)), 3, 6, 3, 2, act="Relu")
    y = b.conv(x, 6, 6, 3, 2)
    up = b.Resize(y, "", b.constant(np.array([1, 1, 2, 2], np.float32)), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    b.output(b.Add(x, up), name="p2")
    return b


@model
def deeplab_resize():
    """segmentation: dilated head, linear Resize to a size, ArgMax"""
    b = Builder(15)
    x = b.conv(b.input("image", (1, 3, 17, 21)), 3, 8, 3, 2, act="Relu")
    pooled = b.Resize(b.GlobalAveragePool(x), "", "", b.ints(1, 8, 9, 11), mode="linear", coordinate_transformation_mode="half_pixel")
    x = b.Concat(b.conv(x, 8, 8, 3, dilation=2), pooled, axis=1)
    x = b.Resize(b.conv(x, 16, 5, 1), "", "", b.ints(1, 5, 17, 21), mode="linear", coordinate_transformation_mode="align_corners")
    b.output(x, name="logits")
    b.output(b.ArgMax(x, axis=1, keepdims=0), type="i64", name="classes")
    return b


@model
def resize_cubic():
    """super-resolution: cubic Resize, pytorch_half_pixel"""
    b = Builder(16)
    x = b.input("image", (1, 2, 9, 7))
    y = b.Resize(x, "", b.constant(np.array([1, 1, 2, 3], np.float32)), mode="cubic", coordinate_transformation_mode="half_pixel", cubic_coeff_a=-0.75)
    b.output(y, name="larger")
    b.output(b.Resize(x, "", "", b.ints(1, 2, 5, 4), mode="linear", coordinate_transformation_mode="pytorch_half_pixel"), name="smaller")
    return b


@model
def espcn():
    """super-resolution: DepthToSpace in both modes, SpaceToDepth"""
    b = Builder(17)
    x = b.Tanh(b.conv(b.input("image", (1, 1, 12, 10)), 1, 8, 5))
    x = b.conv(x, 8, 8, 3)
    b.output(b.DepthToSpace(x, blocksize=2, mode="CRD"), name="crd")
    b.output(b.DepthToSpace(x, blocksize=2, mode="DCR"), name="dcr")
    b.output(b.SpaceToDepth(x, blocksize=2), name="depth")
    return b


@model
def shape_computing_upsample():
    """segmentation: sizes computed by Shape, Gather, Mul and Concat, open batch and size"""
    b = Builder(18)
    x = b.input("image", (2, 3, 14, 18), dims=["N", 3, "H", "W"])
    y = b.conv(x, 3, 4, 3, 2)
    size = b.Slice(b.Shape(x), b.ints(2), b.ints(4), b.ints(0))
    target = b.Concat(b.Slice(b.Shape(y), b.ints(0), b.ints(2), b.ints(0)), size, axis=0)
    b.output(b.Resize(y, "", "", target, mode="linear", coordinate_transformation_mode="half_pixel"), name="mask")
    return b


@model
def dynamic_flatten():
    """classification: view(-1) by Shape, Unsqueeze, Concat, Reshape; open batch"""
    b = Builder(19)
    x = b.conv(b.input("image", (3, 3, 8, 8), dims=["batch", 3, 8, 8]), 3, 4, 3, 2, act="Relu")
    n = b.Unsqueeze(b.Gather(b.Shape(x), b.constant(np.int64(0)), axis=0), b.ints(0))
    x = b.Reshape(x, b.Concat(n, b.ints(-1), axis=0))
    b.output(b.linear(x, 64, 7), name="logits")
    return b


# Detection.
@model
def ssd_head():
    """detection: SSD heads, softmax, decoded boxes"""
    b = Builder(20)
    x = b.conv(b.input("image", (1, 3, 16, 16)), 3, 8, 3, 2, act="Relu")
    scores = b.Reshape(b.Transpose(b.conv(x, 8, 2 * 4, 3), perm=[0, 2, 3, 1]), b.ints(1, -1, 4))
    boxes = b.Reshape(b.Transpose(b.conv(x, 8, 2 * 4, 3), perm=[0, 2, 3, 1]), b.ints(1, -1, 4))
    anchors = b.constant(b.rng.uniform(0.2, 0.8, (1, 128, 4)).astype(np.float32))
    xy, wh = b.Split(boxes, b.ints(2, 2), axis=2, outputs=2)
    axy, awh = b.Split(anchors, b.ints(2, 2), axis=2, outputs=2)
    center = b.Add(b.Mul(b.Mul(xy, b.constant(np.float32(0.1))), awh), axy)
    half = b.Div(b.Mul(b.Exp(b.Mul(wh, b.constant(np.float32(0.2)))), awh), b.constant(np.float32(2)))
    b.output(b.Concat(b.Sub(center, half), b.Add(center, half), axis=2), name="boxes")
    b.output(b.Softmax(scores, axis=2), name="scores")
    return b


@model
def nms_corner():
    """detection: NonMaxSuppression, corners"""
    b = Builder(21)
    corners = b.input("corners", (1, 40, 2), low=0, high=0.7)
    sizes = b.input("sizes", (1, 40, 2), low=0.1, high=0.3)
    boxes = b.Concat(corners, b.Add(corners, sizes), axis=2)
    scores = b.input("scores", (1, 3, 40), low=0)
    b.output(b.NonMaxSuppression(boxes, scores, b.ints(10), b.constant(np.array([0.4], np.float32)), b.constant(np.array([0.3], np.float32))), type="i64",
             name="selected")
    return b


@model
def nms_center():
    """detection: NonMaxSuppression, centers and sizes, several pictures"""
    b = Builder(22)
    boxes = b.Concat(b.input("centers", (2, 30, 2), low=0), b.input("sizes", (2, 30, 2), low=0.1, high=0.4), axis=2)
    scores = b.Sigmoid(b.input("scores", (2, 4, 30), low=-2, high=2))
    b.output(b.NonMaxSuppression(boxes, scores, b.ints(7), b.constant(np.array([0.3], np.float32)), b.constant(np.array([0.5], np.float32)), center_point_box=1),
             type="i64", name="selected")
    return b


@model
def yolo_head():
    """detection: YOLO head, grid by Range and Expand, TopK"""
    b = Builder(23)
    x = b.conv(b.input("image", (1, 3, 12, 12)), 3, 7, 3, 2)
    x = b.Reshape(b.Transpose(x, perm=[0, 2, 3, 1]), b.ints(1, 36, 7))
    r = b.Cast(b.Range(b.constant(np.int64(0)), b.constant(np.int64(6)), b.constant(np.int64(1))), to=1)
    gx = b.Expand(b.Reshape(r, b.ints(1, 6)), b.ints(6, 6))
    gy = b.Expand(b.Reshape(r, b.ints(6, 1)), b.ints(6, 6))
    grid = b.Reshape(b.Concat(b.Unsqueeze(gx, b.ints(2)), b.Unsqueeze(gy, b.ints(2)), axis=2), b.ints(1, 36, 2))
    xy = b.Slice(x, b.ints(0), b.ints(2), b.ints(2))
    rest = b.Sigmoid(b.Slice(x, b.ints(2), b.ints(7), b.ints(2)))
    score = b.Squeeze(b.Slice(rest, b.ints(2), b.ints(3), b.ints(2)), b.ints(2))
    values, places = b.TopK(score, b.ints(5), axis=1, outputs=2)
    b.output(b.Add(b.Sigmoid(xy), grid), name="centers")
    b.output(values, name="best")
    b.output(b.GatherElements(score, places, axis=1), name="again")
    return b


@model
def faster_rcnn_roi():
    """detection: RoiAlign, averages"""
    b = Builder(24)
    x = b.conv(b.input("image", (2, 3, 16, 16)), 3, 4, 3)
    corners = b.input("corners", (5, 2), low=0, high=6)
    rois = b.Concat(corners, b.Add(corners, b.input("sizes", (5, 2), low=2, high=8)), axis=1)
    b.output(b.RoiAlign(x, rois, b.ints(0, 1, 1, 0, 1), output_height=3, output_width=4, sampling_ratio=2, spatial_scale=1.0), name="half_pixel")
    b.output(b.RoiAlign(x, rois, b.ints(0, 1, 1, 0, 1), output_height=3, output_width=4, sampling_ratio=2, spatial_scale=0.5,
                        coordinate_transformation_mode="output_half_pixel"), name="asymmetric")
    return b


# Recurrent networks.
def recurrent(b, op, gates, direction, linear=None, peephole=False, lengths=None):
    d = 2 if direction == "bidirectional" else 1
    steps, batch, inputs, hidden = 6, 2, 5, 4
    x = b.input("x", (steps, batch, inputs))
    attributes = {"hidden_size": hidden, "direction": direction}
    if linear is not None:
        attributes["linear_before_reset"] = linear
    args = [x, b.weights(d, gates * hidden, inputs, scale=0.4), b.weights(d, gates * hidden, hidden, scale=0.4), b.weights(d, 2 * gates * hidden, scale=0.3)]
    if lengths:
        args.append(b.constant(np.array(lengths, np.int32)))
    outputs = getattr(b, op)(*args, outputs=3 if op == "LSTM" else 2, **attributes)
    for name, value in zip(("y", "y_h", "y_c"), outputs):
        b.output(value, name=name)
    return b


@model
def lstm_forward():
    """recurrent: LSTM"""
    return recurrent(Builder(25), "LSTM", 4, "forward")


@model
def lstm_bidirectional_lengths():
    """recurrent: bidirectional LSTM with sequence lengths"""
    return recurrent(Builder(26), "LSTM", 4, "bidirectional", lengths=[6, 3])


@model
def gru_reverse():
    """recurrent: GRU backwards, linear_before_reset"""
    return recurrent(Builder(27), "GRU", 3, "reverse", linear=1)


@model
def gru_bidirectional():
    """recurrent: bidirectional GRU, reset first"""
    return recurrent(Builder(28), "GRU", 3, "bidirectional", linear=0)


@model
def rnn_text():
    """recurrent: embedding, RNN, logits of the last step"""
    b = Builder(29)
    ids = b.input("ids", (7, 2), "i64", low=0, high=19)
    x = b.Gather(b.weights(20, 6, scale=1), ids, axis=0)
    y, h = b.RNN(x, b.weights(1, 5, 6), b.weights(1, 5, 5), b.weights(1, 10), hidden_size=5, outputs=2)
    b.output(b.LogSoftmax(b.linear(b.Squeeze(h, b.ints(0)), 5, 3), axis=-1), name="log_probabilities")
    return b


@model
def crnn_ocr():
    """recurrent: convolutions, then a bidirectional LSTM over columns"""
    b = Builder(30)
    x = b.conv(b.input("line", (1, 1, 8, 24)), 1, 4, 3, act="Relu")
    x = b.MaxPool(x, kernel_shape=[8, 2], strides=[8, 2])
    x = b.Transpose(b.Squeeze(x, b.ints(2)), perm=[2, 0, 1])
    y, _, _ = b.LSTM(x, b.weights(2, 12, 4), b.weights(2, 12, 3), b.weights(2, 24), hidden_size=3, direction="bidirectional", outputs=3)
    y = b.Reshape(b.Transpose(y, perm=[0, 2, 1, 3]), b.ints(0, 0, -1))
    b.output(b.Softmax(b.linear(y, 6, 11), axis=2), name="characters")
    return b


# Transformers.
def attention(b, x, batch, steps, width, heads, mask=None):
    def split(value):
        return b.Transpose(b.Reshape(value, b.ints(batch, steps, heads, width // heads)), perm=[0, 2, 1, 3])
    q, k, v = (split(b.linear(x, width, width)) for _ in range(3))
    scores = b.Div(b.MatMul(q, b.Transpose(k, perm=[0, 1, 3, 2])), b.constant(np.float32(np.sqrt(width // heads))))
    if mask:
        scores = b.Add(scores, mask)
    y = b.MatMul(b.Softmax(scores, axis=-1), v)
    return b.linear(b.Reshape(b.Transpose(y, perm=[0, 2, 1, 3]), b.ints(batch, steps, width)), width, width)


def gelu(b, x):
    half = b.Mul(x, b.constant(np.float32(0.5)))
    return b.Mul(half, b.Add(b.Erf(b.Div(x, b.constant(np.float32(np.sqrt(2))))), b.constant(np.float32(1))))


@model
def bert_layer():
    """transformer: encoder with token ids, mask, LayerNormalization and GELU by Erf"""
    b = Builder(31)
    ids = b.input("input_ids", (2, 6), "i64", low=0, high=29)
    seen = b.input("attention_mask", (2, 6), "i64", low=0, high=1)
    x = b.Add(b.Gather(b.weights(30, 8, scale=1), ids), b.weights(6, 8, scale=1))
    mask = b.Mul(b.Sub(b.constant(np.float32(1)), b.Cast(b.Unsqueeze(seen, b.ints(1, 2)), to=1)), b.constant(np.float32(-1e4)))
    for _ in range(2):
        x = b.LayerNormalization(b.Add(x, attention(b, x, 2, 6, 8, 2, mask)), b.positive(8), b.weights(8), axis=-1)
        x = b.LayerNormalization(b.Add(x, b.linear(gelu(b, b.linear(x, 8, 16)), 16, 8)), b.positive(8), b.weights(8), axis=-1)
    b.output(x, name="last_hidden_state")
    b.output(b.Tanh(b.linear(b.Gather(x, b.constant(np.int64(0)), axis=1), 8, 8)), name="pooled")
    return b


@model
def bert_open_batch():
    """transformer: encoder whose batch and length are open, positions by Range"""
    b = Builder(32)
    ids = b.input("ids", (2, 5), "i64", dims=["batch", "length"], low=0, high=9)
    length = b.Gather(b.Shape(ids), b.constant(np.int64(1)), axis=0)
    positions = b.Range(b.constant(np.int64(0)), length, b.constant(np.int64(1)))
    x = b.Add(b.Gather(b.weights(10, 8, scale=1), ids), b.Gather(b.weights(16, 8, scale=1), positions))
    q, k = b.linear(x, 8, 8), b.linear(x, 8, 8)
    x = b.MatMul(b.Softmax(b.MatMul(q, b.Transpose(k, perm=[0, 2, 1])), axis=-1), x)
    mean = b.ReduceMean(x, axes=[-1], keepdims=1)
    centered = b.Sub(x, mean)
    deviation = b.Sqrt(b.Add(b.ReduceMean(b.Pow(centered, b.constant(np.float32(2))), axes=[-1], keepdims=1), b.constant(np.float32(1e-5))))
    b.output(b.Div(centered, deviation), name="normalized")
    return b


@model
def vit_patches():
    """transformer: picture patches, class token, pre-normalization"""
    b = Builder(33)
    x = b.Conv(b.input("image", (1, 3, 16, 16)), b.weights(8, 3, 4, 4), b.weights(8), kernel_shape=[4, 4], strides=[4, 4])
    x = b.Transpose(b.Reshape(x, b.ints(1, 8, 16)), perm=[0, 2, 1])
    x = b.Add(b.Concat(b.weights(1, 1, 8), x, axis=1), b.weights(1, 17, 8))
    y = b.LayerNormalization(x, b.positive(8), b.weights(8), axis=-1)
    x = b.Add(x, attention(b, y, 1, 17, 8, 2))
    b.output(b.linear(b.Squeeze(b.Slice(x, b.ints(0), b.ints(1), b.ints(1)), b.ints(1)), 8, 5), name="logits")
    return b


@model
def causal_decoder():
    """transformer: causal mask by Trilu and Where, Einsum"""
    b = Builder(34)
    x = b.input("x", (2, 5, 8))
    q, k = b.linear(x, 8, 8), b.linear(x, 8, 8)
    scores = b.Einsum(q, k, equation="bqd,bkd->bqk")
    ones = b.constant(np.ones((5, 5), np.float32))
    seen = b.Cast(b.Trilu(ones, upper=0), to=TYPES["bool"])
    scores = b.Where(seen, scores, b.constant(np.float32(-1e9)))
    b.output(b.Einsum(b.Softmax(scores, axis=-1), x, equation="bqk,bkd->bqd"), name="y")
    return b


@model
def einsum_kinds():
    """transformer: Einsum with sums, diagonal-free products and a transposed result"""
    b = Builder(35)
    x, y = b.input("x", (2, 3, 4)), b.input("y", (4, 5))
    b.output(b.Einsum(x, y, equation="abc,cd->adb"), name="product")
    b.output(b.Einsum(x, equation="abc->ca"), name="sum")
    b.output(b.Einsum(x, b.weights(2, 3, 4), equation="abc,abc->a"), name="dots")
    return b


# Quantized.
def quantize(b, x, scale, zero, axis=None, type="u8"):
    s, z = b.constant(np.float32(scale) if np.isscalar(scale) else np.array(scale, np.float32)), b.constant(zero, type)
    attributes = {} if axis is None else {"axis": axis}
    return b.DequantizeLinear(b.QuantizeLinear(x, s, z, **attributes), s, z, **attributes)


@model
def qdq_convolution():
    """quantized: QuantizeLinear and DequantizeLinear around a convolution, weights in i8 per channel"""
    b = Builder(36)
    x = quantize(b, b.input("image", (1, 3, 12, 12)), 1 / 127, 128)
    w = b.constant(b.rng.integers(-127, 128, (6, 3, 3, 3)), "i8")
    w = b.DequantizeLinear(w, b.constant(b.rng.uniform(0.001, 0.003, 6).astype(np.float32)), b.constant(np.zeros(6), "i8"), axis=0)
    x = b.Relu(b.Conv(x, w, b.weights(6), kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    b.output(x, name="features")
    return b


@model
def qdq_matmul():
    """quantized: a fully connected layer with i8 activations"""
    b = Builder(37)
    x = quantize(b, b.input("x", (4, 16)), 1 / 100, 0, type="i8")
    w = b.DequantizeLinear(b.constant(b.rng.integers(-127, 128, (16, 8)), "i8"), b.constant(np.float32(0.004)), b.constant(0, "i8"))
    b.output(b.Add(b.MatMul(x, w), b.weights(8)), name="y")
    return b


@model
def dynamic_quantize():
    """quantized: DynamicQuantizeLinear and DequantizeLinear"""
    b = Builder(38)
    y, scale, zero = b.DynamicQuantizeLinear(b.input("x", (3, 10)), outputs=3)
    b.output(b.DequantizeLinear(y, scale, zero), name="y")
    return b


# Control flow.
def subgraph(b, name, nodes, inputs, outputs, initializers=()):
    return helper.make_graph(nodes, name, inputs, outputs, list(initializers))


@model
def loop_counter():
    """control flow: Loop with a constant trip count, a carried value and collected results"""
    b = Builder(39)
    x = b.input("x", (2, 3))
    f = TYPES["f32"]
    body = helper.make_graph(
        [helper.make_node("Cast", ["i"], ["fi"], to=f), helper.make_node("Mul", ["state", "state"], ["square"]),
         helper.make_node("Add", ["square", "fi"], ["moved"]), helper.make_node("Tanh", ["moved"], ["next"]),
         helper.make_node("Identity", ["cond"], ["cond_out"]), helper.make_node("Identity", ["next"], ["scan"])],
        "body", [helper.make_tensor_value_info("i", TYPES["i64"], []), helper.make_tensor_value_info("cond", TYPES["bool"], []),
                 helper.make_tensor_value_info("state", f, [2, 3])],
        [helper.make_tensor_value_info("cond_out", TYPES["bool"], []), helper.make_tensor_value_info("next", f, [2, 3]),
         helper.make_tensor_value_info("scan", f, [2, 3])])
    last, all_ = b.Loop(b.constant(np.int64(4)), b.constant(np.bool_(True)), x, body=body, outputs=2)
    b.output(last, name="last")
    b.output(all_, name="all")
    return b


@model
def scan_cumulative():
    """control flow: Scan over the steps of a sequence"""
    b = Builder(40)
    x = b.input("x", (5, 3))
    f = TYPES["f32"]
    body = helper.make_graph([helper.make_node("Add", ["sum", "step"], ["next"]), helper.make_node("Sigmoid", ["next"], ["y"])], "body",
                             [helper.make_tensor_value_info("sum", f, [3]), helper.make_tensor_value_info("step", f, [3])],
                             [helper.make_tensor_value_info("next", f, [3]), helper.make_tensor_value_info("y", f, [3])])
    total, each = b.Scan(b.weights(3), x, body=body, num_scan_inputs=1, outputs=2)
    b.output(total, name="total")
    b.output(each, name="each")
    return b


@model
def if_on_data():
    """control flow: If whose condition is computed from the data"""
    b = Builder(41)
    x = b.input("x", (2, 3))
    f = TYPES["f32"]
    yes = helper.make_graph([helper.make_node("Relu", [x], ["then_y"])], "then", [], [helper.make_tensor_value_info("then_y", f, [2, 3])])
    no = helper.make_graph([helper.make_node("Neg", [x], ["else_y"])], "else", [], [helper.make_tensor_value_info("else_y", f, [2, 3])])
    condition = b.Greater(b.ReduceSum(x, keepdims=0), b.constant(np.float32(0)))
    b.output(b.If(condition, then_branch=yes, else_branch=no), [2, 3], name="y")
    return b


# Other operators.
@model
def math_functions():
    """functions: trigonometry, powers, rounding, signs"""
    b = Builder(42)
    x = b.input("x", (3, 7), low=0.05, high=0.95)
    for op in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh", "Exp", "Log", "Sqrt", "Reciprocal", "Erf", "Softplus", "Softsign",
               "Round", "Floor", "Ceil", "Sign", "Abs", "Neg"):
        b.output(getattr(b, op)(x), name=op.lower())
    b.output(b.Pow(x, b.constant(np.float32(1.7))), name="pow")
    return b


@model
def newer_activations():
    """functions: Mish, Gelu in both forms, Celu, ThresholdedRelu, Shrink"""
    b = Builder(43, opset=20)
    x = b.input("x", (2, 9), low=-3, high=3)
    b.output(b.Mish(x), name="mish")
    b.output(b.Gelu(x), name="gelu")
    b.output(b.Gelu(x, approximate="tanh"), name="gelu_tanh")
    b.output(b.Celu(x, alpha=0.8), name="celu")
    b.output(b.ThresholdedRelu(x, alpha=0.5), name="thresholded")
    b.output(b.Shrink(x, lambd=0.5, bias=0.2), name="shrink")
    b.output(b.Hardmax(x, axis=1), name="hardmax")
    return b


@model
def integers():
    """functions: integer arithmetic, comparisons, logic, Where"""
    b = Builder(44)
    x, y = b.input("x", (3, 5), "i64", low=-9, high=9), b.input("y", (5,), "i64", low=1, high=4)
    b.output(b.Add(b.Mul(x, y), b.Sub(x, y)), type="i64", name="sums")
    b.output(b.Mod(x, y), type="i64", name="mod")
    b.output(b.Where(b.And(b.Greater(x, y), b.Not(b.Equal(x, b.constant(np.int64(5))))), x, b.Neg(x)), type="i64", name="chosen")
    b.output(b.Max(x, y), type="i64", name="max")
    b.output(b.CumSum(x, b.constant(np.int64(1)), reverse=1), type="i64", name="sums_from_the_end")
    b.output(b.ReduceMax(x, axes=[1], keepdims=0), type="i64", name="largest")
    return b


@model
def gather_scatter():
    """moves: Gather, GatherND, ScatterND, ScatterElements, OneHot, with negative indices, for which OpenVINO gives zeros in IR v10"""
    b = Builder(45)
    x = b.input("x", (4, 5))
    i = b.input("i", (3,), "i64", low=-4, high=3)
    b.output(b.Gather(x, i, axis=0), name="gathered")
    b.output(b.GatherND(x, b.constant(np.array([[0, 1], [3, 4], [2, 2]], np.int64))), name="points")
    b.output(b.ScatterND(x, b.constant(np.array([[1], [3]], np.int64)), b.weights(2, 5)), name="rows")
    b.output(b.ScatterElements(x, b.constant(np.array([[1, 0, 2, 3, 1]], np.int64)), b.weights(1, 5), axis=0), name="elements")
    b.output(b.OneHot(b.Abs(i), b.constant(np.int64(6)), b.constant(np.array([0.5, 2], np.float32)), axis=-1), name="one_hot")
    return b


@model
def scatter_reductions():
    """moves: ScatterND and ScatterElements that add and multiply"""
    b = Builder(46, opset=18)
    x = b.input("x", (4, 5))
    where = b.constant(np.array([[1], [3], [1]], np.int64))
    b.output(b.ScatterND(x, where, b.weights(3, 5), reduction="add"), name="added")
    elements = b.constant(np.array([[1, 0, 2, 3, 1], [1, 1, 2, 0, 1]], np.int64))
    b.output(b.ScatterElements(x, elements, b.weights(2, 5), axis=0, reduction="mul"), name="multiplied")
    b.output(b.ScatterElements(x, elements, b.weights(2, 5), axis=0, reduction="max"), name="largest")
    return b


@model
def pads_and_slices():
    """moves: Pad in all modes, Slice backwards, Tile, ReverseSequence"""
    b = Builder(47)
    x = b.input("x", (2, 3, 6))
    pads = b.ints(0, 1, 2, 0, 1, 3)
    b.output(b.Pad(x, pads, b.constant(np.float32(0.5))), name="constant")
    b.output(b.Pad(x, pads, mode="reflect"), name="reflect")
    b.output(b.Pad(x, pads, mode="edge"), name="edge")
    b.output(b.Pad(x, b.ints(0, -1, 1, 0, 0, -2)), name="cropped")
    b.output(b.Slice(x, b.ints(-1, 5), b.ints(-100, 0), b.ints(1, 2), b.ints(-1, -2)), name="backwards")
    b.output(b.Tile(x, b.ints(1, 2, 2)), name="tiled")
    b.output(b.ReverseSequence(b.Transpose(x, perm=[2, 1, 0]), b.ints(2, 6, 1), time_axis=0, batch_axis=1), name="reversed")
    return b


@model
def reductions():
    """functions: all reductions"""
    b = Builder(48)
    x = b.input("x", (2, 3, 4), low=0.1)
    for op in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"):
        b.output(getattr(b, op)(x, axes=[0, 2], keepdims=1), name=op.lower())
    b.output(b.ReduceSum(x, b.ints(1), keepdims=0), name="reducesum")
    return b


@model
def matrices():
    """functions: MatMul of all ranks, Gemm"""
    b = Builder(49)
    x = b.input("x", (2, 1, 3, 4))
    b.output(b.MatMul(x, b.weights(5, 4, 2)), name="stack")
    b.output(b.MatMul(x, b.weights(4)), name="vector")
    y = b.input("y", (4, 3))
    b.output(b.Gemm(y, b.weights(5, 4), b.weights(5), alpha=0.5, beta=2.0, transA=1, transB=1), name="gemm")
    return b


@model
def grid_sample():
    """moves: GridSample"""
    b = Builder(50)
    x = b.input("image", (1, 2, 6, 7))
    grid = b.input("grid", (1, 4, 5, 2))
    b.output(b.GridSample(x, grid), name="bilinear")
    b.output(b.GridSample(x, grid, mode="nearest", padding_mode="border", align_corners=1), name="nearest")
    return b


@model
def max_pool_indices():
    """moves: MaxPool with positions, dilations, rounding up"""
    b = Builder(51)
    y, i = b.MaxPool(b.input("image", (1, 2, 8, 9)), kernel_shape=[2, 3], strides=[2, 2], outputs=2)
    b.output(y, name="largest")
    b.output(i, type="i64", name="places")
    b.output(b.MaxPool("image", kernel_shape=[2, 2], dilations=[2, 2]), name="dilated")
    b.output(b.MaxPool("image", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), name="rounded_up")
    return b


@model
def group_normalization():
    """classification: GroupNormalization, MeanVarianceNormalization, LpNormalization"""
    b = Builder(52, opset=21)
    x = b.conv(b.input("image", (2, 3, 7, 6)), 3, 8, 3)
    b.output(b.GroupNormalization(x, b.positive(8), b.weights(8), num_groups=4), name="groups")
    b.output(b.LpNormalization(x, axis=1, p=2), name="unit")
    return b


@model
def deform_conv():
    """detection: deformable convolution with a mask"""
    b = Builder(53, opset=19)
    x = b.input("image", (1, 4, 8, 8))
    offsets = b.conv(x, 4, 18, 3)
    mask = b.Sigmoid(b.conv(x, 4, 9, 3))
    b.output(b.DeformConv(x, b.weights(6, 4, 3, 3), offsets, b.weights(6), mask, kernel_shape=[3, 3], pads=[1, 1, 1, 1]), name="features")
    return b


@model
def bitwise_and_shapes():
    """functions: bitwise operators, Size, ConstantOfShape, EyeLike"""
    b = Builder(54, opset=18)
    x = b.input("x", (3, 4), "i32", low=0, high=15)
    b.output(b.BitwiseAnd(x, b.constant(np.int32(6))), type="i32", name="and")
    b.output(b.BitwiseXor(x, b.constant(np.int32(6))), type="i32", name="xor")
    b.output(b.EyeLike(x, dtype=1, k=1), name="eye")
    b.output(b.Add(b.Cast(b.Size(x), to=1), b.ConstantOfShape(b.Shape(x))), name="sizes")
    return b


@model
def local_response_half():
    """f16: a network whose weights and values are f16"""
    b = Builder(55)
    x = b.Cast(b.input("picture", (1, 3, 8, 8)), to=10)
    w = b.constant((b.rng.standard_normal((4, 3, 3, 3)) * 0.25).astype(np.float16))
    b.output(b.Cast(b.Relu(b.Conv(x, w, kernel_shape=[3, 3])), to=1), name="y")
    return b


# Refused on purpose.
@model
def non_zero():
    """data-dependent: NonZero"""
    b = Builder(90)
    b.output(b.NonZero(b.Relu(b.input("x", (3, 4)))), type="i64", name="places")
    return b


@model
def nms_gathered():
    """data-dependent: boxes picked by NonMaxSuppression's result"""
    b = Builder(91)
    corners = b.input("corners", (1, 20, 2), low=0, high=0.7)
    boxes = b.Concat(corners, b.Add(corners, b.constant(np.float32(0.2))), axis=2)
    selected = b.NonMaxSuppression(boxes, b.input("scores", (1, 1, 20), low=0), b.ints(10), b.constant(np.array([0.4], np.float32)),
                                   b.constant(np.array([0.3], np.float32)))
    b.output(b.GatherND(boxes, b.Gather(selected, b.ints(0, 2), axis=1)), name="picked")
    return b


@model
def random_normal():
    """data-dependent: RandomNormalLike"""
    b = Builder(92)
    x = b.input("x", (2, 3))
    b.output(b.Add(x, b.RandomNormalLike(x, seed=1.0)), name="noisy")
    return b


@model
def unique_values():
    """data-dependent: Unique"""
    b = Builder(93)
    b.output(b.Unique(b.input("x", (6,), "i64", low=0, high=3), sorted=1), type="i64", name="values")
    return b


@model
def dft_spectrum():
    """frequencies: DFT"""
    b = Builder(94)
    b.output(b.DFT(b.input("x", (1, 8, 1)), axis=1), name="spectrum")
    return b
