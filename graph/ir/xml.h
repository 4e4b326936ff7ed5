// Small helpers for IR topologies: writing XML in the IR's style and reading it with places for error messages.
#pragma once

#include <cstdint>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "graph/error.h"
#include "graph/shape.h"

namespace moir::graph {

// Writes elements indented by tabs: Open("layer"), Attribute("id", "0"), ..., Close(). An element without children
// closes itself. Attributes come before children.
class XmlWriter {
 public:
  XmlWriter() : text_("<?xml version=\"1.0\" ?>\n") {}
  void Open(std::string_view tag);
  void Attribute(std::string_view name, std::string_view value);
  void Attribute(std::string_view name, int64_t value);
  void Close();
  // <tag>text</tag>
  void TextElement(std::string_view tag, std::string_view text);
  // The document; every element must be closed.
  const std::string& Text() const { return text_; }

 private:
  void EndStart();
  std::string text_;
  std::vector<std::string> open_;
  bool in_start_ = false;
};

// A parsed file. All functions throw kBadModel with the path and the line. Entities are not expanded and a document
// type declaration is refused.
class XmlFile {
 public:
  explicit XmlFile(const std::string& path);
  // The document itself; `name` stands for the path in messages.
  XmlFile(std::string name, std::string text);

  const std::string& Path() const { return path_; }
  pugi::xml_node Root() const { return document_.document_element(); }
  // "PATH: line N"
  std::string Place(pugi::xml_node node) const;

  std::string RequiredText(pugi::xml_node node, const char* attribute) const;
  int64_t RequiredInt(pugi::xml_node node, const char* attribute) const;
  // The sizes in the <dim> children.
  Shape Dims(pugi::xml_node port) const;

  template <typename... Parts>
  [[noreturn]] void Bad(pugi::xml_node node, const Parts&... parts) const {
    Fail(ErrorKind::kBadModel, Place(node), ": ", parts...);
  }

 private:
  void Parse();

  std::string path_;
  std::string text_;
  pugi::xml_document document_;
};

}  // namespace moir::graph
