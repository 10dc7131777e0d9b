#include "runtime/script/parser.h"

#include <map>
#include <optional>

#include "runtime/mapping/position.h"
#include "runtime/script/lexer.h"
#include "runtime/script/path_remarks.h"

namespace mlc::script {
namespace {

constexpr int kMaxDepth = 180;

// What an expression may be, as far as it matters: a path of a mapping, a field of its target, or something else.
enum class Sort { other, path, target };

// Functions of Lua that look at a value: given a path they would look at the path.
bool looks_at_values(std::string_view global) {
  static const std::set<std::string_view> kAll = {"tostring", "tonumber", "type",   "ipairs", "pairs",  "next",  "rawequal", "rawlen",
                                                  "rawget",   "select",   "assert", "math",   "string", "table", "utf8",     "error"};
  return kAll.contains(global);
}

// `functions` inside `with(…, function …)` work on records, not paths: there every operator is welcome.
class Parser {
 public:
  Parser(const std::string& file, std::string_view source, const ParseOptions& options, std::vector<Problem>& problems)
      : file_(file), source_(source), options_(options), problems_(problems), tokens_(tokenise(file, source, problems)) {}

  void run() {
    if (!problems_.empty() && problems_.back().file == file_) return;
    scopes_.emplace_back();
    block();
    if (!stopped_ && !at_end()) expected("a statement");
  }

  std::vector<Statement> statements() && { return stopped_ ? std::vector<Statement>() : std::move(statements_); }

 private:
  struct Level {
    explicit Level(Parser& parser) : owner(parser) {
      if (++owner.depth_ > kMaxDepth) owner.fail(owner.now(), "the code is nested too deep");
    }
    ~Level() { --owner.depth_; }
    Parser& owner;
  };

  // A block that waits for its end.
  struct Opened {
    Opened(Parser& parser, const Token& word)
        : owner(parser), is(word.is("do") || word.is("while") || word.is("if") || word.is("for") || word.is("function")) {
      if (is) owner.open_.push_back(&word);
    }
    ~Opened() {
      if (is) owner.open_.pop_back();
    }
    Parser& owner;
    bool is;
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
  std::optional<Sort> find(std::string_view name, size_t* depth = nullptr) const {
    for (size_t at = scopes_.size(); at-- > 0;) {
      auto found = scopes_[at].find(name);
      if (found == scopes_[at].end()) continue;
      if (depth != nullptr) *depth = at;
      return found->second;
    }
    return std::nullopt;
  }
  std::string suggestion(std::string_view word) const {
    std::vector<std::string> known(options_.globals.begin(), options_.globals.end());
    for (const auto& scope : scopes_) {
      for (const auto& [each, sort] : scope) known.push_back(each);
    }
    const std::string like = mapping::closest(word, known);
    return like.empty() ? " (a local is missing, or a require)" : "; did you mean '" + like + "'?";
  }
  // The code from one token up to another.
  std::string_view code(size_t first, size_t end) const {
    if (end <= first) return {};
    const Token& last = tokens_[end - 1];
    return source_.substr(tokens_[first].at, last.at + last.text.size() - tokens_[first].at);
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
      const size_t first = index_, place = statements_.size();
      statements_.push_back({now().line, now().column, now().line});
      statement();
      if (index_ > first) statements_[place].last_line = tokens_[index_ - 1].line;
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
    // What closes an outer bracket, inside a block: its end is missing.
    if (!open_.empty() && (now().is(")") || now().is("}") || now().is("]") || now().is(","))) return expect("end", open_.back());
    const Opened opened(*this, first);
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
    const size_t first = index_;
    const Sort sort = expression();
    if (sort == Sort::path) say(tokens_[first], condition_remark(word, code(first, index_)));
    if (sort == Sort::target) say(tokens_[first], target_remark(code(first, index_)));
  }

