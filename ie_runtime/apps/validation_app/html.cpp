#include "html.h"

#include <cstdarg>
#include <cstdint>
#include <cstdio>

namespace moir::apps {
namespace {

// How many bytes the UTF-8 character at `at` has; 0 when there is none.
size_t CharacterSize(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  const size_t size = first < 0x80                    ? 1
                      : first >= 0xc2 && first < 0xe0 ? 2
                      : first >= 0xe0 && first < 0xf0 ? 3
                      : first >= 0xf0 && first < 0xf5 ? 4
                                                      : 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

const char* const kPageEnd = "</body>\n</html>\n";

std::string Format(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string Escape(const std::string& text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t size = CharacterSize(text, at);
    const char c = text[at];
    if (size == 0) result += "\xef\xbf\xbd";
    else if (c == '<') result += "&lt;";
    else if (c == '>') result += "&gt;";
    else if (c == '&') result += "&amp;";
    else if (c == '"') result += "&quot;";
    else result.append(text, at, size);
    at += size == 0 ? 1 : size;
  }
  return result;
}

std::string Base64(const std::string& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t bits = 0;
    const size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

std::string PageStart(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         Escape(title) + R"(</title>
<style>
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1400px; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.3rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.cards { display: flex; flex-wrap: wrap; gap: .6rem; }
.card { background: #8882; border-radius: 8px; padding: .5rem .9rem; }
.card b { display: block; font-size: 1.15rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8886; padding: .2rem .6rem; text-align: right; }
.matrix .right { background: color-mix(in srgb, #2a9d5c var(--share), transparent); }
.matrix .wrong { background: color-mix(in srgb, #d0463b var(--share), transparent); }
figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top; max-width: 330px; }
figcaption { overflow-wrap: anywhere; }
img { image-rendering: pixelated; max-width: 320px; }
svg { background: #8881; height: 190px; width: 220px; }
svg text { fill: currentColor; font-size: 10px; }
</style>
</head>
<body>
)";
}

std::string Card(const std::string& name, const std::string& value) {
  return "<div class=\"card\"><b>" + Escape(value) + "</b>" + Escape(name) + "</div>\n";
}

std::string Curve(const std::vector<double>& x, const std::vector<double>& y) {
  constexpr double kLeft = 28, kTop = 10, kSize = 160;
  constexpr size_t kMostPoints = 600;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 195\">\n";
  for (int tick = 0; tick <= 4; ++tick) {
    const double part = tick / 4.0, at_x = kLeft + part * kSize, at_y = kTop + (1 - part) * kSize;
    svg += Format("<path d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1f\" stroke=\"#8886\"/>", at_x, kTop, kTop + kSize, kLeft,
                  at_y, kLeft + kSize);
    svg += Format("<text x=\"%.1f\" y=\"184\" text-anchor=\"middle\">%.2g</text>", at_x, part);
    svg += Format("<text x=\"24\" y=\"%.1f\" text-anchor=\"end\">%.2g</text>\n", at_y + 3, part);
  }
  svg += "<polyline fill=\"none\" stroke=\"#2a6fdb\" stroke-width=\"2\" points=\"";
  const size_t stride = x.size() / kMostPoints + 1;
  for (size_t i = 0; i < x.size(); ++i) {
    if (i % stride == 0 || i + 1 == x.size())
      svg += Format("%.1f,%.1f ", kLeft + x[i] * kSize, kTop + (1 - y[i]) * kSize);
  }
  return svg + "\"/></svg>";
}

}  // namespace moir::apps
