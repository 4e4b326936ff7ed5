// Pieces of an HTML page.
#pragma once

#include <string>
#include <vector>

namespace moir::apps {

// As printf; the arguments must be no texts of the user.
[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...);
// A text as content or attribute. What is no UTF-8 becomes U+FFFD.
std::string Escape(const std::string& text);
std::string Base64(const std::string& bytes);
// Everything up to the body's content; `title` is escaped.
std::string PageStart(const std::string& title);
extern const char* const kPageEnd;
// A figure with its name; both are escaped.
std::string Card(const std::string& name, const std::string& value);
// A drawing of y over x, both 0 .. 1; x does not fall.
std::string Curve(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace moir::apps
