#include "runtime/script/parser.h"

#include <map>
#include <optional>

#include "runtime/script/lexer.h"

namespace mlc::script {
namespace {

constexpr int kMaxDepth = 180;

// What an expression may be, as far as it matters: a path of a mapping or something else.
enum class Sort { other, path };

// `functions` inside `with(…, function …)` work on records, not paths: there every operator is welcome.
class Parser {
 public:
  Parser(const std::string& file, std::string_view source, const ParseOptions& options, std::vector<Problem>& problems)
      : file_(file), options_(options), problems_(problems), tokens_(tokenise(file, source, problems)) {}

  void run() {
    if (!problems_.empty() && problems_.back().file == file_) return;
    scopes_.emplace_back();
    block();
    if (!stopped_ && !at_end()) expected("a statement");
  }

 private:
  struct Level {
    explicit Level(Parser& parser) : owner(parser) {
      if (++owner.depth_ > kMaxDepth) owner.fail(owner.now(), "the code is nested too deep");
    }
    ~Level() { --owner.depth_; }
    Parser& owner;
  };

  const Token& now() const { return tokens_[index_]; }
  const Token& ahead(size_t by = 1) const { return tokens_[std::min(index_ + by, tokens_.size() - 1)]; }
  bool at_end() const { return now().kind == Token::Kind::end; }
  void step() {
    if (!at_end()) ++index_;
  }
  bool accept(std::string_view text) {
    if (stopped_ || !now().is(text)) return false;
    step();
    return true;
  }

  // The first fault of syntax ends the walk: what follows it would be noise.
  void fail(const Token& where, std::string sentence) {
    if (!stopped_) problems_.push_back({file_, where.line, where.column, std::move(sentence)});
    stopped_ = true;
    index_ = tokens_.size() - 1;
  }
  void expected(std::string_view what) {
    fail(now(), "expected " + std::string(what) + ", found " + (at_end() ? "the end of the file" : "'" + std::string(now().text) + "'"));
  }
  void expect(std::string_view text, const Token* opened = nullptr) {
    if (accept(text) || stopped_) return;
    std::string what = "'" + std::string(text) + "'";
    if (opened != nullptr && opened->line != now().line)
      what += " to close '" + std::string(opened->text) + "' in line " + std::to_string(opened->line);
    expected(what);
  }
  void remark(const Token& where, std::string sentence) { problems_.push_back({file_, where.line, where.column, std::move(sentence)}); }

  // Names.

  void declare(std::string_view name, Sort sort = Sort::other) { scopes_.back()[std::string(name)] = sort; }
  std::optional<Sort> find(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      auto found = scope->find(name);
      if (found != scope->end()) return found->second;
    }
    return std::nullopt;
  }
  std::string_view name() {
    if (now().kind != Token::Kind::name) {
      expected("a name");
      return {};
    }
    auto text = now().text;
    step();
    return text;
  }

  // Statements.

  bool block_ends() const { return at_end() || now().is("end") || now().is("else") || now().is("elseif") || now().is("until"); }

  void block() {
    Level level(*this);
    while (!stopped_ && !block_ends()) {
      if (now().is("return")) {
        step();
        if (!block_ends() && !now().is(";")) expressions();
        accept(";");
        if (!block_ends()) expected("the end of the block after return");
        return;
      }
      statement();
    }
  }

  void scoped_block() {
    scopes_.emplace_back();
    block();
    scopes_.pop_back();
  }

  void statement() {
    const Token& first = now();
    if (accept(";") || accept("break")) return;
    if (accept("::")) {
      name();
      expect("::");
    } else if (accept("goto")) {
      name();
    } else if (accept("do")) {
      scoped_block();
      expect("end", &first);
    } else if (accept("while")) {
      condition("while");
      expect("do");
      scoped_block();
      expect("end", &first);
    } else if (accept("repeat")) {
      scopes_.emplace_back();
      block();
      expect("until", &first);
      condition("until");
      scopes_.pop_back();
    } else if (accept("if")) {
      condition("if");
      expect("then");
      scoped_block();
      while (accept("elseif")) {
        condition("elseif");
        expect("then");
        scoped_block();
      }
      if (accept("else")) scoped_block();
      expect("end", &first);
    } else if (accept("for")) {
      for_loop(first);
    } else if (accept("function")) {
      const Token& start = now();
      auto base = name();
      if (!find(base) && !options_.globals.contains(base) && !stopped_)
        remark(start, "'" + std::string(base) + "' is not declared; write local function " + std::string(base));
      bool method = false;
      while (accept(".")) name();
      if (accept(":")) {
        name();
        method = true;
      }
      function_body(first, method);
    } else if (accept("local")) {
      local(first);
    } else {
      assignment_or_call();
    }
  }

