#include "ie_runtime/apps/common/picture.h"

#include <filesystem>

#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

// A 4 x 2 PPM: red, green, blue, white above black, (1,2,3), (40,80,120), (200,100,50).
std::string ColourPicture(const test::TempFolder& folder) {
  const unsigned char pixels[] = {255, 0, 0, 0, 255, 0, 0,  0,  255, 255, 255, 255,
                                  0,   0, 0, 1, 2,   3, 40, 80, 120, 200, 100, 50};
  return folder.Write("colour.ppm",
                      "P6\n4 2\n255\n" + std::string(reinterpret_cast<const char*>(pixels), sizeof pixels));
}

std::string GrayPicture(const test::TempFolder& folder, const std::string& name, int width, int height,
                        const std::string& pixels) {
  return folder.Write(name, "P5\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n" + pixels);
}

std::vector<float> Values(const Tensor& tensor) {
  return {tensor.Data<float>(), tensor.Data<float>() + tensor.GetSize()};
}

TEST(PictureTest, GivesPlanesOfBlueGreenAndRed) {
  const test::TempFolder folder;
  const Tensor tensor = ReadPicture(ColourPicture(folder), 3, 2, 4);
  EXPECT_EQ(tensor.GetShape(), (Shape{1, 3, 2, 4}));
  EXPECT_EQ(Values(tensor), (std::vector<float>{0,   0,   255, 255, 0, 3, 120, 50,   //
                                                0,   255, 0,   255, 0, 2, 80,  100,  //
                                                255, 0,   0,   255, 0, 1, 40,  200}));
}

TEST(PictureTest, MakesColourGrayForOneChannel) {
  const test::TempFolder folder;
  // 0.299 red + 0.587 green + 0.114 blue, rounded.
  EXPECT_EQ(Values(ReadPicture(ColourPicture(folder), 1, 2, 4)), (std::vector<float>{76, 150, 29, 255, 0, 2, 73, 124}));
}

TEST(PictureTest, RepeatsGrayForThreeChannels) {
  const test::TempFolder folder;
  EXPECT_EQ(Values(ReadPicture(GrayPicture(folder, "gray.pgm", 2, 1, "\x0a\xfa"), 3, 1, 2)),
            (std::vector<float>{10, 250, 10, 250, 10, 250}));
}

// Output pixel x samples the source at (x + 0.5) * ratio - 0.5, between its two neighbours, edges repeated.
TEST(PictureTest, ResizesBilinearly) {
  const test::TempFolder folder;
  const std::string path = GrayPicture(folder, "gray.pgm", 4, 1, std::string("\x00\x64\xc8\x28", 4));
  EXPECT_EQ(Values(ReadPicture(path, 1, 1, 2)), (std::vector<float>{50, 120}));
  EXPECT_EQ(Values(ReadPicture(path, 1, 1, 8)), (std::vector<float>{0, 25, 75, 125, 175, 160, 80, 40}));
  EXPECT_EQ(Values(ReadPicture(path, 1, 3, 4)),
            (std::vector<float>{0, 100, 200, 40, 0, 100, 200, 40, 0, 100, 200, 40}));
}

// A digit's picture repeats each pixel of the 32 x 32 network input 8 x 8 times; resizing must undo that exactly.
TEST(PictureTest, UndoesTheMagnificationOfTheDigitsExactly) {
  const Tensor large = ReadPicture(Digits("digit_3.png"), 1, 256, 256);
  const Tensor small = ReadPicture(Digits("digit_3.png"), 1, 32, 32);
  float brightest = 0;
  for (size_t y = 0; y < 32; ++y) {
    for (size_t x = 0; x < 32; ++x) {
      EXPECT_EQ(small.Data<float>()[y * 32 + x], large.Data<float>()[y * 8 * 256 + x * 8]) << y << " " << x;
      brightest = std::max(brightest, small.Data<float>()[y * 32 + x]);
    }
  }
  EXPECT_GT(brightest, 200);
}

TEST(PictureTest, RefusesWhatIsNoPicture) {
  const test::TempFolder folder;
  ExpectError(ErrorKind::kIo, "nothing.png", [&] { ReadPicture(folder.File("nothing.png"), 3, 2, 2); });
  ExpectError(ErrorKind::kBadModel, "text.png",
              [&] { ReadPicture(folder.Write("text.png", "not a picture"), 3, 2, 2); });
  ExpectError(ErrorKind::kBadModel, "empty.png", [&] { ReadPicture(folder.Write("empty.png", ""), 3, 2, 2); });
  const std::string png = ReadBytes(Digits("digit_3.png"));
  ExpectError(ErrorKind::kBadModel, "cut.png",
              [&] { ReadPicture(folder.Write("cut.png", png.substr(0, 40)), 1, 32, 32); });
  ExpectError(ErrorKind::kBadOption, "2 channels", [&] { ReadPicture(Digits("digit_3.png"), 2, 32, 32); });
  ExpectError(ErrorKind::kBadOption, "0 x 32", [&] { ReadPicture(Digits("digit_3.png"), 1, 0, 32); });
}

TEST(PictureTest, ExpandsFoldersToTheirPicturesInOrder) {
  const test::TempFolder folder;
  const std::string b = GrayPicture(folder, "in/b.pgm", 1, 1, "x"), a = GrayPicture(folder, "in/a.pgm", 1, 1, "x");
  folder.Write("in/notes.txt", "text");
  GrayPicture(folder, "in/deeper/c.pgm", 1, 1, "x");
  EXPECT_EQ(ExpandPictures({Digits("digit_5.png"), folder.File("in"), Digits("digit_3.png")}),
            (std::vector<std::string>{Digits("digit_5.png"), a, b, Digits("digit_3.png")}));
  std::filesystem::create_directory(folder.File("none"));
  ExpectError(ErrorKind::kBadOption, "no picture", [&] { ExpandPictures({folder.File("none")}); });
  ExpectError(ErrorKind::kIo, "nothing", [&] { ExpandPictures({folder.File("nothing")}); });
}

}  // namespace
}  // namespace moir::apps
