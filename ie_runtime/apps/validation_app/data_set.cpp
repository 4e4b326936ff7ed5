#include "data_set.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "../common/fail.h"
#include "voc_annotation.h"

namespace moir::apps {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNamesInErrors = 20;

std::optional<int64_t> ParseIndex(const std::string& text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= 0 ? std::optional(value) : std::nullopt;
}

std::string FirstWord(const std::string& text) { return text.substr(0, text.find_first_of(" \t")); }

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kNamesInErrors; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamesInErrors) text += " and " + std::to_string(names.size() - kNamesInErrors) + " more";
  return text;
}

// Finds classes by name, and collects the names that the labels lack.
class ClassNames {
 public:
  ClassNames(const std::vector<std::string>& labels, std::string file) : labels_(labels), file_(std::move(file)) {
    for (size_t i = 0; i < labels.size(); ++i) {
      by_name_[labels[i]].push_back(static_cast<int64_t>(i));
      if (FirstWord(labels[i]) != labels[i]) by_word_[FirstWord(labels[i])].push_back(static_cast<int64_t>(i));
    }
  }

  // -1 when the labels lack it. `where` is kept for the error.
  int64_t Find(const std::string& name, const std::string& where) {
    for (const auto* names : {&by_name_, &by_word_}) {
      const auto found = names->find(name);
      if (found == names->end()) continue;
      if (found->second.size() > 1)
        Fail(ErrorKind::kBadOption, file_, ": ", found->second.size(), " classes are called \"", name, "\", which ",
             where, " names; number the classes instead");
      return found->second[0];
    }
    if (labels_.empty()) {
      if (const auto index = ParseIndex(name)) return *index;
    }
    lacking_.emplace(name, where);
    return -1;
  }
  // A number means the class of this index, unless a class has this very name.
  int64_t FindOrIndex(const std::string& name, const std::string& where) {
    const auto index = ParseIndex(name);
    if (!index || by_name_.count(name) > 0 || (!labels_.empty() && *index >= static_cast<int64_t>(labels_.size())))
      return Find(name, where);
    return *index;
  }

  void ThrowIfLacking() const {
    if (lacking_.empty()) return;
    std::vector<std::string> names;
    for (const auto& [name, where] : lacking_) names.push_back("\"" + name + "\" (" + where + ")");
    if (labels_.empty())
      Fail(ErrorKind::kBadOption, "classes have names, and there are no labels to number them: ", Join(names),
           "; give --labels FILE");
    Fail(ErrorKind::kBadOption, file_, " lacks the classes ", Join(names), "; its names are: ", Join(labels_));
  }

 private:
  const std::vector<std::string>& labels_;
  std::string file_;
  std::map<std::string, std::vector<int64_t>> by_name_, by_word_;
  std::map<std::string, std::string> lacking_;
};

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  if (!file) Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
    lines.push_back(line);
  }
  if (file.bad()) Fail(ErrorKind::kIo, path, ": cannot read: ", std::strerror(errno));
  return lines;
}

// Names in a folder, sorted; folders alone or files alone.
std::vector<std::string> ListFolder(const std::string& path, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    std::error_code ignored;
    const std::string name = entry.path().filename().string();
    if (name[0] != '.' && (folders ? entry.is_directory(ignored) : entry.is_regular_file(ignored)))
      names.push_back(name);
  }
  if (error) Fail(ErrorKind::kIo, path, ": cannot list: ", error.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::string Beside(const std::string& list, const std::string& path) {
  return (fs::path(list).parent_path() / path).string();
}

// PICTURE CLASS, or MXNet's .lst: INDEX <tab> CLASS <tab> PICTURE.
void ReadList(const std::string& input, ClassNames& classes, DataSet& set) {
  const bool lst = fs::path(input).extension() == ".lst";
  const std::vector<std::string> lines = ReadLines(input);
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string place = input + ": line " + std::to_string(i + 1);
    const std::string& line = lines[i];
    if (line.empty()) continue;
    DataItem item;
    std::string name;
    if (lst) {
      const size_t first = line.find('\t'), second = line.find('\t', first + 1), third = line.find('\t', second + 1);
      if (first == std::string::npos || second == std::string::npos || third != std::string::npos)
        Fail(ErrorKind::kBadOption, place, ": expected INDEX, CLASS and PICTURE with tabs between them");
      name = line.substr(first + 1, second - first - 1);
      // im2rec writes classes as floats: 7.000000.
      if (const size_t dot = name.find('.');
          dot != std::string::npos && name.find_first_not_of('0', dot + 1) == std::string::npos)
        name.resize(dot);
      item.name = line.substr(second + 1);
    } else {
      size_t split = line.find('\t');
      if (split == std::string::npos) split = line.find_last_of(' ');
      if (split == std::string::npos || split == 0)
        Fail(ErrorKind::kBadOption, place, ": got \"", line, "\", expected a picture and its class");
      item.name = line.substr(0, split);
      while (!item.name.empty() && item.name.back() == ' ') item.name.pop_back();
      name = line.substr(line.find_first_not_of(" \t", split));
    }
    item.class_index = classes.FindOrIndex(name, place);
    item.path = Beside(input, item.name);
    set.items.push_back(std::move(item));
  }
}

