// moir's engine: reads an IR and runs it on the CPU. The names follow OpenVINO's API 2.0.
//
//   moir::Core core;
//   moir::CompiledModel model = core.CompileModel("resnet.xml", {{"inference_num_threads", "2"}});
//   moir::InferRequest request = model.CreateInferRequest();
//   request.SetTensor("data", moir::Tensor(moir::ElementType::kF32, {1, 3, 224, 224}, pixels));
//   request.Infer();
//   const float* probabilities = request.GetOutputTensor(0).Data<float>();
//
// Asynchronously, with several inferences at a time:
//
//   moir::CompiledModel model = core.CompileModel("resnet.xml", {{"performance_hint", "throughput"}});
//   std::vector<moir::InferRequest> requests;
//   for (int i = std::stoi(model.GetProperty("optimal_number_of_infer_requests")); i > 0; --i)
//     requests.push_back(model.CreateInferRequest());
//   for (moir::InferRequest& request : requests) request.StartAsync();
//   for (moir::InferRequest& request : requests) request.Wait();
//
// All classes are handles: copies refer to the same object, which lives as long as a handle does; in any order, for a
// request keeps what it runs on alive. Everything throws moir::Error. Different objects may be used in different
// threads at the same time, and all of a CompiledModel; of one request only StartAsync, Wait, WaitFor and Cancel may
// meet, and what is refused while it runs (kBusy).
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "moir/error.h"
#include "moir/export.h"
#include "moir/tensor.h"

