// Streams over something else than files.
#pragma once

#include <streambuf>
#include <utility>

namespace moir::runtime {

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

}  // namespace moir::runtime
