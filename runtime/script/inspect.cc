#include "runtime/script/inspect.h"

#include <algorithm>
#include <set>
#include <vector>

#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"
#include "runtime/script/value.h"

namespace mlc::script {
namespace {

constexpr size_t kLineWidth = 76;  // what fits is written on one line

struct Style {
  const char *key, *text, *number, *word, *faint, *end;
};
constexpr Style kPlain = {"", "", "", "", "", ""};
constexpr Style kColours = {"\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[35m", "\x1b[2m", "\x1b[0m"};

bool is_name(std::string_view text) {
  static const std::set<std::string_view> kWords = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                                    "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                                    "repeat",   "return", "then", "true", "until",  "while"};
  if (text.empty() || (text[0] >= '0' && text[0] <= '9') || kWords.contains(text)) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Characters on the screen: UTF-8 without continuation bytes and colour sequences.
size_t width_of(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

class Inspector {
 public:
  Inspector(lua_State* L, const InspectOptions& options) : state_(L), options_(options), style_(options.colour ? kColours : kPlain) {}

  std::string value(int index, size_t indent) {
    lua_State* L = state_;
    luaL_checkstack(L, 12, nullptr);
    Isolate::of(L).charge(L, 4);
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
      case LUA_TNIL:
      case LUA_TBOOLEAN:
        return paint(style_.word, show(L, index));
      case LUA_TNUMBER:
        return paint(style_.number, show(L, index));
      case LUA_TSTRING: {
        size_t length = 0;
        const char* bytes = lua_tolstring(L, index, &length);
        return paint(style_.text, quoted_text({bytes, length}, options_.text_bytes));
      }
      case LUA_TLIGHTUSERDATA:
        return paint(style_.word, is_null(L, index) ? "null" : "host value");
      case LUA_TFUNCTION:
        return paint(style_.faint, function(index));
      case LUA_TTHREAD:
        return paint(style_.faint, "coroutine");
      case LUA_TTABLE:
        return table(index, indent);
      default:
        if (to_decimal_object(L, index) != nullptr) return paint(style_.number, show(L, index));
        if (const Record* found = to_record(L, index)) return record(index, *found, indent);
        return paint(style_.faint, "<" + show(L, index) + ">");
    }
  }

 private:
  struct Entry {
    std::string key;  // "" in a list
    std::string text;
  };

  std::string paint(const char* colour, const std::string& text) { return *colour == 0 ? text : colour + text + style_.end; }

  std::string function(int index) {
    lua_Debug debug{};
    lua_pushvalue(state_, index);
    lua_getinfo(state_, ">S", &debug);
    if (debug.linedefined < 0) return "function of the host";
    std::string_view source = debug.source;
    if (!source.empty() && (source[0] == '@' || source[0] == '=')) source.remove_prefix(1);
    return "function at " + std::string(source) + ":" + std::to_string(debug.linedefined);
  }

  // "" when the container may be opened; else what stands for it.
  std::string closed(int index) {
    const void* self = lua_topointer(state_, index);
    auto above = std::find(path_.rbegin(), path_.rend(), self);
    if (above != path_.rend()) {
      const auto levels = above - path_.rbegin() + 1;
      return paint(style_.faint, "<the same as " + std::to_string(levels) + (levels == 1 ? " level up>" : " levels up>"));
    }
    if (static_cast<int>(path_.size()) >= options_.depth) return paint(style_.faint, "{…}");
    if (written_ > options_.all_bytes) return paint(style_.faint, "{… too much to show}");
    return {};
  }

  std::string key_text(int index) {
    if (lua_type(state_, index) == LUA_TSTRING) {
      size_t length = 0;
      const char* bytes = lua_tolstring(state_, index, &length);
      std::string_view name(bytes, length);
      if (is_name(name)) return paint(style_.key, std::string(name));
      return "[" + paint(style_.key, quoted_text(name, options_.text_bytes)) + "]";
    }
    return "[" + paint(style_.key, show(state_, index)) + "]";
  }

  std::string join(const std::vector<Entry>& entries, size_t left, size_t indent) {
    if (entries.empty() && left == 0) return "{}";
    std::vector<std::string> pieces;
    bool one_line = true;
    size_t width = 4 + indent;
    for (const auto& entry : entries) {
      pieces.push_back(entry.key.empty() ? entry.text : entry.key + " = " + entry.text);
      one_line = one_line && pieces.back().find('\n') == std::string::npos;
      width += width_of(pieces.back()) + 2;
    }
    if (left > 0) pieces.push_back(paint(style_.faint, "… " + std::to_string(left) + " more"));
    std::string out;
    if (one_line && width <= kLineWidth) {
      out = "{ ";
      for (size_t i = 0; i < pieces.size(); ++i) out += (i == 0 ? "" : ", ") + pieces[i];
      out += " }";
    } else {
      out = "{\n";
      for (const auto& piece : pieces) out += std::string(indent + 2, ' ') + piece + ",\n";
      out += std::string(indent, ' ') + "}";
    }
    written_ += out.size();
    return out;
  }

  std::string table(int index, size_t indent) {
    lua_State* L = state_;
    // What says of itself what it is (paths, roles, error tables) is not taken apart.
    if (!is_marked_array(L, index) && luaL_getmetafield(L, index, "__metatable") == LUA_TSTRING) {
      std::string name = lua_tostring(L, -1);
      lua_pop(L, 1);
      return paint(style_.faint, "<" + name + ">");
    }
    if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
      lua_pop(L, 1);
      return paint(style_.word, "<" + show(L, index) + ">");
    }
    std::string instead = closed(index);
    if (!instead.empty()) return instead;
    path_.push_back(lua_topointer(L, index));
    std::vector<Entry> entries;
    size_t left = 0;
    const auto length = static_cast<lua_Integer>(lua_rawlen(L, index));
    for (lua_Integer i = 1; i <= length; ++i) {
      if (entries.size() >= options_.entries) {
        left += static_cast<size_t>(length - i + 1);
        break;
      }
      lua_rawgeti(L, index, i);
      entries.push_back({"", value(-1, indent + 2)});
      lua_pop(L, 1);
    }
    left += named(index, length, indent, entries);
    path_.pop_back();
    return join(entries, left, indent);
  }

  // The entries beside the sequence: texts in byte order, then the rest. Returns how many were left out.
  size_t named(int index, lua_Integer length, size_t indent, std::vector<Entry>& entries) {
    lua_State* L = state_;
    std::vector<std::string> names;
    std::vector<Entry> others;
    size_t left = 0;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
      Isolate::of(L).charge(L, 1);
      const bool in_sequence = lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= length;
      if (lua_type(L, -2) == LUA_TSTRING) {
        size_t size = 0;
        const char* bytes = lua_tolstring(L, -2, &size);
        names.emplace_back(bytes, size);
      } else if (!in_sequence && others.size() < options_.entries) {
        others.push_back({key_text(-2), value(-1, indent + 2)});
      } else if (!in_sequence) {
        ++left;
      }
      lua_pop(L, 1);
    }
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      if (entries.size() >= options_.entries) {
        ++left;
        continue;
      }
      push_text(L, name);
      std::string key = key_text(-1);
      lua_rawget(L, index);
      entries.push_back({std::move(key), value(-1, indent + 2)});
      lua_pop(L, 1);
    }
    for (auto& other : others) entries.push_back(std::move(other));
    return left;
  }