namespace moir {

// Of the library that runs, which may be newer than this header: "0.1.0".
MOIR_API const char* GetVersion();

// Properties of CompileModel, by name:
//   performance_hint       "none" (the default) and "latency": one inference at a time with all threads; "throughput":
//                          as many streams as there are threads. What is given below goes before the hint
//   performance_hint_num_requests
//                          how many requests the application keeps running; "throughput" makes no more streams. "0"
//                          (the default): not known
//   num_streams            inferences that StartAsync runs at the same time; "auto": as for "throughput"
//   inference_num_threads  threads of all streams together; a stream, and an Infer in the caller's thread, has its
//   share
//                          of them, rounded down, one at least. "0" (the default): as many as the process may use. More
//                          streams than threads asked for here are refused
//   affinity               "none" (the default), or "core": the threads of a stream keep to CPUs of their own among
//   those
//                          of the process
//   busy_waiting           whether the threads of an inference with several spin while they wait for each other. "true"
//                          is the fastest when the process has its CPUs for itself, "false" when it shares them; "auto"
//                          (the default): "true" except for a while after others were seen to compete. "false" is for
//                          the whole process and stays. OMP_WAIT_POLICY in the environment goes before
//   inference_precision    "f32" (the default) or "bf16": convolutions and products of matrices multiply numbers
//                          rounded to bf16, and what they read is kept in bf16. A CPU without instructions for it
//                          computes in f32; the compiled model tells which of the two it does
//   enable_profiling       "true" or "false" (the default)
//   cache_dir              folder where compiled weights are kept from one start of the program to the next; "" (the
//                          default): none. It is made when it is missing. Whatever is wrong with it or with files in it
//                          costs time, not the model
//   cache_max_size         bytes that files of cache_dir may take together, "8G" by default; K, M, G and T are powers
//   of
//                          1024; "unlimited". When there are more, those that were not used for the longest time are
//                          removed, but never the model's own and never what moir has not written
//   kernel_choice          how the algorithm of each convolution is chosen: "estimate" (the default) by a model of what
//                          algorithms take; "measure": by timing those that the estimate takes for the fastest. That is
//                          remembered in files of cache_dir and by ExportModel, and then measured no more
//   kernel_choice_time     milliseconds that CompileModel may measure, "1000" by default; what is left when they are
//   over
//                          goes by estimate. "0": all
//   export_mode            what ExportModel writes. "portable" (the default): the weights as the model's file has them,
//                          for any machine, threads and shapes; importing packs them. "compiled": the weights as they
//                          are packed, and others only where these are used themselves. Importing takes them as they
//                          are, with the same version, plug-ins, kind of CPU, max_isa and threads of an inference;
//                          everything else, and Reshape to other shapes, is kUnsupported
//   shape_cache_capacity   how many shapes of inputs the compiled model remembers (CompiledModel::Reshape), those used
//                          last; "8" by default. "0": it keeps nothing to make others from
//   max_isa                newest instruction set the kernels may use: "" (the default: all), "sse41", "avx2",
//                          "avx512_core", "avx512_core_vnni", "avx512_core_bf16" or "avx512_core_amx". It holds for
//                          the whole process and only before its first compilation; the environment's MOIR_MAX_ISA
//                          does the same
// However many models, streams and callers there are: inferences that have more threads together than the process may
// use CPUs wait for each other, in order of arrival.
using Properties = std::map<std::string, std::string>;

// An input or output of a model.
struct Port {
  std::string name;
  ElementType type = ElementType::kUndefined;
  Shape shape;
  bool is_output = false;
  size_t index = 0;  // among the inputs or outputs
};

// What one layer did in the last inference, in the order of execution.
struct ProfilingInfo {
  std::string node_name;  // name of the layer; layers fused into it are in `fused`
  std::string node_type;  // operator, e.g. "Convolution"
  std::string exec_type;  // kernel, e.g. "jit:avx512_core", "plain"
  std::vector<std::string> fused;
  double microseconds = 0;
};

// One step of a compiled model. A layer of the model may have become several, or a part of another.
struct RuntimeLayer {
  std::string name;                                 // of the model's layer; of the value, for a Reorder
  std::string type;                                 // operator, e.g. "Convolution"; "Reorder" changes a layout
  std::string exec_type;                            // kernel, e.g. "jit:avx512_core", "plain"
  std::vector<std::string> fused;                   // names of layers that are computed with it
  ElementType precision = ElementType::kUndefined;  // of its first output
  std::vector<std::string> input_layouts;           // "plain", "channels-last", "blocked16", "opaque"; empty: not read
  std::vector<std::string> output_layouts;
  std::vector<Shape> output_shapes;
  uint64_t multiply_adds = 0;  // two floating-point operations each; of convolutions, matrix products and recurrent
                               // layers, 0 for the others
};

class MOIR_API Model {
 public:
  Model() = default;
  explicit operator bool() const { return impl_ != nullptr; }
  const std::string& GetName() const;
  std::vector<Port> Inputs() const;   // in the model's order
  std::vector<Port> Outputs() const;  // in the model's order
  Port Input(const std::string& name) const;
  Port Output(const std::string& name) const;
  Port Input(size_t index = 0) const;
  Port Output(size_t index = 0) const;
  // Gives inputs other shapes; the shapes of everything else follow. Nothing changes when it throws. A model whose file
  // leaves sizes of inputs open (IR v10 and v11; Inputs() shows -1 for them) can be compiled, and asked for its
  // outputs, once every such input has been given a shape.
  void Reshape(const std::map<std::string, Shape>& shapes);
  void Reshape(size_t index, const Shape& shape);  // of one input
  void Reshape(const Shape& shape);                // of the only input

  // What the axes of an input are: "NCHW", "[N,C,H,W]" means the same; "?" for an axis without a name, "..." for any
  // number of them. Known of inputs whose file says it (IR v11) and, as the engines of their time had it, of those of
  // IR v2 to v4: C, NC, CHW, NCHW, NCDHW; else empty. It describes, it changes nothing but SetBatch.
  std::string GetLayout(const std::string& input) const;
  void SetLayout(const std::string& input, const std::string& layout);
  // Gives every input that has an axis N that many of it. Throws kBadOption when the layout of one is not known, or
  // when none has an N.
  void SetBatch(int64_t batch);

  // Keeps a value inside the requests: what an inference gives out as `output` is `input` of the next one. Both leave
  // Inputs and Outputs; InferRequest::QueryState finds the state under the input's name. Type and shape must be the
  // same. Models whose file has states (ReadValue and Assign of IR v10 and v11) come with them. Throws kBadOption.
  void AddState(const std::string& output, const std::string& input);
  // Inputs that are states, in order.
  std::vector<std::string> States() const;