  void condition(std::string_view word) {
    const Token& where = now();
    if (expression() == Sort::path) no_say(where, word);
  }

  void for_loop(const Token& first) {
    std::vector<std::string_view> names = {name()};
    if (accept("=")) {
      expression();
      expect(",");
      expression();
      if (accept(",")) expression();
    } else {
      while (accept(",")) names.push_back(name());
      expect("in");
      expressions();
    }
    expect("do");
    scopes_.emplace_back();
    for (auto each : names) declare(each);
    block();
    scopes_.pop_back();
    expect("end", &first);
  }

  void local(const Token& first) {
    if (accept("function")) {
      declare(name());
      function_body(first, false);
      return;
    }
    std::vector<std::string_view> names;
    do {
      names.push_back(name());
      if (accept("<")) {
        auto attribute = name();
        if (!stopped_ && attribute != "const" && attribute != "close") fail(ahead(0), "expected const or close as an attribute");
        expect(">");
      }
    } while (accept(","));
    std::vector<Sort> sorts;
    if (accept("=")) sorts = expressions();
    for (size_t i = 0; i < names.size(); ++i) declare(names[i], i < sorts.size() ? sorts[i] : Sort::other);
  }

  void assignment_or_call() {
    const Token& first = now();
    bool called = false;
    suffixed(called);
    if (stopped_) return;
    if (now().is("=") || now().is(",")) {
      check_target(first);
      while (accept(",")) {
        const Token& other = now();
        suffixed(called);
        check_target(other);
      }
      expect("=");
      expressions();
    } else if (!called) {
      expected("'=' or a call");
    }
  }

  // `x = 1` with no x declared makes a global, which the host refuses.
  void check_target(const Token& first) {
    bool plain = &first + 1 == &now();
    if (plain && first.kind == Token::Kind::name && !find(first.text) && !stopped_)
      remark(first, "'" + std::string(first.text) + "' is not declared; write local " + std::string(first.text));
  }

  // Expressions. What comes back says whether it is a path; several for `local order, invoice = mapping …`.

  std::vector<Sort> expressions() {
    std::vector<Sort> sorts;
    do {
      size_t start = index_;
      sorts.push_back(expression());
      if (sorts.size() == 1 && is_mapping_call(start)) sorts = {Sort::path, Sort::other};
      else if (sorts.size() == 1 && is_each_call(start)) sorts = {Sort::path, Sort::other};
    } while (accept(",") && !stopped_);
    return sorts;
  }

  // `mapping {…}` and `layer "…"` give the source record first.
  bool is_mapping_call(size_t start) const {
    const Token& word = tokens_[start];
    return word.kind == Token::Kind::name && (word.text == "mapping" || word.text == "layer") && !find(word.text) && index_ > start + 1;
  }
  // `lines:each(…)` and `lines:group "…"` give the source row first.
  bool is_each_call(size_t start) const {
    int depth = 0;
    bool found = false;
    for (size_t i = start; i + 1 < index_; ++i) {
      if (tokens_[i].is("(") || tokens_[i].is("{")) ++depth;
      if (tokens_[i].is(")") || tokens_[i].is("}")) --depth;
      if (depth == 0 && tokens_[i].is(":")) found = tokens_[i + 1].text == "each" || tokens_[i + 1].text == "group";
    }
    return found;
  }

  static int left_power(const Token& token) {
    static const std::map<std::string_view, int> kPowers = {{"or", 1}, {"and", 2}, {"<", 3},  {">", 3},  {"<=", 3},  {">=", 3}, {"~=", 3},
                                                            {"==", 3}, {"|", 4},   {"~", 5},  {"&", 6},  {"<<", 7},  {">>", 7}, {"..", 9},
                                                            {"+", 10}, {"-", 10},  {"*", 11}, {"/", 11}, {"//", 11}, {"%", 11}, {"^", 14}};
    if (token.kind != Token::Kind::keyword && token.kind != Token::Kind::symbol) return 0;
    auto found = kPowers.find(token.text);
    return found == kPowers.end() ? 0 : found->second;
  }
  static int right_power(std::string_view text, int left) { return text == ".." ? 8 : text == "^" ? 13 : left; }

  Sort expression(int limit = 0) {
    Level level(*this);
    const Token& first = now();
    Sort sort = Sort::other;
    if (now().is("not") || now().is("-") || now().is("#") || now().is("~")) {
      step();
      Sort operand = expression(12);
      if (operand == Sort::path && !first.is("-")) no_say(first, first.text);
      sort = first.is("-") ? operand : Sort::other;
    } else {
      sort = simple();
    }
    while (!stopped_) {
      const Token& sign = now();
      int power = left_power(sign);
      if (power <= limit) return sort;
      step();
      Sort right = expression(right_power(sign.text, power));
      bool path = sort == Sort::path || right == Sort::path;
      if (path && power <= 3) no_say(sign, sign.text);
      sort = path && power > 3 ? Sort::path : Sort::other;
    }
    return sort;
  }

