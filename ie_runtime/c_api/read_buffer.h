// A stream over the caller's function, for import.
#pragma once

#include <streambuf>
#include <vector>

#include "moir/c/moir.h"

namespace moir::c_api {

// Asks the caller's function for what is read. It cannot tell how much is left.
class ReadBuffer final : public std::streambuf {
 public:
  ReadBuffer(moir_read read, void* user_data) : read_(read), user_data_(user_data), bytes_(size_t{1} << 16) {}

 protected:
  int_type underflow() override {
    if (at_end_) return traits_type::eof();
    const int64_t got = read_(user_data_, bytes_.data(), bytes_.size());
    // What a function that does not keep its promise gives out is the end.
    at_end_ = got <= 0 || got > static_cast<int64_t>(bytes_.size());
    if (at_end_) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
    return traits_type::to_int_type(bytes_[0]);
  }

 private:
  const moir_read read_;
  void* const user_data_;
  std::vector<char> bytes_;
  bool at_end_ = false;  // the function is not called again
};

}  // namespace moir::c_api
