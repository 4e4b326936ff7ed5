"""Networks of the benchmark that no package has."""
import mxnet as mx


def fcn8s(classes=21):
    """Long, Shelhamer and Darrell's FCN-8s on VGG-16: a padding of 100, 7 x 7 windows in place of the first dense layer."""
    x = data = mx.sym.var("data")

    def convolution(x, name, filters, kernel=3, pad=1):
        return mx.sym.Convolution(x, num_filter=filters, kernel=(kernel, kernel), pad=(pad, pad), name=name)

    def upsampled(x, name, factor):
        return mx.sym.Deconvolution(x, num_filter=classes, kernel=(2 * factor, 2 * factor), stride=(factor, factor), no_bias=True, name=name)

    pools = {}
    for stage, (count, filters) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), 1):
        for i in range(1, count + 1):
            x = convolution(x, f"conv{stage}_{i}", filters, pad=100 if stage == i == 1 else 1)
            x = mx.sym.Activation(x, act_type="relu")
        x = pools[stage] = mx.sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", pooling_convention="full", name=f"pool{stage}")
    x = mx.sym.Activation(convolution(x, "fc6", 4096, 7, 0), act_type="relu")
    x = mx.sym.Activation(convolution(x, "fc7", 4096, 1, 0), act_type="relu")
    x = upsampled(convolution(x, "score", classes, 1, 0), "score2", 2)
    x = x + mx.sym.Crop(convolution(pools[4], "score_pool4", classes, 1, 0), x, offset=(5, 5))
    x = upsampled(x, "score4", 2)
    x = x + mx.sym.Crop(convolution(pools[3], "score_pool3", classes, 1, 0), x, offset=(9, 9))
    x = mx.sym.Crop(upsampled(x, "bigscore", 8), data, offset=(31, 31))
    return mx.sym.softmax(x, axis=1, name="probabilities")
