// What export and import of the C interface write to and read from.
#pragma once

#include <algorithm>
#include <streambuf>
#include <vector>

#include "graph/ir/output_files.h"
#include "moir/c/moir.h"

namespace moir::c_api {

// Hands on what is written, in the pieces in which it comes.
template <typename Sink>
class WriteBuffer final : public std::streambuf {
 public:
  // sink(bytes, size) returns whether it took all of them; what it throws comes out of the stream when that has
  // exceptions(badbit).
  explicit WriteBuffer(Sink sink) : sink_(std::move(sink)) {}

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    return count <= 0 || sink_(bytes, static_cast<size_t>(count)) ? count : 0;
  }
  int_type overflow(int_type c) override {
    const char byte = traits_type::to_char_type(c);
    return !traits_type::eq_int_type(c, traits_type::eof()) && xsputn(&byte, 1) == 1 ? c : traits_type::eof();
  }

 private:
  Sink sink_;
};

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

// Bytes in memory, whose end is known.
class MemoryBuffer final : public std::streambuf {
 public:
  MemoryBuffer(const void* bytes, size_t size) {
    // Nothing writes to an area that is only read.
    char* const begin = const_cast<char*>(static_cast<const char*>(bytes));
    setg(begin, begin, begin + size);
  }

 protected:
  pos_type seekoff(off_type offset, std::ios::seekdir from, std::ios::openmode) override {
    const off_type size = egptr() - eback();
    const off_type base = from == std::ios::beg ? 0 : from == std::ios::cur ? gptr() - eback() : size;
    if (offset < -base || offset > size - base) return pos_type(off_type(-1));
    setg(eback(), eback() + base + offset, egptr());
    return pos_type(base + offset);
  }
  pos_type seekpos(pos_type position, std::ios::openmode mode) override {
    return seekoff(off_type(position), std::ios::beg, mode);
  }
};

}  // namespace moir::c_api
