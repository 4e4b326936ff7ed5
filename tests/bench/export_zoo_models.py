#!/usr/bin/env python3
"""Write models of mxnet.gluon.model_zoo.vision with seeded weights as NAME-symbol.json and NAME-0000.params.

usage: export_zoo_models.py FOLDER NAME...        e.g. resnet50_v1 mobilenet1.0 vgg16. Needs mxnet 1.9.1.

Weights are Xavier's, batch statistics lie around (0, 1), so that values neither vanish nor explode.
"""
import os
import sys

os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"
import mxnet as mx
import numpy as np

folder, names = sys.argv[1], sys.argv[2:]
os.makedirs(folder, exist_ok=True)
for name in names:
    mx.random.seed(1)
    np.random.seed(1)
    net = mx.gluon.model_zoo.vision.get_model(name, pretrained=False)
    net.initialize(mx.init.Xavier())
    net.hybridize()
    net(mx.nd.zeros((1, 3, 224, 224)))
    for key, parameter in net.collect_params().items():
        if key.endswith(("running_mean", "beta", "bias")):
            parameter.set_data(mx.nd.array(np.random.uniform(-0.1, 0.1, parameter.shape)))
        elif key.endswith(("running_var", "gamma")):
            parameter.set_data(mx.nd.array(np.random.uniform(0.8, 1.2, parameter.shape)))
    net(mx.nd.zeros((1, 3, 224, 224)))
    net.export(os.path.join(folder, name))