  void for_loop(const Token& first) {
    std::vector<std::string_view> names = {name()};
    if (accept("=")) {
      condition("for");
      expect(",");
      condition("for");
      if (accept(",")) condition("for");
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
    assigns_ = assigns_to_name();
    suffixed(called);
    if (stopped_) return;
    if (now().is("=") || now().is(",")) {
      check_target(first);
      while (accept(",")) {
        const Token& other = now();
        assigns_ = assigns_to_name();
        suffixed(called);
        check_target(other);
      }
      expect("=");
      expressions();
    } else if (!called) {
      expected(now().is("==") ? "'=', which assigns ('==' compares)" : "'=' or a call");
    }
  }

  bool assigns_to_name() const { return now().kind == Token::Kind::name && (ahead().is("=") || ahead().is(",")); }

  // `x = 1` with no x declared makes a global, which the host refuses.
  void check_target(const Token& first) {
    bool plain = &first + 1 == &now();
    if (plain && first.kind == Token::Kind::name && !find(first.text) && !stopped_)
      remark(first, "'" + std::string(first.text) + "' is not declared; write local " + std::string(first.text));
  }
  void say(const Token& where, std::string sentence) {
    if (!stopped_) remark(where, std::move(sentence));
  }

  // Expressions. What comes back says whether it is a path; several for `local order, invoice = mapping …`.

  std::vector<Sort> expressions() {
    std::vector<Sort> sorts;
    do {
      size_t start = index_;
      sorts.push_back(expression());
      if (sorts.size() > 1) continue;
      const std::string_view verb = is_mapping_call(start) ? "each" : group_call(start);
      if (verb == "one") sorts = {Sort::target};
      if (verb == "each" || verb == "group") sorts = {Sort::path, Sort::target};
    } while (accept(",") && !stopped_);
    return sorts;
  }

  // `mapping {…}` and `layer "…"` give the source record first.
  bool is_mapping_call(size_t start) const {
    const Token& word = tokens_[start];
    return word.kind == Token::Kind::name && (word.text == "mapping" || word.text == "layer") && !find(word.text) && index_ > start + 1;
  }
  // `lines:each(…)` and `lines:group "…"` give the source row, then the line; `lines:one(…)` the line.
  std::string_view group_call(size_t start) const {
    int depth = 0;
    std::string_view verb;
    for (size_t i = start; i + 1 < index_; ++i) {
      if (tokens_[i].is("(") || tokens_[i].is("{")) ++depth;
      if (tokens_[i].is(")") || tokens_[i].is("}")) --depth;
      if (depth == 0 && tokens_[i].is(":")) verb = tokens_[i + 1].text;
    }
    return verb == "each" || verb == "group" || verb == "one" ? verb : std::string_view();
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
    const size_t start = index_;
    const Token& first = now();
    Sort sort = Sort::other;
    if (now().is("not") || now().is("-") || now().is("#") || now().is("~")) {
      step();
      Sort operand = expression(12);
      const std::string_view path = code(start + 1, index_);
      if (operand == Sort::target) say(first, target_remark(path));
      if (operand == Sort::path && !first.is("-")) say(first, prefix_remark(first.text, path));
      sort = operand == Sort::path && first.is("-") ? operand : Sort::other;
    } else {
      sort = simple();
    }
    while (!stopped_) {
      const size_t middle = index_;
      const Token& sign = now();
      int power = left_power(sign);
      if (power <= limit) return sort;
      step();
      Sort right = expression(right_power(sign.text, power));
      if (stopped_) return Sort::other;
      const std::string_view before = code(start, middle), after = code(middle + 1, index_);
      if (sort == Sort::target || right == Sort::target) {
        say(sort == Sort::target ? first : tokens_[middle + 1], target_remark(sort == Sort::target ? before : after));
        sort = Sort::other;
        continue;
      }
      bool path = sort == Sort::path || right == Sort::path;
      if (path && power <= 3) say(sign, operator_remark(sign.text, before, after, sort == Sort::path));
      sort = path && power > 3 ? Sort::path : Sort::other;
    }
    return sort;
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
    assigns_ = false;
    return suffixed(called);
  }

  // What a name stands for; remarks on names that nobody declared, and on paths where there is a record.
  Sort named(const Token& word) {
    size_t depth = 0;
    const auto known = find(word.text, &depth);
    Sort sort = known.value_or(Sort::other);
    if (!known && !options_.globals.contains(word.text)) {
      if (!assigns_) remark(word, "there is no '" + std::string(word.text) + "'" + suggestion(word.text));
      return Sort::other;
    }
    if (!known && (word.text == "setting" || word.text == "given" || word.text == "job")) sort = Sort::path;
    if (sort == Sort::other || with_scope_ == 0 || (known && depth >= with_scope_)) return sort;
    remark(word, inside_with_remark(word.text));
    return Sort::other;
  }

  Sort suffixed(bool& called) {
    Level level(*this);
    Sort sort = Sort::other;
    const size_t start = index_;
    const Token& first = now();
    if (first.kind == Token::Kind::name) {
      step();
      sort = named(first);
    } else if (accept("(")) {
      sort = expression();
      expect(")", &first);
    } else {
      expected("an expression");
      return sort;
    }
    const bool ambient = first.kind == Token::Kind::name && !find(first.text);
    const bool word_with = ambient && first.text == "with";
    called = false;
    while (!stopped_) {
      const Token& sign = now();
      if (accept(".")) {
        name();
        called = false;
      } else if (accept("[")) {
        condition("[ ]");
        expect("]", &sign);
        called = false;
      } else if (accept(":")) {
        auto method = name();
        if (!now().is("(") && !now().is("{") && now().kind != Token::Kind::string) expected("arguments");
        function_ = sort == Sort::other && (method == "format" || method == "rep" || method == "find") ? ":" + std::string(method) : "";
        arguments();
        called = true;
      } else if (now().is("(") || now().is("{") || now().kind == Token::Kind::string) {
        function_ = ambient && looks_at_values(first.text) ? std::string(code(start, index_)) : "";
        const bool outer = std::exchange(in_with_call_, word_with);
        arguments();
        in_with_call_ = outer;
        called = true;
        if (word_with || (ambient && first.text == "has" && with_scope_ == 0)) sort = Sort::path;
      } else {
        return sort;
      }
    }
    return sort;
  }

  void arguments() {
    const Token& first = now();
    const std::string function = std::exchange(function_, {});
    if (first.kind == Token::Kind::string) return step();
    if (first.is("{")) return table();
    expect("(");
    for (bool more = !now().is(")"); more && !stopped_; more = accept(",")) {
      const size_t start = index_;
      const Sort sort = expression();
      if (sort == Sort::path && !function.empty()) say(tokens_[start], call_remark(function, code(start, index_)));
    }
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
    const size_t outer = with_scope_;
    if (std::exchange(in_with_call_, false)) with_scope_ = scopes_.size() - 1;
    const Opened opened(*this, first);
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
    with_scope_ = outer;
    scopes_.pop_back();
  }

  const std::string& file_;
  std::string_view source_;
  const ParseOptions& options_;
  std::vector<Problem>& problems_;
  std::vector<Token> tokens_;
  size_t index_ = 0;
  int depth_ = 0;
  bool stopped_ = false;
  bool assigns_ = false;       // the name that comes is assigned to: whether it is declared is said there
  bool in_with_call_ = false;  // the next function is an argument of with()
  size_t with_scope_ = 0;      // the scope of the with function that we are in; 0 outside
  std::string function_;       // whose arguments come next, when it is one that a path may not be given to
  std::vector<Statement> statements_;
  std::vector<const Token*> open_;
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

void parse_lua(const std::string& file, std::string_view source, const ParseOptions& options, std::vector<Problem>& problems,
               std::vector<Statement>* statements) {
  std::vector<Problem> found;
  Parser parser(file, source, options, found);
  parser.run();
  problems.insert(problems.end(), found.begin(), found.end());
  if (statements != nullptr) *statements = std::move(parser).statements();
}

}  // namespace mlc::script