  struct Impl;
  explicit Model(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

 private:
  friend class Core;
  friend class PrePostProcessor;
  std::shared_ptr<Impl> impl_;
};

// A value that a request keeps from one inference to the next. While the request runs everything throws kBusy.
class MOIR_API VariableState {
 public:
  const std::string& GetName() const { return name_; }
  // A copy of the value that the next inference starts from.
  Tensor GetState() const;
  // Copies; type and shape must be the state's.
  void SetState(const Tensor& value);
  // Back to the value of a new request: zeros, or what the model's file says.
  void Reset();

  struct Impl;
  VariableState(std::string name, std::shared_ptr<Impl> impl) : name_(std::move(name)), impl_(std::move(impl)) {}

 private:
  std::string name_;
  std::shared_ptr<Impl> impl_;
};

class MOIR_API InferRequest {
 public:
  InferRequest() = default;
  explicit operator bool() const { return impl_ != nullptr; }

  // Sets an input (an inference reads its values) or an output (an inference writes there). Type and shape must be the
  // model's. The memory itself is read and written when it is dense and lies at a multiple of the element's size (of 16
  // bytes on CPUs without AVX); otherwise, and for an output that overlaps an input, an inference copies. Two dense
  // outputs that overlap are an error of the next inference. Tensors that stay the same cost nothing; others are bound
  // by the next inference. Throws kBusy while the request runs, like everything else that says so.
  void SetTensor(const std::string& name, const Tensor& tensor);
  void SetTensor(const Port& port, const Tensor& tensor);
  void SetInputTensor(size_t index, const Tensor& tensor);
  void SetInputTensor(const Tensor& tensor) { SetInputTensor(0, tensor); }
  void SetOutputTensor(size_t index, const Tensor& tensor);
  // The tensor that was set, or the request's own. An output's values are those of the last Infer.
  Tensor GetTensor(const std::string& name) const;
  Tensor GetTensor(const Port& port) const;
  Tensor GetInputTensor(size_t index = 0) const;
  Tensor GetOutputTensor(size_t index = 0) const;

  // Runs in the calling thread and returns when the outputs are there. The callback is not called. Throws kBusy.
  void Infer();

  // Runs in one of the model's streams, after the requests that were started before. Throws kBusy.
  void StartAsync();
  // Returns when the request is at rest: nothing runs, the callback has returned and started nothing anew. Throws the
  // error of the last inference, or else what its callback threw; again and again until the request is started anew.
  // Waiting inside the request's own callback would wait for itself and throws kBusy.
  void Wait();
  // The same for at most so long; returns whether the request is at rest.
  bool WaitFor(std::chrono::milliseconds timeout);
  // Called in the stream's thread after every inference that StartAsync started, with null or the inference's error. In
  // it the request is no longer busy: its outputs may be read, and anyone may start it anew. Callbacks of one request
  // do not overlap. While a callback runs, its stream runs nothing else: it must not wait for other requests of the
  // model. A callback that owns a copy of the request keeps it alive until another one, or none, is set; it may set one
  // itself. Throws kBusy.
  void SetCallback(std::function<void(std::exception_ptr)> callback);
  // An inference that runs stops after the layer in flight, one that waits for a stream is the next to end; Wait, Infer
  // and the callback get an Error of kind kCanceled. The outputs' values are then not defined. Does nothing to a
  // request at rest, nor to an inference that has just computed its last layer.
  void Cancel();

  // The states of the model (Model::AddState), which are this request's own. An inference that fails or is canceled
  // leaves them as they were.
  std::vector<VariableState> QueryState() const;
  // Resets all of them. Throws kBusy.
  void ResetState();

  // Throws kBadOption when the model was compiled without enable_profiling, kBusy while the request runs.
  std::vector<ProfilingInfo> GetProfilingInfo() const;

