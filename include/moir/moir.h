// moir's engine: reads an IR and runs it on the CPU. The names follow OpenVINO's API 2.0.
//
//   moir::Core core;
//   moir::CompiledModel model = core.CompileModel("resnet.xml", {{"inference_num_threads", "2"}});
//   moir::InferRequest request = model.CreateInferRequest();
//   request.SetTensor("data", moir::Tensor(moir::ElementType::kF32, {1, 3, 224, 224}, pixels));
//   request.Infer();
//   const float* probabilities = request.GetOutputTensor(0).Data<float>();
//
// All classes are handles: copies refer to the same object, which lives as long as a handle does. Everything throws
// moir::Error. Different InferRequests may run in different threads at the same time; one request, one thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "moir/error.h"
#include "moir/tensor.h"

namespace moir {

// Properties of CompileModel, by name:
//   inference_num_threads  threads of one inference; "0" (the default): as many as the process may use
//   inference_precision    "f32" (the default) or "bf16"
//   enable_profiling       "true" or "false" (the default)
//   max_isa                newest instruction set the kernels may use: "" (the default: all), "sse41", "avx2",
//   "avx512_core",
//                          "avx512_core_vnni" or "avx512_core_bf16". It holds for the whole process and only before its
//                          first compilation; the environment's MOIR_MAX_ISA does the same
using Properties = std::map<std::string, std::string>;

// An input or output of a model.
struct Port {
  std::string name;
  ElementType type = ElementType::kUndefined;
  Shape shape;
};

// What one layer did in the last inference, in the order of execution.
struct ProfilingInfo {
  std::string node_name;  // name of the layer; layers fused into it are in `fused`
  std::string node_type;  // operator, e.g. "Convolution"
  std::string exec_type;  // kernel, e.g. "jit:avx512_core", "plain"
  std::vector<std::string> fused;
  double microseconds = 0;
};

class Model {
 public:
  Model() = default;
  explicit operator bool() const { return impl_ != nullptr; }
  const std::string& GetName() const;
  std::vector<Port> Inputs() const;   // in the model's order
  std::vector<Port> Outputs() const;  // in the model's order
  Port Input(const std::string& name) const;
  Port Output(const std::string& name) const;
  // Gives inputs other shapes; the shapes of everything else follow. Nothing changes when it throws. A model whose file
  // leaves sizes of inputs open (IR v10 and v11; Inputs() shows -1 for them) can be compiled, and asked for its outputs,
  // once every such input has been given a shape.
  void Reshape(const std::map<std::string, Shape>& shapes);

  struct Impl;
  explicit Model(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

 private:
  friend class Core;
  std::shared_ptr<Impl> impl_;
};

class InferRequest {
 public:
  InferRequest() = default;
  explicit operator bool() const { return impl_ != nullptr; }

  // Sets an input (its values are read by Infer) or an output (Infer writes there). Type and shape must be the model's.
  void SetTensor(const std::string& name, const Tensor& tensor);
  void SetInputTensor(size_t index, const Tensor& tensor);
  void SetInputTensor(const Tensor& tensor) { SetInputTensor(0, tensor); }
  void SetOutputTensor(size_t index, const Tensor& tensor);
  // The tensor that was set, or the request's own. An output's values are those of the last Infer.
  Tensor GetTensor(const std::string& name) const;
  Tensor GetInputTensor(size_t index = 0) const;
  Tensor GetOutputTensor(size_t index = 0) const;

  void Infer();
  // Throws kBadOption when the model was compiled without enable_profiling.
  std::vector<ProfilingInfo> GetProfilingInfo() const;

  struct Impl;
  explicit InferRequest(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

 private:
  std::shared_ptr<Impl> impl_;
};

class CompiledModel {
 public:
  CompiledModel() = default;
  explicit operator bool() const { return impl_ != nullptr; }
  const std::string& GetName() const;
  std::vector<Port> Inputs() const;
  std::vector<Port> Outputs() const;
  Port Input(const std::string& name) const;
  Port Output(const std::string& name) const;
  InferRequest CreateInferRequest() const;
  // The property in force (all of Properties), or "memory_activations", "memory_weights": bytes. Throws kBadOption for
  // other names.
  std::string GetProperty(const std::string& name) const;

  struct Impl;
  explicit CompiledModel(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

 private:
  std::shared_ptr<Impl> impl_;
};

class Core {
 public:
  Core();
  // The weights are beside the .xml (same name, .bin) when `bin_path` is empty.
  Model ReadModel(const std::string& xml_path, const std::string& bin_path = {}) const;
  CompiledModel CompileModel(const Model& model, const Properties& properties = {}) const;
  CompiledModel CompileModel(const std::string& xml_path, const Properties& properties = {}) const;
  // Loads a library of operators; models read from then on may use them.
  void AddExtension(const std::string& library_path);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace moir
