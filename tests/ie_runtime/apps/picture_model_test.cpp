#include "ie_runtime/apps/common/picture_model.h"

#include "graph/text.h"
#include "ie_runtime/apps/common/labels.h"
#include "ie_runtime/apps/common/output_file.h"
#include "ie_runtime/internal_api.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

Model MakeModel(const std::string& text) { return runtime::ModelFromGraph(graph::ParseGraph(text)); }

Picture Filled(const PictureInput& input, uint8_t value) {
  Picture picture{.width = input.width, .height = input.height, .channels = input.channels};
  picture.pixels.assign(static_cast<size_t>(input.width * input.height * input.channels), value);
  return picture;
}

TEST(PictureModelTest, FindsPicturesAndTheirSizes) {
  Model model = MakeModel("data : f32[2,3,4,5]; im_info : f32[2,3]; y = ReLU(data); z = ReLU(im_info); return y, z");
  const PictureInput input = FindPictureInput(model, 3);
  EXPECT_EQ(input.name, "data");
  EXPECT_EQ(input.info_name, "im_info");
  EXPECT_EQ(input.batch, 3);
  EXPECT_EQ(input.channels, 3);
  EXPECT_EQ(input.height, 4);
  EXPECT_EQ(input.width, 5);
  EXPECT_FALSE(input.channels_last);
  PictureRequest request(Core().CompileModel(model), input);
  request.Set(1, Filled(input, 7));
  request.Infer();
  const Tensor pixels = request.Output(0), info = request.Output(1);
  EXPECT_EQ(pixels.GetShape(), (Shape{3, 3, 4, 5}));
  EXPECT_EQ(pixels.Data<float>()[0], 0);
  EXPECT_EQ(pixels.Data<float>()[60], 7);
  EXPECT_EQ(pixels.Data<float>()[120], 0);
  for (size_t picture = 0; picture < 3; ++picture) {
    EXPECT_EQ(info.Data<float>()[picture * 3], 4);
    EXPECT_EQ(info.Data<float>()[picture * 3 + 1], 5);
    EXPECT_EQ(info.Data<float>()[picture * 3 + 2], 1);
  }
  // Slots are empty again.
  request.Infer();
  EXPECT_EQ(request.Output(0).Data<float>()[60], 0);
}

TEST(PictureModelTest, PutsChannelsWhereTheyBelong) {
  Picture picture{.width = 2, .height = 1, .channels = 3, .pixels = {1, 2, 3, 4, 5, 6}};
  for (const auto& [text, expected] :
       {std::pair("data : u8[1,3,1,2]; y = Convert(data) destination_type=\"f32\"; return y",
                  std::vector<float>{1, 4, 2, 5, 3, 6}),
        std::pair("data : f32[1,1,2,3]; y = ReLU(data); return y", std::vector<float>{1, 2, 3, 4, 5, 6})}) {
    Model model = MakeModel(text);
    PictureInput input = FindPictureInput(model);
    if (input.channels == 1) {  // [1,1,2,3] is one gray picture of 2 x 3 rather than one row of colours
      EXPECT_EQ(input.height, 2);
      EXPECT_EQ(input.width, 3);
      picture = {.width = 3, .height = 2, .channels = 1, .pixels = {1, 2, 3, 4, 5, 6}};
    }
    PictureRequest request(Core().CompileModel(model), input);
    request.Set(0, picture);
    request.Infer();
    const Tensor output = request.Output(0);
    EXPECT_EQ(std::vector<float>(output.Data<float>(), output.Data<float>() + 6), expected);
  }
}

TEST(PictureModelTest, RefusesOtherModels) {
  for (const std::string text :
       {"a : f32[1,3,4,4]; b : f32[1,3,4,4]; y = Add(a, b); return y", "a : f32[1,2,4,4]; y = ReLU(a); return y",
        "a : f32[1,12]; y = ReLU(a); return y", "a : f32[1,3,4,4]; b : f32[4]; y = Add(a, b); return y"}) {
    Model model = MakeModel(text);
    ExpectError(ErrorKind::kBadOption, "expected one input [N,1,H,W] or [N,3,H,W] for pictures",
                [&] { FindPictureInput(model); });
  }
  Model fixed = MakeModel("data : f32[1,3,2,2]; p : i64[2] = {1, 12}; y = Reshape(data, p); return y");
  ExpectError(ErrorKind::kBadOption, "the model cannot take 2 pictures at a time", [&] { FindPictureInput(fixed, 2); });
  EXPECT_EQ(FindPictureInput(fixed, 1).batch, 1);
  ExpectError(ErrorKind::kBadOption, "--batch: got -1", [] { CheckBatch(-1); });
  ExpectError(ErrorKind::kBadOption, "--batch: got 65537", [] { CheckBatch(65537); });
}

TEST(OutputFileTest, AppearsCompleteOrNotAtAll) {
  const test::TempFolder folder;
  WriteFile(folder.File("a"), "first");
  WriteFile(folder.File("a"), "second");
  EXPECT_EQ(folder.Read("a"), "second");
  RequireWritable(folder.File("a"));
  ExpectError(ErrorKind::kIo, "no/a: cannot write", [&] { WriteFile(folder.File("no/a"), "text"); });
  ExpectError(ErrorKind::kIo, "no/a: cannot write", [&] { RequireWritable(folder.File("no/a")); });
  ExpectError(ErrorKind::kIo, "it is a folder", [&] { RequireWritable(folder.Path()); });
}

TEST(LabelsTest, EndWithTheLastName) {
  const test::TempFolder folder;
  EXPECT_EQ(ReadLabels(folder.Write("a.labels", "cat\r\n\ndog\n\n\n"), "m.xml"),
            (std::vector<std::string>{"cat", "", "dog"}));
}

}  // namespace
}  // namespace moir::apps