  void no_say(const Token& where, std::string_view word) {
    if (stopped_) return;
    remark(where, "'" + std::string(word) +
                      "' has no say on a mapping's path: it would be decided now, not for each record; use :is, :when or :default, or "
                      "with(record, function)");
  }

  Sort simple() {
    const Token& first = now();
    if (first.kind == Token::Kind::number || first.kind == Token::Kind::string) {
      step();
      return Sort::other;
    }
    if (accept("nil") || accept("true") || accept("false") || accept("...")) return Sort::other;
    if (first.is("{")) {
      table();
      return Sort::other;
    }
    if (accept("function")) {
      function_body(first, false);
      return Sort::other;
    }
    bool called = false;
    return suffixed(called);
  }

  Sort suffixed(bool& called) {
    Level level(*this);
    Sort sort = Sort::other;
    const Token& first = now();
    if (first.kind == Token::Kind::name) {
      step();
      auto known = find(first.text);
      if (known) {
        sort = *known;
      } else if (!options_.globals.contains(first.text)) {
        remark(first, "there is no '" + std::string(first.text) + "' (a local is missing, or a require)");
      } else if (first.text == "setting" || first.text == "given") {
        sort = Sort::path;
      }
    } else if (accept("(")) {
      sort = expression();
      expect(")", &first);
    } else {
      expected("an expression");
      return sort;
    }
    bool word_with = first.text == "with" && !find(first.text);
    called = false;
    while (!stopped_) {
      const Token& sign = now();
      if (accept(".")) {
        name();
        called = false;
      } else if (accept("[")) {
        expression();
        expect("]", &sign);
        called = false;
      } else if (accept(":")) {
        name();
        if (!now().is("(") && !now().is("{") && now().kind != Token::Kind::string) expected("arguments");
        arguments();
        called = true;
      } else if (now().is("(") || now().is("{") || now().kind == Token::Kind::string) {
        arguments();
        called = true;
        if (word_with) sort = Sort::path;
      } else {
        return sort;
      }
    }
    return sort;
  }

  void arguments() {
    const Token& first = now();
    if (first.kind == Token::Kind::string) return step();
    if (first.is("{")) return table();
    expect("(");
    if (!now().is(")")) expressions();
    expect(")", &first);
  }

  void table() {
    Level level(*this);
    const Token& first = now();
    expect("{");
    while (!stopped_ && !now().is("}")) {
      if (accept("[")) {
        expression();
        expect("]");
        expect("=");
      } else if (now().kind == Token::Kind::name && ahead().is("=")) {
        step();
        step();
      }
      expression();
      if (!accept(",") && !accept(";")) break;
    }
    expect("}", &first);
  }

  void function_body(const Token& first, bool method) {
    Level level(*this);
    scopes_.emplace_back();
    if (method) declare("self");
    expect("(");
    while (!stopped_ && !now().is(")")) {
      if (accept("...")) break;
      declare(name());
      if (!accept(",")) break;
    }
    expect(")");
    block();
    expect("end", &first);
    scopes_.pop_back();
  }

  const std::string& file_;
  const ParseOptions& options_;
  std::vector<Problem>& problems_;
  std::vector<Token> tokens_;
  size_t index_ = 0;
  int depth_ = 0;
  bool stopped_ = false;
  std::vector<std::map<std::string, Sort, std::less<>>> scopes_;
};

}  // namespace

const std::set<std::string, std::less<>>& ambient_globals() {
  static const std::set<std::string, std::less<>> names = {
      "assert", "error",   "getmetatable", "ipairs", "next",         "pairs",     "pcall",    "rawequal", "rawget", "rawlen",
      "rawset", "require", "select",       "load",   "setmetatable", "tonumber",  "tostring", "type",     "xpcall", "_VERSION",
      "_ENV",   "string",  "table",        "math",   "utf8",         "coroutine", "system",   "look_up",  "upsert", "integration",
      "schema", "flow",    "webhook",      "poll",   "schedule",     "mapping",   "layer",    "setting",  "given",  "job",
      "totals", "remove",  "with",         "has",    "null",         "try"};
  return names;
}

void parse_lua(const std::string& file, std::string_view source, const ParseOptions& options, std::vector<Problem>& problems) {
  std::vector<Problem> found;
  Parser(file, source, options, found).run();
  problems.insert(problems.end(), found.begin(), found.end());
}

}  // namespace mlc::script
