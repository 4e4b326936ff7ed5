// What tests of compiled models on disk share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/ie_runtime/api_test_support.h"
#include "tests/support/graph_testing.h"

namespace moir {

namespace fs = std::filesystem;

// Convolutions of several kinds and a classifier, a few kilobytes.
inline const std::string kModel = std::string(MOIR_TEST_DATA_DIR) + "/ir_models/resnet_blocks_v11";

// A product of 8 rows with 520 x 520 weights, which are a little more than a megabyte, as large files are.
inline constexpr const char* kProductXml = R"(<net name="m" version="11"><layers>
    <layer id="0" name="x" type="Parameter" version="opset1"><data element_type="f32" shape="8,520"/>
      <output><port id="0" precision="FP32" names="x"/></output></layer>
    <layer id="1" name="w" type="Const" version="opset1"><data element_type="f32" shape="520,520" offset="0" size="1081600"/>
      <output><port id="0" precision="FP32"/></output></layer>
    <layer id="2" name="y" type="MatMul" version="opset1"><data transpose_a="false" transpose_b="true"/>
      <input><port id="0"/><port id="1"/></input><output><port id="2" precision="FP32" names="y"/></output></layer>
    <layer id="3" name="r" type="Result" version="opset1"><input><port id="0"/></input></layer></layers>
    <edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
    <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
    <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/></edges></net>)";

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}
inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline Properties With(const std::string& folder, const char* threads = "1") {
  return {{"cache_dir", folder}, {"inference_num_threads", threads}};
}

inline std::vector<float> Infer(const CompiledModel& model) {
  InferRequest request = model.CreateInferRequest();
  for (size_t k = 0; k < model.Inputs().size(); ++k) {
    const Tensor input = request.GetInputTensor(k);
    for (size_t i = 0; i < input.GetSize(); ++i) {
      const auto value = static_cast<float>(i * 2654435761u % 1000);
      if (input.GetElementType() == ElementType::kU8) input.Data<uint8_t>()[i] = static_cast<uint8_t>(value / 4);
      else input.Data<float>()[i] = value / 1000 - 0.5f;
    }
  }
  request.Infer();
  const Tensor output = request.GetOutputTensor();
  return {output.Data<float>(), output.Data<float>() + output.GetSize()};
}

inline std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path().string());
  return files;
}

// Packed weights in a cache folder, without notes about them.
inline std::vector<std::string> PackedFilesOf(const std::string& folder) {
  std::vector<std::string> files = FilesOf(folder);
  std::erase_if(files, [](const std::string& file) { return fs::path(file).extension() != ".moirpack"; });
  return files;
}

inline bool FromCache(const CompiledModel& model) { return model.GetProperty("loaded_from_cache") == "true"; }

}  // namespace moir
