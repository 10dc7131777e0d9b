// text: the small things that every integration does to names, codes and addresses. UTF-8 in and out.
#include "bindings/modules.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/base/unicode.h"
#include "runtime/mapping/letters.h"
#include "runtime/script/isolate.h"

namespace mlc::bindings {
namespace {

using namespace script;

// text.trim(s) -> text
int trim_text(lua_State* L) {
  push_text(L, trim(text_argument(L, 1)));
  return 1;
}

// text.split(s, separator) -> list; the separator is one character
int split_text(lua_State* L) {
  auto separator = text_argument(L, 2);
  if (separator.size() != 1) argument_error(L, 2, "one character");
  auto whole = text_argument(L, 1);
  Isolate::of(L).need(L, whole.size() * 16);
  lua_newtable(L);
  lua_Integer at = 0;
  for (auto piece : split(whole, separator[0])) {
    push_text(L, piece);
    lua_rawseti(L, -2, ++at);
  }
  Isolate::of(L).charge(L, static_cast<size_t>(at));
  return 1;
}

// text.starts_with(s, start), text.ends_with(s, end) -> boolean
int starts_with(lua_State* L) {
  lua_pushboolean(L, text_argument(L, 1).starts_with(text_argument(L, 2)));
  return 1;
}
int ends_with(lua_State* L) {
  lua_pushboolean(L, text_argument(L, 1).ends_with(text_argument(L, 2)));
  return 1;
}

// text.cut(s, characters) -> the first so many characters, never half of one
int cut(lua_State* L) {
  auto whole = text_argument(L, 1);
  int64_t left = integer_argument(L, 2);
  size_t at = 0;
  while (at < whole.size() && left > 0) {
    ++at;
    while (at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xc0) == 0x80) ++at;
    --left;
  }
  push_text(L, whole.substr(0, at));
  return 1;
}

// text.collapse(s) -> text with every run of white space as one blank, none at the ends
int collapse(lua_State* L) {
  std::string out;
  for (char c : trim(text_argument(L, 1))) {
    bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (blank && !out.empty() && out.back() == ' ') continue;
    out.push_back(blank ? ' ' : c);
  }
  push_text(L, out);
  return 1;
}

// text.same(a, b) -> boolean: equal but for the case of ASCII letters and white space at the ends
int same(lua_State* L) {
  lua_pushboolean(L, iequals(trim(text_argument(L, 1)), trim(text_argument(L, 2))));
  return 1;
}

// text.length(s) -> characters, not bytes
int length(lua_State* L) {
  lua_pushinteger(L, static_cast<lua_Integer>(count_characters(text_argument(L, 1))));
  return 1;
}

// text.lower(s), text.upper(s) -> text: Latin, Greek and Cyrillic letters
int lower(lua_State* L) {
  push_text(L, mapping::lower_case(text_argument(L, 1)));
  return 1;
}
int upper(lua_State* L) {
  push_text(L, mapping::upper_case(text_argument(L, 1)));
  return 1;
}

// text.ascii(s) -> text | nil, err: in plain letters; the error names the character that has no such form
int ascii(lua_State* L) {
  auto whole = text_argument(L, 1);
  Isolate::of(L).need(L, whole.size() * 4);
  Isolate::of(L).charge(L, whole.size() / 4);
  auto plain = ascii_letters(whole);
  if (!plain) return push_failure(L, plain.error());
  push_text(L, *plain);
  return 1;
}

// text.compose(s) -> text | nil, err: a letter and its accent as one character (normal form C)
int compose(lua_State* L) {
  auto whole = text_argument(L, 1);
  Isolate::of(L).need(L, whole.size() * 4);
  Isolate::of(L).charge(L, whole.size() / 4);
  auto composed = compose_letters(whole);
  if (!composed) return push_failure(L, composed.error());
  push_text(L, *composed);
  return 1;
}

// text.characters(s) -> list of the characters, each as text
int characters(lua_State* L) {
  auto whole = text_argument(L, 1);
  Isolate::of(L).need(L, whole.size() * 16);
  Isolate::of(L).charge(L, whole.size());
  lua_newtable(L);
  lua_Integer count = 0;
  for (size_t at = 0; at < whole.size();) {
    size_t end = at + 1;
    while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xc0) == 0x80) ++end;
    push_text(L, whole.substr(at, end - at));
    lua_rawseti(L, -2, ++count);
    at = end;
  }
  return 1;
}

// text.percent_encode(s) -> text
int encode(lua_State* L) {
  push_text(L, percent_encode(text_argument(L, 1)));
  return 1;
}
// text.percent_decode(s) -> text | nil, err
int decode(lua_State* L) {
  auto decoded = percent_decode(text_argument(L, 1));
  if (!decoded) return push_failure(L, decoded.error());
  push_text(L, *decoded);
  return 1;
}

}  // namespace

script::Module text_module() {
  return {"text",
          {{"trim", trim_text},
           {"split", split_text},
           {"starts_with", starts_with},
           {"ends_with", ends_with},
           {"cut", cut},
           {"collapse", collapse},
           {"same", same},
           {"length", length},
           {"lower", lower},
           {"upper", upper},
           {"ascii", ascii},
           {"compose", compose},
           {"characters", characters},
           {"percent_encode", encode},
           {"percent_decode", decode}},
          nullptr};
}

}  // namespace mlc::bindings
