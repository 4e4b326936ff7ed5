#include "voc_annotation.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <pugixml.hpp>

#include "../common/fail.h"

namespace moir::apps {
namespace {

// The number in the child `name`; `place` says of what.
double Number(const pugi::xml_node& parent, const char* name, const std::string& place) {
  const std::string text = parent.child(name).text().get();
  const size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
  double value = 0;
  const char* end = text.data() + last + 1;
  if (first != std::string::npos) {
    const auto [stop, error] = std::from_chars(text.data() + first, end, value);
    if (error == std::errc() && stop == end && std::isfinite(value)) return value;
  }
  Fail(ErrorKind::kBadModel, place, ": ", name, ": got \"", text, "\", expected a number");
}

}  // namespace

VocAnnotation ReadVocAnnotation(const std::string& path) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_file(path.c_str());
  if (parsed.status == pugi::status_file_not_found || parsed.status == pugi::status_io_error)
    Fail(ErrorKind::kIo, path, ": cannot read");
  if (!parsed) Fail(ErrorKind::kBadModel, path, ": offset ", parsed.offset, ": ", parsed.description());
  const pugi::xml_node root = document.child("annotation");
  if (!root) Fail(ErrorKind::kBadModel, path, ": no element \"annotation\", expected an annotation of VOC");
  VocAnnotation annotation;
  if (const pugi::xml_node size = root.child("size")) {
    annotation.width = Number(size, "width", path + ": size");
    annotation.height = Number(size, "height", path + ": size");
  }
  for (const pugi::xml_node& node : root.children("object")) {
    const std::string place = path + ": object " + std::to_string(annotation.objects.size() + 1);
    VocObject object;
    object.name = node.child("name").text().get();
    if (object.name.empty()) Fail(ErrorKind::kBadModel, place, ": no name");
    const pugi::xml_node box = node.child("bndbox");
    object.box = {Number(box, "xmin", place), Number(box, "ymin", place), Number(box, "xmax", place),
                  Number(box, "ymax", place)};
    if (object.box.xmax < object.box.xmin || object.box.ymax < object.box.ymin)
      Fail(ErrorKind::kBadModel, place, ": got a box from (", object.box.xmin, ", ", object.box.ymin, ") to (",
           object.box.xmax, ", ", object.box.ymax, "), expected the smaller corner first");
    object.difficult = node.child("difficult") && Number(node, "difficult", place) != 0;
    annotation.objects.push_back(std::move(object));
  }
  return annotation;
}

}  // namespace moir::apps
