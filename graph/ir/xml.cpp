#include "graph/ir/xml.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <memory>
#include <optional>

#include "graph/error.h"
#include "graph/mapped_file.h"

namespace moir::graph {
namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // Line breaks and the like would be read back as blanks.
        if (static_cast<unsigned char>(c) < 0x20) out += StrCat("&#", static_cast<int>(c), ";");
        else out += c;
    }
  }
}

}  // namespace

void XmlWriter::EndStart() {
  if (in_start_) text_ += ">\n";
  in_start_ = false;
}

void XmlWriter::Open(std::string_view tag) {
  EndStart();
  text_.append(open_.size(), '\t');
  text_ += '<';
  text_ += tag;
  open_.emplace_back(tag);
  in_start_ = true;
}

void XmlWriter::Attribute(std::string_view name, std::string_view value) {
  Check(in_start_, "XML attribute ", name, " after the start of its element");
  text_ += ' ';
  text_ += name;
  text_ += "=\"";
  AppendEscaped(text_, value);
  text_ += '"';
}

void XmlWriter::Attribute(std::string_view name, int64_t value) { Attribute(name, std::to_string(value)); }

void XmlWriter::Close() {
  const std::string tag = open_.back();
  open_.pop_back();
  if (in_start_) {
    text_ += "/>\n";
    in_start_ = false;
    return;
  }
  text_.append(open_.size(), '\t');
  text_ += "</" + tag + ">\n";
}

void XmlWriter::TextElement(std::string_view tag, std::string_view text) {
  EndStart();
  text_.append(open_.size(), '\t');
  text_ += '<';
  text_ += tag;
  text_ += '>';
  AppendEscaped(text_, text);
  text_ += "</";
  text_ += tag;
  text_ += ">\n";
}

XmlFile::XmlFile(const std::string& path) : path_(path) {
  const std::shared_ptr<const MappedFile> file = MappedFile::Open(path);
  text_.assign(reinterpret_cast<const char*>(file->Data()), file->Size());
  Parse();
}

XmlFile::XmlFile(std::string name, std::string text) : path_(std::move(name)), text_(std::move(text)) { Parse(); }

void XmlFile::Parse() {
  const auto fail_at = [&](size_t offset, std::string_view reason) {
    const auto line = 1 + std::count(text_.begin(),
                                     text_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text_.size())), '\n');
    Fail(ErrorKind::kBadModel, path_, ": line ", line, ": ", reason);
  };
  if (text_.find('\0') != std::string::npos) fail_at(text_.find('\0'), "not an XML file: found a zero byte");
  if (const size_t doctype = text_.find("<!DOCTYPE"); doctype != std::string::npos)
    fail_at(doctype, "a document type declaration is not allowed");
  const pugi::xml_parse_result result =
      document_.load_buffer(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    std::string reason = result.description();
    if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
    fail_at(static_cast<size_t>(std::max<std::ptrdiff_t>(result.offset, 0)),
            StrCat("not a complete XML file: ", reason));
  }
  if (!Root()) Fail(ErrorKind::kBadModel, path_, ": line 1: the file has no element");
}

std::string XmlFile::Place(pugi::xml_node node) const {
  const auto offset = std::clamp<std::ptrdiff_t>(node.offset_debug(), 0, static_cast<std::ptrdiff_t>(text_.size()));
  return StrCat(path_, ": line ", 1 + std::count(text_.begin(), text_.begin() + offset, '\n'));
}

std::string XmlFile::RequiredText(pugi::xml_node node, const char* attribute) const {
  const pugi::xml_attribute found = node.attribute(attribute);
  if (!found) Bad(node, "<", node.name(), "> has no attribute \"", attribute, "\"");
  return found.value();
}

int64_t XmlFile::RequiredInt(pugi::xml_node node, const char* attribute) const {
  const std::string text = RequiredText(node, attribute);
  const std::optional<int64_t> value = ParseInt(text);
  if (!value || *value < 0)
    Bad(node, "<", node.name(), "> attribute \"", attribute, "\": got \"", text,
        "\", expected a whole number from 0 on");
  return *value;
}

Shape XmlFile::Dims(pugi::xml_node port) const {
  std::vector<int64_t> dims;
  for (const pugi::xml_node child : port.children()) {
    if (std::strcmp(child.name(), "dim") != 0) continue;
    const std::optional<int64_t> size = ParseInt(Trim(child.child_value()));
    if (!size || *size < 0) Bad(child, "<dim>: got \"", child.child_value(), "\", expected a whole number from 0 on");
    dims.push_back(*size);
    if (dims.size() > 32) Bad(port, "<port> has more than 32 dimensions");
  }
  Shape shape(std::move(dims));
  try {
    shape.NumElements();
  } catch (const Error& error) {
    Bad(port, error.what());
  }
  return shape;
}

}  // namespace moir::graph
