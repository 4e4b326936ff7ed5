// Names of the graph library that the engine uses throughout. Declarations rather than a directive: some of them
// exist in the public API (namespace moir) too, and inside the engine the graph's are meant.
#pragma once

#include "graph/element_type.h"
#include "graph/error.h"
#include "graph/graph.h"
#include "graph/shape.h"
#include "graph/strings.h"
#include "graph/tensor.h"

namespace moir::runtime {

using graph::BF16;
using graph::Check;
using graph::ElementSize;
using graph::ElementType;
using graph::ElementTypeName;
using graph::Error;
using graph::ErrorKind;
using graph::Fail;
using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::StrCat;
using graph::Tensor;

}  // namespace moir::runtime
