#include "table.h"

#include <algorithm>

namespace moir::apps {

std::string Table::Text() const {
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(headings[i].size());
    for (const auto& row : rows_) widths[i] = std::max(widths[i], i < row.size() ? row[i].size() : 0);
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < columns_.size() && i < row.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string blanks(widths[i] - row[i].size(), ' ');
      line += columns_[i].number ? blanks + row[i] : row[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add(headings);
  for (const auto& row : rows_) add(row);
  return text;
}

}  // namespace moir::apps
