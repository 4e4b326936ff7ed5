#include "mo/mxnet/attributes.h"

#include <algorithm>
#include <array>

#include "graph/error.h"
#include "graph/strings.h"

namespace moir::mo {

using namespace graph;

namespace {

// Attributes that change how MXNet trains or how fast it runs, never what a model computes at inference.
constexpr std::string_view kHarmless[] = {
    "ctx",        // device of a creation operator
    "cudnn_off",  // kernel choice
    "cudnn_tune",
    "grad_scale",  // losses
    "ignore_label",
    "key",  // SyncBatchNorm
    "lazy_update",
    "margin",  // SVMOutput
    "momentum",
    "ndev",  // SyncBatchNorm
    "normalization",
    "out_grad",
    "penalty",  // IdentityAttachKLSparseReg
    "regularization_coefficient",
    "smooth_alpha",
    "sparse_grad",
    "sparseness_target",
    "use_global_stats",  // inference always uses the stored statistics
    "use_ignore",
    "use_linear",
    "valid_thresh",  // MakeLoss
    "workspace",
};
static_assert(std::is_sorted(std::begin(kHarmless), std::end(kHarmless)));

bool IsHarmless(std::string_view name) {
  return name.starts_with("cudnn_algo") || std::binary_search(std::begin(kHarmless), std::end(kHarmless), name);
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The elements of "(a, b)", "[a, b,]", "()" or "a"; nothing when the brackets do not fit.
std::optional<std::vector<std::string_view>> SplitTuple(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return std::nullopt;
  const bool opened = text.front() == '(' || text.front() == '[';
  if (!opened) return std::vector<std::string_view>{text};
  const char close = text.back();
  if (text.size() < 2 || (close != ')' && close != ']')) return std::nullopt;
  text = Trim(text.substr(1, text.size() - 2));
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    parts.push_back(Trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    text = Trim(text.substr(comma + 1));
  }
  return parts;
}

// Python 2 wrote long integers as "3L".
std::optional<int64_t> ParseLong(std::string_view text) {
  text = Trim(text);
  if (text.size() > 1 && text.back() == 'L') text.remove_suffix(1);
  return text.empty() || IsSpace(text.back()) ? std::nullopt : ParseInt(text);
}

std::optional<double> ParseReal(std::string_view text) {
  text = Trim(text);
  std::optional<double> value = ParseDouble(text);
  // MXNet's parser allows C's suffix.
  if (!value && text.size() > 1 && (text.back() == 'f' || text.back() == 'F'))
    value = ParseDouble(text.substr(0, text.size() - 1));
  return value;
}

std::optional<bool> ParseBool(std::string_view text) {
  std::string lower(Trim(text));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower == "true" || lower == "1") return true;
  if (lower == "false" || lower == "0") return false;
  return std::nullopt;
}

template <typename T, typename Parse>
std::optional<std::vector<T>> ParseTuple(std::string_view text, const Parse& parse) {
  const auto parts = SplitTuple(text);
  if (!parts) return std::nullopt;
  std::vector<T> values;
  for (std::string_view part : *parts) {
    const auto value = parse(part);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

std::optional<std::optional<int64_t>> ParseOptionalLong(std::string_view text) {
  if (Trim(text) == "None") return std::optional<int64_t>();
  const std::optional<int64_t> value = ParseLong(text);
  if (!value) return std::nullopt;
  return value;
}

struct NamedType {
  std::string_view name;
  int64_t flag;
  ElementType type;  // kUndefined where moir has none
};
constexpr NamedType kTypes[] = {
    {"float32", 0, ElementType::kF32},       {"float64", 1, ElementType::kF64},
    {"float16", 2, ElementType::kF16},       {"uint8", 3, ElementType::kU8},
    {"int32", 4, ElementType::kI32},         {"int8", 5, ElementType::kI8},
    {"int64", 6, ElementType::kI64},         {"bool", 7, ElementType::kBool},
    {"int16", 8, ElementType::kUndefined},   {"uint16", 9, ElementType::kUndefined},
    {"uint32", 10, ElementType::kUndefined}, {"uint64", 11, ElementType::kUndefined},
    {"bfloat16", 12, ElementType::kBF16},
};

constexpr std::string_view kBoolForm = "True or False";
constexpr std::string_view kIntForm = "an integer";
constexpr std::string_view kDoubleForm = "a number";
constexpr std::string_view kIntsForm = "integers as in (1, 2)";
constexpr std::string_view kDoublesForm = "numbers as in (0.5, 1)";
constexpr std::string_view kOptionalIntsForm = "integers or None as in (0, None)";

}  // namespace

ElementType ElementTypeOfFlag(int64_t flag) {
  for (const NamedType& known : kTypes) {
    if (known.flag == flag) return known.type;
  }
  return ElementType::kUndefined;
}

const std::string* Attributes::Find(std::string_view name) const {
  read_.emplace(name);
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

const std::string* Attributes::FindValue(std::string_view name) const {
  const std::string* text = Find(name);
  return text && Trim(*text) != "None" ? text : nullptr;
}

const std::string& Attributes::Require(std::string_view name) const {
  const std::string* text = Find(name);
  if (!text)
    Fail(ErrorKind::kBadModel, place_, ": attribute ", name, ": got none, expected one (MXNet has no default)");
  return *text;
}

void Attributes::Refuse(std::string_view name, std::string_view expected) const {
  const auto found = values_.find(name);
  const std::string got = found == values_.end() ? "none" : "\"" + found->second + "\"";
  Fail(ErrorKind::kBadModel, place_, ": attribute ", name, ": got ", got, ", expected ", expected);
}

bool Attributes::Has(std::string_view name) const { return Find(name) != nullptr; }
bool Attributes::IsNone(std::string_view name) const { return FindValue(name) == nullptr; }

bool Attributes::Bool(std::string_view name) const {
  const std::optional<bool> value = ParseBool(Require(name));
  if (!value) Refuse(name, kBoolForm);
  return *value;
}
bool Attributes::Bool(std::string_view name, bool absent) const { return Find(name) ? Bool(name) : absent; }

int64_t Attributes::Int(std::string_view name) const {
  const std::optional<int64_t> value = ParseLong(Require(name));
  if (!value) Refuse(name, kIntForm);
  return *value;
}
int64_t Attributes::Int(std::string_view name, int64_t absent) const { return Find(name) ? Int(name) : absent; }

double Attributes::Double(std::string_view name) const {
  const std::optional<double> value = ParseReal(Require(name));
  if (!value) Refuse(name, kDoubleForm);
  return *value;
}
double Attributes::Double(std::string_view name, double absent) const { return Find(name) ? Double(name) : absent; }

std::string Attributes::String(std::string_view name) const { return Require(name); }
std::string Attributes::String(std::string_view name, std::string_view absent) const {
  const std::string* text = Find(name);
  return text ? *text : std::string(absent);
}

std::string Attributes::OneOf(std::string_view name, std::initializer_list<std::string_view> allowed) const {
  const std::string& text = Require(name);
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) Refuse(name, "one of " + Join(allowed, ", "));
  return text;
}
std::string Attributes::OneOf(std::string_view name, std::string_view absent,
                              std::initializer_list<std::string_view> allowed) const {
  return Find(name) ? OneOf(name, allowed) : std::string(absent);
}

std::vector<int64_t> Attributes::Ints(std::string_view name) const {
  auto values = ParseTuple<int64_t>(Require(name), ParseLong);
  if (!values) Refuse(name, kIntsForm);
  return *std::move(values);
}
std::vector<int64_t> Attributes::Ints(std::string_view name, std::vector<int64_t> absent) const {
  return FindValue(name) ? Ints(name) : std::move(absent);
}
std::vector<int64_t> Attributes::Ints(std::string_view name, std::vector<int64_t> absent, size_t count) const {
  std::vector<int64_t> values = Ints(name, std::vector<int64_t>{});
  if (values.empty()) return absent;
  if (values.size() != count) Refuse(name, StrCat(count, count == 1 ? " value" : " values"));
  return values;
}

std::vector<double> Attributes::Doubles(std::string_view name) const {
  auto values = ParseTuple<double>(Require(name), ParseReal);
  if (!values) Refuse(name, kDoublesForm);
  return *std::move(values);
}
std::vector<double> Attributes::Doubles(std::string_view name, std::vector<double> absent) const {
  return FindValue(name) ? Doubles(name) : std::move(absent);
}

std::optional<bool> Attributes::OptionalBool(std::string_view name) const {
  return FindValue(name) ? std::optional(Bool(name)) : std::nullopt;
}
std::optional<int64_t> Attributes::OptionalInt(std::string_view name) const {
  return FindValue(name) ? std::optional(Int(name)) : std::nullopt;
}
std::optional<double> Attributes::OptionalDouble(std::string_view name) const {
  return FindValue(name) ? std::optional(Double(name)) : std::nullopt;
}
std::optional<std::vector<int64_t>> Attributes::OptionalIntTuple(std::string_view name) const {
  return FindValue(name) ? std::optional(Ints(name)) : std::nullopt;
}

std::vector<std::optional<int64_t>> Attributes::OptionalInts(std::string_view name, bool required) const {
  if (!FindValue(name)) {
    if (required) Refuse(name, kOptionalIntsForm);
    return {};
  }
  auto values = ParseTuple<std::optional<int64_t>>(Require(name), ParseOptionalLong);
  if (!values) Refuse(name, kOptionalIntsForm);
  return *std::move(values);
}

ElementType Attributes::DType(std::string_view name) const {
  const std::string& text = Require(name);
  const std::optional<int64_t> flag = ParseInt(text);
  for (const NamedType& known : kTypes) {
    if (known.name != Trim(text) && known.flag != flag) continue;
    if (known.type == ElementType::kUndefined) {
      Fail(ErrorKind::kUnsupported, place_, ": attribute ", name, ": moir has no tensors of ", known.name);
    }
    return known.type;
  }
  Refuse(name, "a type such as float32");
}
ElementType Attributes::DType(std::string_view name, ElementType absent) const {
  return Find(name) ? DType(name) : absent;
}
std::optional<ElementType> Attributes::OptionalDType(std::string_view name) const {
  return FindValue(name) ? std::optional(DType(name)) : std::nullopt;
}

void Attributes::Ignore(std::initializer_list<std::string_view> names) const {
  read_.insert(names.begin(), names.end());
}

std::vector<std::string> Attributes::Unread() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : values_) {
    if (!read_.contains(name) && !IsHarmless(name)) names.push_back(name);
  }
  return names;
}

}  // namespace moir::mo