  // Fields in the order of the document, nulls too; then those that were assigned.
  std::string record(int index, const Record& of, size_t indent) {
    lua_State* L = state_;
    std::string instead = closed(index);
    if (!instead.empty()) return instead;
    path_.push_back(lua_topointer(L, index));
    std::vector<Entry> entries;
    size_t left = 0;
    if (of.value.is_array()) {
      for (size_t i = 1; i <= of.value.size(); ++i) {
        if (entries.size() >= options_.entries) {
          left = of.value.size() - i + 1;
          break;
        }
        lua_pushinteger(L, static_cast<lua_Integer>(i));
        lua_gettable(L, index);
        entries.push_back({"", value(-1, indent + 2)});
        lua_pop(L, 1);
      }
    } else {
      std::set<std::string, std::less<>> seen;
      for (auto field : of.value.fields()) {
        seen.emplace(field.key);
        if (entries.size() >= options_.entries) ++left;
        else entries.push_back(field_of(index, field.key, indent));
      }
      lua_getiuservalue(L, index, 1);
      if (lua_istable(L, -1)) {
        std::vector<std::string> added;
        lua_pushnil(L);
        while (lua_next(L, -2) != 0) {
          lua_pop(L, 1);
          if (lua_type(L, -1) == LUA_TSTRING && !seen.contains(std::string_view(lua_tostring(L, -1))))
            added.emplace_back(lua_tostring(L, -1));
        }
        std::sort(added.begin(), added.end());
        for (const auto& key : added) entries.push_back(field_of(index, key, indent));
      }
      lua_pop(L, 1);
    }
    path_.pop_back();
    return join(entries, left, indent);
  }

  Entry field_of(int index, std::string_view key, size_t indent) {
    lua_State* L = state_;
    push_text(L, key);
    std::string shown = key_text(-1);
    lua_gettable(L, index);
    std::string text = lua_isnil(L, -1) ? paint(style_.word, "null") : value(-1, indent + 2);
    lua_pop(L, 1);
    return {std::move(shown), std::move(text)};
  }

  lua_State* state_;
  const InspectOptions& options_;
  const Style& style_;
  std::vector<const void*> path_;
  size_t written_ = 0;
};

}  // namespace

std::string quoted_text(std::string_view text, size_t most_bytes) {
  std::string_view part = text.substr(0, most_bytes);
  if (part.size() < text.size()) {  // not in the middle of a character
    while (!part.empty() && (static_cast<unsigned char>(text[part.size()]) & 0xC0) == 0x80) part.remove_suffix(1);
  }
  std::string out = "\"";
  for (char c : part) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += "\\" + std::to_string(static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  out += "\"";
  if (part.size() < text.size()) out += "… (" + std::to_string(text.size()) + " bytes)";
  return out;
}

std::string inspect(lua_State* L, int index, const InspectOptions& options) { return Inspector(L, options).value(index, 0); }

}  // namespace mlc::script
