#include "runtime/script/lexer.h"

#include <algorithm>

namespace mlc::script {
namespace {

constexpr std::string_view kKeywords[] = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                          "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                          "repeat",   "return", "then", "true", "until",  "while"};
// Longest first.
constexpr std::string_view kSymbols[] = {"...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+", "-", "*", "/", "%", "^", "#",
                                         "&",   "~",  "|",  "<",  ">",  "=",  "(",  ")",  "{",  "}",  "[", "]", ";", ":", ",", "."};

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(const std::string& file, std::string_view source, std::vector<Problem>& problems)
      : file_(file), source_(source), problems_(problems) {}

  std::vector<Token> run() {
    if (source_.starts_with("#")) skip_line();
    for (;;) {
      skip_blank();
      Token token;
      token.line = line_;
      token.column = static_cast<int>(at_ - line_start_) + 1;
      token.at = at_;
      if (at_ >= source_.size()) {
        tokens_.push_back(token);
        return std::move(tokens_);
      }
      token.kind = read(token);
      token.text = source_.substr(token.at, at_ - token.at);
      if (token.kind == Token::Kind::name && std::find(std::begin(kKeywords), std::end(kKeywords), token.text) != std::end(kKeywords))
        token.kind = Token::Kind::keyword;
      tokens_.push_back(token);
    }
  }

 private:
  char here(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void next() {
    if (source_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }

  void skip_line() {
    while (at_ < source_.size() && source_[at_] != '\n') ++at_;
  }

  // Equals signs between the brackets of a long string, or -1 when none begins here.
  int long_level() const {
    if (here() != '[') return -1;
    size_t level = 0;
    while (here(1 + level) == '=') ++level;
    return here(1 + level) == '[' ? static_cast<int>(level) : -1;
  }

  void read_long(int level, int line, int column, const char* what) {
    std::string close = "]" + std::string(static_cast<size_t>(level), '=') + "]";
    size_t end = source_.find(close, at_);
    if (end == std::string_view::npos) {
      problems_.push_back({file_, line, column, std::string(what) + " has no end"});
      end = source_.size();
    } else {
      end += close.size();
    }
    while (at_ < end) next();
  }

  void skip_blank() {
    for (;;) {
      char c = here();
      if (at_ < source_.size() && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        next();
      } else if (c == '-' && here(1) == '-') {
        int line = line_;
        int column = static_cast<int>(at_ - line_start_) + 1;
        at_ += 2;
        if (int level = long_level(); level >= 0) read_long(level, line, column, "a comment");
        else skip_line();
      } else {
        return;
      }
    }
  }

  Token::Kind read(const Token& token) {
    char c = here();
    if (is_name_start(c)) {
      while (is_name_start(here()) || is_digit(here())) ++at_;
      return Token::Kind::name;
    }
    if (is_digit(c) || (c == '.' && is_digit(here(1)))) {
      bool hex = c == '0' && (here(1) | 0x20) == 'x';
      for (;;) {
        char lower = static_cast<char>(here() | 0x20);
        bool exponent = hex ? lower == 'p' : lower == 'e';
        if (exponent && (here(1) == '+' || here(1) == '-')) at_ += 2;
        else if (is_digit(here()) || is_name_start(here()) || here() == '.') ++at_;
        else return Token::Kind::number;
      }
    }
    if (c == '"' || c == '\'') {
      next();
      while (at_ < source_.size() && here() != c) {
        if (here() == '\n') break;
        if (here() == '\\') {
          next();
          if (here() == 'z') {
            next();
            while (at_ < source_.size() && (here() == ' ' || (here() >= '\t' && here() <= '\r'))) next();
            continue;
          }
          if (at_ >= source_.size()) break;
        }
        next();
      }
      if (here() == c) next();
      else problems_.push_back({file_, token.line, token.column, "a string has no end"});
      return Token::Kind::string;
    }
    if (int level = long_level(); level >= 0) {
      read_long(level, token.line, token.column, "a string");
      return Token::Kind::string;
    }
    for (auto symbol : kSymbols) {
      if (source_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return Token::Kind::symbol;
      }
    }
    problems_.push_back({file_, token.line, token.column, "a character that Lua does not know"});
    ++at_;
    return Token::Kind::symbol;
  }

  std::string file_;
  std::string_view source_;
  std::vector<Problem>& problems_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int line_ = 1;
  size_t line_start_ = 0;
};

}  // namespace

std::vector<Token> tokenise(const std::string& file, std::string_view source, std::vector<Problem>& problems) {
  return Lexer(file, source, problems).run();
}

}  // namespace mlc::script
