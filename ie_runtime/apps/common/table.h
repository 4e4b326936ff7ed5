// Text in columns.
#pragma once

#include <string>
#include <vector>

namespace moir::apps {

class Table {
 public:
  struct Column {
    std::string heading;
    bool number = false;  // to the right
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // A line for the headings and one per row, without blanks at their ends.
  std::string Text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace moir::apps