std::string LowerExtension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

// By its ending: a damaged picture must not look like none.
bool IsNamedLikeAPicture(const fs::path& path) {
  static const std::set<std::string> kEndings = {".jpg", ".jpeg", ".png",  ".bmp", ".ppm",
                                                 ".pgm", ".tif",  ".tiff", ".webp"};
  return kEndings.count(LowerExtension(path)) > 0;
}

// The pictures of a detection set: paths and names.
std::vector<DataItem> ListPictures(const ValidationOptions& options, DataSet& set) {
  std::vector<DataItem> items;
  if (!fs::is_directory(options.input)) {
    if (!options.list.empty() || !options.subfolder.empty())
      Fail(ErrorKind::kBadOption, options.input, ": not a folder, expected one with --list and -ODsubdir");
    for (const std::string& line : ReadLines(options.input)) {
      if (!line.empty()) items.push_back({.path = Beside(options.input, line), .name = line});
    }
    return items;
  }
  const std::string folder = (fs::path(options.input) / options.subfolder).string();
  std::map<std::string, std::string> by_name;  // with and without ending
  std::vector<std::string> files;
  for (const std::string& file : ListFolder(folder, false)) {
    if (!IsNamedLikeAPicture(file)) continue;
    files.push_back(file);
    by_name.emplace(file, file);
    by_name.emplace(fs::path(file).stem().string(), file);
  }
  if (!options.list.empty()) {
    files.clear();
    for (const std::string& line : ReadLines(options.list)) {
      if (line.empty()) continue;
      // The lists of single classes have a second column.
      const auto found = by_name.find(by_name.count(line) > 0 ? line : FirstWord(line));
      if (found != by_name.end()) files.push_back(found->second);
      else set.skipped.push_back({line, "there is no such picture in " + folder});
    }
  }
  for (const std::string& file : files) items.push_back({.path = (fs::path(folder) / file).string(), .name = file});
  return items;
}

}  // namespace

DataSet ReadClassificationSet(const std::string& input, const std::vector<std::string>& labels,
                              const std::string& labels_name) {
  DataSet set;
  ClassNames classes(labels, labels_name);
  if (!fs::is_directory(input)) {
    ReadList(input, classes, set);
  } else {
    for (const std::string& folder : ListFolder(input, true)) {
      const std::string path = (fs::path(input) / folder).string();
      const int64_t index = classes.Find(folder, path);
      for (const std::string& file : ListFolder(path, false)) {
        if (IsNamedLikeAPicture(file))
          set.items.push_back({.path = (fs::path(path) / file).string(),
                               .name = (fs::path(folder) / file).string(),
                               .class_index = index});
      }
    }
  }
  classes.ThrowIfLacking();
  if (set.items.empty())
    Fail(ErrorKind::kBadOption, input, ": no pictures, expected one folder of pictures per class, or a list");
  return set;
}

DataSet ReadDetectionSet(const ValidationOptions& options, const std::vector<std::string>& labels,
                         const std::string& labels_name) {
  if (!fs::is_directory(options.annotations))
    Fail(ErrorKind::kIo, options.annotations, ": not a folder, expected the annotations (-ODa)");
  DataSet set;
  ClassNames classes(labels, labels_name);
  std::vector<DataItem> items = ListPictures(options, set);
  if (items.empty() && set.skipped.empty())
    Fail(ErrorKind::kBadOption, options.input, ": no pictures (-ODsubdir names a folder below it)");
  std::set<std::string> used;
  for (DataItem& item : items) {
    const std::string stem = fs::path(item.path).stem().string();
    const std::string file = (fs::path(options.annotations) / (stem + ".xml")).string();
    used.insert(stem);
    try {
      if (!fs::exists(file)) Fail(ErrorKind::kIo, file, ": there is no such annotation");
      const VocAnnotation annotation = ReadVocAnnotation(file);
      item.width = annotation.width;
      item.height = annotation.height;
      const auto origin = static_cast<double>(options.origin);
      for (const VocObject& object : annotation.objects) {
        const Box& box = object.box;
        item.boxes.push_back({classes.Find(object.name, file),
                              {box.xmin - origin, box.ymin - origin, box.xmax - origin, box.ymax - origin},
                              object.difficult});
      }
      set.items.push_back(std::move(item));
    } catch (const Error& error) {
      if (error.Kind() == ErrorKind::kBadOption) throw;
      set.skipped.push_back({item.name, error.what()});
    }
  }
  if (options.list.empty() && fs::is_directory(options.input)) {
    for (const std::string& file : ListFolder(options.annotations, false)) {
      const fs::path path(file);
      if (LowerExtension(path) == ".xml" && used.count(path.stem().string()) == 0)
        set.skipped.push_back({file, "there is no picture for this annotation"});
    }
  }
  classes.ThrowIfLacking();
  return set;
}

}  // namespace moir::apps
