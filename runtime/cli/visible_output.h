// What commands print holds texts of strangers: names, messages of remotes, statuses of carriers. Their control characters are shown, not
// obeyed by the terminal, whichever command prints them.
#pragma once
#include <ostream>
#include <string>

namespace mlc::cli {

// While it lives, what goes into the stream comes out as base's visible() shows it, line by line. A command whose own colours and cursor
// movements go out ends it, and shows what is strange by itself. One thread.
class VisibleOutput {
 public:
  explicit VisibleOutput(std::ostream& out);
  ~VisibleOutput();
  VisibleOutput(const VisibleOutput&) = delete;
  VisibleOutput& operator=(const VisibleOutput&) = delete;

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(std::streambuf& to) : to_(to) {}
    int sync() override;

   protected:
    int overflow(int c) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;

   private:
    std::streambuf& to_;
    std::string line_;
  };
  std::ostream& out_;
  std::streambuf* before_;
  Buffer buffer_;
};

}  // namespace mlc::cli