  struct Impl;
  explicit InferRequest(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

  InferRequest(const InferRequest&) = default;
  InferRequest(InferRequest&&) = default;
  InferRequest& operator=(const InferRequest&) = default;
  InferRequest& operator=(InferRequest&&) = default;
  // The last handle waits as Wait does, but throws nothing: afterwards the memory of tensors is no longer used. In the
  // request's own callback it does not wait. In a callback of another request one that waits for a stream is canceled.
  ~InferRequest();

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API CompiledModel {
 public:
  CompiledModel() = default;
  explicit operator bool() const { return impl_ != nullptr; }
  const std::string& GetName() const;
  std::vector<Port> Inputs() const;
  std::vector<Port> Outputs() const;
  Port Input(const std::string& name) const;
  Port Output(const std::string& name) const;
  Port Input(size_t index = 0) const;
  Port Output(size_t index = 0) const;
  InferRequest CreateInferRequest() const;
  // The same model for other shapes of inputs, by name; inputs that are not named keep theirs. This handle and its
  // requests stay what they are; both share streams and properties. Models of shapes that were asked for lately are at
  // hand (shape_cache_capacity), others are compiled first. Throws like Model::Reshape, and kBadOption when
  // shape_cache_capacity was "0".
  CompiledModel Reshape(const std::map<std::string, Shape>& shapes) const;
  // Writes the model for Core::ImportModel: its file's topology, shapes, steps, states, and weights, each once, as
  // export_mode says. Throws kUnsupported for a model that was not read from a file or from memory, and kIo. A path's
  // file appears whole or not at all; one that was there before stays until then.
  void ExportModel(std::ostream& stream) const;
  void ExportModel(const std::string& path) const;
  // The steps of an inference, in order.
  std::vector<RuntimeLayer> GetRuntimeModel() const;
  // The property in force, all of Properties, or one of these:
  //   optimal_number_of_infer_requests  requests that keep all streams busy: one each
  //   model_name, full_device_name      the CPU's
  //   optimization_capabilities         types that kernels compute in: "f32,i8"
  //   supported_properties              the names of all properties, in alphabetical order
  //   loaded_from_cache                 "true" when all packed weights came from cache_dir or ImportModel, else "false"
  //   shape_cache_misses                shapes that were compiled, the model's own included
  //   memory_activations, memory_weights
  //                                     bytes, of each request and of all together
  //   memory_to_settle                  bytes of the process's weights that the inferences to come will move to large
  //                                     pages, which makes the first ones slower; "0": there are none left
  // Throws kBadOption for other names.
  std::string GetProperty(const std::string& name) const;
  // enable_profiling, from the next inference on, and shape_cache_capacity, if it was not "0"; throws kBadOption for
  // the others, which are settled.
  void SetProperty(const std::string& name, const std::string& value);

  struct Impl;
  explicit CompiledModel(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}  // for the engine

 private:
  std::shared_ptr<Impl> impl_;
};

class MOIR_API Core {
 public:
  Core();
  // The weights are beside the .xml (same name, .bin) when `bin_path` is empty.
  Model ReadModel(const std::string& xml_path, const std::string& bin_path = {}) const;
  // The topology as text and the weights as bytes, which nobody may change any more. They are not copied: the model,
  // and what is compiled from it, keep the tensor. An empty tensor for a model without weights.
  Model ReadModel(const std::string& xml_text, const Tensor& weights) const;
  CompiledModel CompileModel(const Model& model, const Properties& properties = {}) const;
  CompiledModel CompileModel(const std::string& xml_path, const Properties& properties = {}) const;
  // What ExportModel wrote. Throws kBadModel when it is something else, damaged or cut off, and kUnsupported when it
  // was written with export_mode compiled for another machine. The file of a path is not copied: its pages are used for
  // as long as something runs on them. It may be removed or replaced meanwhile, but must not be written to.
  CompiledModel ImportModel(std::istream& stream, const Properties& properties = {}) const;
  CompiledModel ImportModel(const std::string& path, const Properties& properties = {}) const;
  // Properties of every CompileModel of this core that is not given others.
  void SetProperty(const std::string& name, const std::string& value);
  void SetProperty(const Properties& properties);
  // What was set; full_device_name, optimization_capabilities, supported_properties; else what a model would have.
  std::string GetProperty(const std::string& name) const;
  // Loads a library of operators; models read from then on may use them.
  void AddExtension(const std::string& library_path);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace moir
