#include "ie_runtime/apps/validation_app/data_set.h"

#include <filesystem>

#include "ie_runtime/apps/validation_app/html.h"
#include "ie_runtime/apps/validation_app/preprocess.h"
#include "ie_runtime/apps/validation_app/voc_annotation.h"
#include "tests/ie_runtime/apps/app_testing.h"
#include "tests/support/graph_testing.h"

namespace moir::apps {
namespace {

std::vector<std::pair<std::string, int64_t>> NamesAndClasses(const DataSet& set) {
  std::vector<std::pair<std::string, int64_t>> result;
  for (const DataItem& item : set.items) result.emplace_back(item.name, item.class_index);
  return result;
}
using Entries = std::vector<std::pair<std::string, int64_t>>;

TEST(ClassificationSetTest, TakesFoldersByNameFirstWordOrNumber) {
  const test::TempFolder folder;
  for (const std::string file : {"set/cat/b.png", "set/cat/a.JPG", "set/n01 dog/x.png", "set/cat/notes.txt"})
    folder.Write(file, "");
  EXPECT_EQ(NamesAndClasses(ReadClassificationSet(folder.File("set"), {"n01 dog", "cat"}, "l")),
            (Entries{{"cat/a.JPG", 1}, {"cat/b.png", 1}, {"n01 dog/x.png", 0}}));
  folder.Write("synset/n02/x.png", "");
  EXPECT_EQ(NamesAndClasses(ReadClassificationSet(folder.File("synset"), {"n01 dog", "n02 cat, tabby"}, "l")),
            (Entries{{"n02/x.png", 1}}));
  folder.Write("numbers/12/x.png", "");
  EXPECT_EQ(NamesAndClasses(ReadClassificationSet(folder.File("numbers"), {}, "l")), (Entries{{"12/x.png", 12}}));
}

TEST(ClassificationSetTest, TakesLists) {
  const test::TempFolder folder;
  EXPECT_EQ(
      NamesAndClasses(ReadClassificationSet(folder.Write("list.txt", "in/a b.png 1\r\nc.png\tdog house\n\nd.png cat\n"),
                                            {"cat", "dog house"}, "l")),
      (Entries{{"in/a b.png", 1}, {"c.png", 1}, {"d.png", 0}}));
  const DataSet lst =
      ReadClassificationSet(folder.Write("mxnet.lst", "0\t1.000000\ta b.png\n7\t0\tc.png\n"), {"cat", "dog"}, "l");
  EXPECT_EQ(NamesAndClasses(lst), (Entries{{"a b.png", 1}, {"c.png", 0}}));
  EXPECT_EQ(lst.items[0].path, folder.File("a b.png"));
}

TEST(ClassificationSetTest, RefusesWhatTheLabelsLack) {
  const test::TempFolder folder;
  folder.Write("set/cat/a.png", "");
  folder.Write("set/horse/a.png", "");
  folder.Write("set/mouse/a.png", "");
  try {
    ReadClassificationSet(folder.File("set"), {"cat", "dog"}, "my.labels");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const std::string part : {"my.labels lacks the classes", "\"horse\"", "\"mouse\"", "its names are: cat, dog"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  ExpectError(ErrorKind::kBadOption, "give --labels FILE", [&] { ReadClassificationSet(folder.File("set"), {}, "l"); });
  ExpectError(ErrorKind::kBadOption, "2 classes are called \"cat\"", [&] {
    ReadClassificationSet(folder.File("set"), {"cat", "cat"}, "l");
  });
  ExpectError(ErrorKind::kBadOption, "\"2\" (", [&] {
    ReadClassificationSet(folder.Write("index.txt", "a.png 2\n"), {"cat", "dog"}, "l");
  });
  ExpectError(ErrorKind::kBadOption, "line 2: got \"b.png\"",
              [&] { ReadClassificationSet(folder.Write("short.txt", "a.png 0\nb.png\n"), {"cat"}, "l"); });
  ExpectError(ErrorKind::kBadOption, "line 1: expected INDEX, CLASS and PICTURE",
              [&] { ReadClassificationSet(folder.Write("short.lst", "0 1 a.png\n"), {"cat"}, "l"); });
  ExpectError(ErrorKind::kBadOption, "no pictures",
              [&] { ReadClassificationSet(folder.Write("empty.txt", "\n"), {"cat"}, "l"); });
  ExpectError(ErrorKind::kIo, "nothing", [&] { ReadClassificationSet(folder.File("nothing"), {"cat"}, "l"); });
}

std::string Annotation(const std::string& objects, const std::string& size = "") {
  return "<annotation>" + size + objects + "</annotation>";
}
std::string Object(const std::string& name, const std::string& box, const std::string& more = "") {
  return "<object><name>" + name + "</name>" + more + "<bndbox>" + box + "</bndbox></object>";
}
constexpr const char* kBox = "<xmin>1</xmin><ymin>2.5</ymin><xmax> 10 </xmax><ymax>20</ymax>";

TEST(VocAnnotationTest, ReadsObjects) {
  const test::TempFolder folder;
  const VocAnnotation annotation = ReadVocAnnotation(
      folder.Write("a.xml", Annotation(Object("dog", kBox,
                                              "<difficult>1</difficult><part><name>head</name><bndbox><xmin>5</xmin>"
                                              "</bndbox></part>") +
                                           Object("cat", kBox),
                                       "<size><width>30</width><height>40</height></size>")));
  EXPECT_EQ(annotation.width, 30);
  EXPECT_EQ(annotation.height, 40);
  ASSERT_EQ(annotation.objects.size(), 2u);
  EXPECT_EQ(annotation.objects[0].name, "dog");
  EXPECT_TRUE(annotation.objects[0].difficult);
  EXPECT_EQ(annotation.objects[0].box.xmin, 1);
  EXPECT_EQ(annotation.objects[0].box.ymin, 2.5);
  EXPECT_EQ(annotation.objects[0].box.xmax, 10);
  EXPECT_EQ(annotation.objects[0].box.ymax, 20);
  EXPECT_FALSE(annotation.objects[1].difficult);
  EXPECT_TRUE(ReadVocAnnotation(folder.Write("empty.xml", Annotation(""))).objects.empty());
}

TEST(VocAnnotationTest, RefusesDamagedOnes) {
  const test::TempFolder folder;
  const auto refuse = [&](const std::string& text, const std::string& part) {
    ExpectError(ErrorKind::kBadModel, part, [&] { ReadVocAnnotation(folder.Write("bad.xml", text)); });
  };
  refuse("<annotation><object>", "bad.xml: offset");
  refuse("", "bad.xml: ");
  refuse("<other/>", "no element \"annotation\"");
  refuse(Annotation(Object("", kBox)), "object 1: no name");
  refuse(Annotation(Object("dog", kBox) + Object("dog", "<xmin>1</xmin>")), "object 2: ymin: got \"\"");
  refuse(Annotation("<object><name>dog</name></object>"), "object 1: xmin");
  for (const std::string number : {"nan", "inf", "1e999", "4x", "0x10"})
    refuse(Annotation(Object("dog", "<xmin>" + number + "</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>")),
           "xmin: got \"" + number + "\"");
  refuse(Annotation(Object("dog", "<xmin>9</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>")),
         "expected the smaller corner first");
  ExpectError(ErrorKind::kIo, "nothing.xml", [&] { ReadVocAnnotation(folder.File("nothing.xml")); });
}

TEST(DetectionSetTest, ListsPicturesWithoutAnnotationsAndTheOtherWayRound) {
  const test::TempFolder folder;
  for (const std::string file : {"in/JPEGImages/a.jpg", "in/JPEGImages/b.jpg", "in/JPEGImages/c.jpg"})
    folder.Write(file, "");
  folder.Write("xml/a.xml", Annotation(Object("dog", kBox)));
  folder.Write("xml/b.xml", "<annotation>");
  folder.Write("xml/z.xml", Annotation(""));
  ValidationOptions options;
  options.detection = true;
  options.input = folder.File("in");
  options.subfolder = "JPEGImages";
  options.annotations = folder.File("xml");
  const DataSet set = ReadDetectionSet(options, {"cat", "dog"}, "l");
  ASSERT_EQ(set.items.size(), 1u);
  EXPECT_EQ(set.items[0].name, "a.jpg");
  ASSERT_EQ(set.items[0].boxes.size(), 1u);
  EXPECT_EQ(set.items[0].boxes[0].class_index, 1);
  EXPECT_EQ(set.items[0].boxes[0].box.xmin, 0);
  EXPECT_EQ(set.items[0].boxes[0].box.ymax, 19);
  ASSERT_EQ(set.skipped.size(), 3u);
  EXPECT_NE(set.skipped[0].reason.find("b.xml"), std::string::npos);
  EXPECT_NE(set.skipped[1].reason.find("no such annotation"), std::string::npos);
  EXPECT_EQ(set.skipped[2].name, "z.xml");

  options.origin = 0;
  EXPECT_EQ(ReadDetectionSet(options, {"cat", "dog"}, "l").items[0].boxes[0].box.xmin, 1);
  ExpectError(ErrorKind::kBadOption, "classes.txt lacks the classes \"dog\"",
              [&] { ReadDetectionSet(options, {"cat"}, "classes.txt"); });

  options.list = folder.Write("test.txt", "a  1\nq -1\n");
  const DataSet listed = ReadDetectionSet(options, {"dog"}, "l");
  EXPECT_EQ(listed.items.size(), 1u);
  ASSERT_EQ(listed.skipped.size(), 1u) << "other annotations are none of the list's";
  EXPECT_EQ(listed.skipped[0].name, "q -1");

  options.list.clear();
  options.subfolder.clear();
  options.input = folder.Write("paths.txt", "in/JPEGImages/a.jpg\n");
  EXPECT_EQ(ReadDetectionSet(options, {"dog"}, "l").items[0].path, folder.File("in/JPEGImages/a.jpg"));
  options.annotations = folder.File("none");
  ExpectError(ErrorKind::kIo, "none: not a folder", [&] { ReadDetectionSet(options, {"dog"}, "l"); });
}

Picture Ramp(int64_t width, int64_t height) {
  Picture picture{.width = width, .height = height, .channels = 1};
  for (int64_t i = 0; i < width * height; ++i) picture.pixels.push_back(static_cast<uint8_t>(i));
  return picture;
}

TEST(PreprocessTest, CropsTheMiddleAndSaysWhereItWas) {
  const Picture picture = Ramp(12, 6);
  const Prepared crop = Prepare(picture, {PreprocessingType::kResizeCrop, 12, 6}, 4, 4);
  EXPECT_EQ(crop.picture.pixels, Crop(picture, 4, 1, 4, 4).pixels);
  EXPECT_EQ(crop.part.xmin, 4);
  EXPECT_EQ(crop.part.ymin, 1);
  EXPECT_EQ(crop.part.xmax, 8);
  EXPECT_EQ(crop.part.ymax, 5);
  // The shorter side from 6 to 3: 6 x 3, of which the middle 3 x 3 begins at column 1.
  const Prepared shorter = Prepare(picture, {PreprocessingType::kResizeShort, 3, 3}, 3, 3);
  EXPECT_EQ(shorter.picture.pixels, Crop(Resize(picture, 6, 3), 1, 0, 3, 3).pixels);
  EXPECT_EQ(shorter.part.xmin, 2);
  EXPECT_EQ(shorter.part.xmax, 8);
  EXPECT_EQ(shorter.part.ymax, 6);
  const Prepared high = Prepare(Ramp(6, 13), {PreprocessingType::kResizeShort, 3, 3}, 3, 3);
  EXPECT_EQ(high.picture.pixels, Crop(Resize(Ramp(6, 13), 3, 6), 0, 1, 3, 3).pixels);
  EXPECT_EQ(Prepare(picture, {}, 5, 5).picture.pixels, Resize(picture, 5, 5).pixels);
  EXPECT_EQ(Prepare(picture, {PreprocessingType::kNone}, 12, 6).picture.pixels, picture.pixels);
}

TEST(PreprocessTest, RefusesPicturesThatDoNotFit) {
  ExpectError(ErrorKind::kBadOption, "it has 12 x 6 pixels, the model's input 4 x 4",
              [] { Prepare(Ramp(12, 6), {PreprocessingType::kNone}, 4, 4); });
  ExpectError(ErrorKind::kBadOption, "pictures become 8 x 0", [] {
    CheckPreprocessing({PreprocessingType::kResizeCrop, 8, 0}, 4, 4);
  });
  ExpectError(ErrorKind::kBadOption, "the shorter side becomes 3", [] {
    CheckPreprocessing({PreprocessingType::kResizeShort, 3, 3}, 4, 2);
  });
  CheckPreprocessing({}, 4, 4);
}

TEST(HtmlTest, EscapesTextsAndEncodesBytes) {
  EXPECT_EQ(Escape("<b>\"a\" & \xc3\xa4</b>"), "&lt;b&gt;&quot;a&quot; &amp; \xc3\xa4&lt;/b&gt;");
  EXPECT_EQ(Escape("\xff"
                   "a\xc3"),
            "\xef\xbf\xbd"
            "a\xef\xbf\xbd");
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64(std::string("\xff\x00\xfe\x01", 4)), "/wD+AQ==");
}

}  // namespace
}  // namespace moir::apps
