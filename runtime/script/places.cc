#include "runtime/script/places.h"

namespace mlc::script {
namespace {

// "journal" of the token `journal` or `"journal"`.
std::string_view plain(const Token& token) {
  if (token.kind != Token::Kind::string || token.text.size() < 2) return token.text;
  const char quote = token.text.front();
  return quote == '"' || quote == '\'' ? token.text.substr(1, token.text.size() - 2) : token.text;
}

}  // namespace

Places::Places(std::string_view text) {
  std::vector<Problem> unused;
  tokens_ = tokenise("", text, unused);
  if (tokens_.empty() || tokens_.back().kind != Token::Kind::end) tokens_.push_back({});
  parse_lua("", text, {ambient_globals()}, unused, &statements_);
}

const Statement* Places::at(int line) const {
  const Statement* found = nullptr;
  for (const Statement& each : statements_) {
    if (each.line <= line && line <= each.last_line && (found == nullptr || each.line > found->line)) found = &each;
  }
  return found;
}

Place Places::line(int wanted) const {
  for (const Token& token : tokens_) {
    if (token.line == wanted && token.kind != Token::Kind::end) return {wanted, token.column};
  }
  return {wanted, 1};
}

Place Places::statement(int wanted) const {
  const Statement* found = at(wanted);
  return found == nullptr ? line(wanted) : Place{found->line, found->column};
}

Place Places::word(int wanted, std::string_view word, bool in_value) const {
  const Statement* found = at(wanted);
  if (found == nullptr) return line(wanted);
  bool inside = !in_value;
  for (const Token& token : tokens_) {
    if (token.line < found->line || (token.line == found->line && token.column < found->column)) continue;
    if (token.line > found->last_line) break;
    if (inside && (token.kind == Token::Kind::name || token.kind == Token::Kind::string) && plain(token) == word)
      return {token.line, token.column};
    inside = inside || token.is("=") || token.is("(");
  }
  return {found->line, found->column};
}

std::optional<Place> Places::first(std::string_view word) const {
  for (const Token& token : tokens_) {
    if ((token.kind == Token::Kind::name || token.kind == Token::Kind::string) && plain(token) == word)
      return Place{token.line, token.column};
  }
  return std::nullopt;
}

std::optional<Place> Places::key(const std::vector<std::string>& keys) const {
  std::optional<Place> found;
  size_t from = 0, depth_end = tokens_.size();
  for (const std::string& key : keys) {
    bool hit = false;
    for (size_t i = from; i + 1 < depth_end; ++i) {
      const Token& token = tokens_[i];
      if ((token.kind != Token::Kind::name && token.kind != Token::Kind::string) || plain(token) != key) continue;
      size_t sign = i + 1;
      if (tokens_[sign].is("]")) ++sign;
      if (sign >= tokens_.size() || !tokens_[sign].is("=")) continue;
      found = Place{token.line, token.column};
      hit = true;
      // What is inside it ends where its brackets do.
      int open = 0;
      for (from = sign + 1, depth_end = from; depth_end + 1 < tokens_.size(); ++depth_end) {
        const Token& next = tokens_[depth_end];
        if (next.is("{") || next.is("(") || next.is("[")) ++open;
        if ((next.is("}") || next.is(")") || next.is("]")) && --open < 0) break;
        if (next.is(",") && open == 0) break;
        // The next statement of the file.
        if (open == 0 && depth_end > from && next.kind == Token::Kind::name && tokens_[depth_end + 1].is("=")) break;
      }
      break;
    }
    if (!hit) return found;
  }
  return found;
}

}  // namespace mlc::script
