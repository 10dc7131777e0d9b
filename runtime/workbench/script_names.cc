#include "runtime/workbench/script_names.h"

#include <algorithm>

#include "runtime/mapping/position.h"
#include "runtime/script/lexer.h"

namespace mlc::workbench {
namespace {

using script::Token;

std::string sentence(const std::string& what, std::string_view name, const std::vector<std::string>& known) {
  const std::string like = mapping::closest(name, known);
  std::string all = "there is no " + what + " \"" + std::string(name) + "\"";
  if (!like.empty()) return all + "; did you mean \"" + like + "\"?";
  for (size_t i = 0; i < known.size(); ++i) all += (i == 0 ? "; there is " : ", ") + known[i];
  return all;
}

}  // namespace

void check_names(const std::string& file, std::string_view source, const KnownNames& known, std::vector<script::Problem>& problems) {
  std::vector<script::Problem> unused;
  const std::vector<Token> tokens = script::tokenise(file, source, unused);
  const auto missing = [](const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) == names.end();
  };
  for (size_t i = 0; i + 4 < tokens.size(); ++i) {
    const std::string_view owner = tokens[i].text;
    if (tokens[i].kind != Token::Kind::name || (owner != "job" && owner != "ctx")) continue;
    if (i > 0 && (tokens[i - 1].is(".") || tokens[i - 1].is(":"))) continue;
    const Token& word = tokens[i + 4];
    if (tokens[i + 1].is(".") && tokens[i + 2].text == "settings" && tokens[i + 3].is(".") && word.kind == Token::Kind::name &&
        missing(known.settings, word.text))
      problems.push_back({file, word.line, word.column, sentence("setting", word.text, known.settings)});
    if (!tokens[i + 1].is(":") || (tokens[i + 2].text != "map" && tokens[i + 2].text != "look_up")) continue;
    const Token& given = tokens[i + 3].is("(") ? tokens[i + 4] : tokens[i + 3];
    if (given.kind != Token::Kind::string || given.text.size() < 2) continue;
    const std::string_view name = given.text.substr(1, given.text.size() - 2);
    const bool maps = tokens[i + 2].text == "map";
    if (missing(maps ? known.mappings : known.lookups, name))
      problems.push_back(
          {file, given.line, given.column, sentence(maps ? "mapping" : "look-up", name, maps ? known.mappings : known.lookups)});
  }
}

}  // namespace mlc::workbench
