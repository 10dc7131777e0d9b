// xml: elements as tables {name =, attributes = {}, "text", {name = …}, …}, strict both ways; no DTD, no entities of its own.
#include "runtime/document/xml.h"

#include "bindings/modules.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"

namespace mlc::bindings {
namespace {

using namespace script;
using document::XmlToken;
using document::XmlTokens;
using Kind = XmlToken::Kind;

constexpr size_t kMaxDepth = 64;

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The element whose open token stands at `at`; moves `at` behind its close.
void push_element(lua_State* L, const XmlTokens& xml, size_t& at, bool keep_space) {
  luaL_checkstack(L, 6, "XML");
  lua_createtable(L, 0, 2);
  push_text(L, xml.text(xml.tokens[at++]));
  lua_setfield(L, -2, "name");
  lua_newtable(L);
  for (; xml.tokens[at].kind == Kind::attribute; at += 2) {
    push_text(L, xml.text(xml.tokens[at]));
    push_text(L, xml.text(xml.tokens[at + 1]));
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "attributes");
  // White space that only indents is no content; where an element has nothing but text, every blank counts.
  bool only_text = true;
  for (size_t i = at, depth = 0; depth != 0 || xml.tokens[i].kind != Kind::close; ++i) {
    depth += xml.tokens[i].kind == Kind::open ? 1 : 0;
    depth -= xml.tokens[i].kind == Kind::close ? 1 : 0;
    if (depth > 0) {
      only_text = false;
      break;
    }
  }
  lua_Integer items = 0;
  while (xml.tokens[at].kind != Kind::close) {
    if (xml.tokens[at].kind == Kind::open) {
      push_element(L, xml, at, keep_space);
    } else {
      auto text = xml.text(xml.tokens[at++]);
      if (!keep_space && !only_text && blank(text)) continue;
      push_text(L, text);
    }
    lua_rawseti(L, -2, ++items);
  }
  ++at;
}

// xml.parse(text, {keep_space = false}?) -> root element | nil, err
int parse(lua_State* L) {
  auto text = text_argument(L, 1);
  Options options(L, 2, {"keep_space"});
  bool keep_space = options.flag("keep_space", false);
  Isolate& isolate = Isolate::of(L);
  isolate.need(L, text.size() * 5);  // the buffer, and 12 bytes a token of at least 3 characters
  isolate.charge(L, text.size() / 16);
  auto read = document::read_xml(text);
  if (!read) return push_failure(L, read.error());
  isolate.charge(L, read->tokens.size());
  size_t at = 0;
  push_element(L, *read, at, keep_space);
  return 1;
}

// Text, integers and decimals; a float has lost its exactness before it came here.
std::string scalar(lua_State* L, int index, const std::string& where) {
  int type = lua_type(L, index);
  if (type == LUA_TSTRING || lua_isinteger(L, index) || type == LUA_TBOOLEAN || to_decimal_object(L, index) != nullptr)
    return show(L, index);
  raise(L, "xml.encode: " + where + ": text, number or decimal expected, got " + type_of(L, index));
}

void append(lua_State* L, std::string& out, std::string_view text, bool attribute, const std::string& where) {
  if (!document::append_xml_text(out, text, attribute)) raise(L, "xml.encode: " + where + " has characters that XML can't carry");
}

void encode_element(lua_State* L, int index, size_t depth, std::string& out) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, "XML");
  if (depth > kMaxDepth) raise(L, "xml.encode: elements lie more than 64 deep in each other");
  if (lua_getfield(L, index, "name") != LUA_TSTRING) raise(L, "xml.encode: an element has a name");
  std::string name(text_argument(L, lua_gettop(L)));
  lua_pop(L, 1);
  if (!document::is_xml_name(name)) raise(L, "xml.encode: '" + name + "' is no name of an element");
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    std::string key = show(L, -1);
    if (!lua_isinteger(L, -1) && key != "name" && key != "attributes")
      raise(L, "xml.encode: <" + name + ">: unknown field '" + key + "'; an element has name, attributes and its items");
  }
  out += "<" + name;
  if (lua_getfield(L, index, "attributes") != LUA_TNIL) {
    if (!lua_istable(L, -1)) raise(L, "xml.encode: <" + name + ">: attributes are a table");
    std::map<std::string, std::string> attributes;
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
      std::string key = show(L, -2);
      if (!document::is_xml_name(key)) raise(L, "xml.encode: <" + name + ">: '" + key + "' is no name of an attribute");
      attributes[key] = scalar(L, -1, "attribute " + key + " of <" + name + ">");
      lua_pop(L, 1);
    }
    for (const auto& [key, value] : attributes) {
      out += " " + key + "=\"";
      append(L, out, value, true, "attribute " + key + " of <" + name + ">");
      out += "\"";
    }
  }
  lua_pop(L, 1);
  auto count = static_cast<lua_Integer>(lua_rawlen(L, index));
  Isolate::of(L).charge(L, static_cast<size_t>(count) + 1);
  if (out.capacity() > 65536 && out.size() * 2 > out.capacity()) Isolate::of(L).need(L, out.size() * 2);
  if (count == 0) {
    out += "/>";
    return;
  }
  out += ">";
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(L, index, i);
    if (lua_istable(L, -1)) {
      encode_element(L, -1, depth + 1, out);
    } else {
      append(L, out, scalar(L, -1, "item " + std::to_string(i) + " of <" + name + ">"), false, "the text of <" + name + ">");
    }
    lua_pop(L, 1);
  }
  out += "</" + name + ">";
}

// xml.encode(element, {declaration = true}?) -> text; attributes in byte order
int encode(lua_State* L) {
  table_argument(L, 1);
  Options options(L, 2, {"declaration"});
  std::string out = options.flag("declaration", true) ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" : "";
  encode_element(L, 1, 1, out);
  push_text(L, out);
  return 1;
}

std::string element_name(lua_State* L, int index) {
  lua_getfield(L, index, "name");
  std::string name = lua_type(L, -1) == LUA_TSTRING ? show(L, -1) : "";
  lua_pop(L, 1);
  return name;
}

// Pushes the first (or each, into a list) child with the name.
int children_of(lua_State* L, bool all) {
  table_argument(L, 1);
  std::string wanted(text_argument(L, 2));
  lua_settop(L, 2);
  auto count = static_cast<lua_Integer>(lua_rawlen(L, 1));
  Isolate::of(L).charge(L, static_cast<size_t>(count));
  if (all) lua_newtable(L);
  lua_Integer found = 0;
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(L, 1, i);
    if (lua_istable(L, -1) && element_name(L, -1) == wanted) {
      if (!all) return 1;
      lua_rawseti(L, 3, ++found);
    } else {
      lua_pop(L, 1);
    }
  }
  if (!all) lua_pushnil(L);
  return 1;
}

// xml.child(element, name) -> the first child of that name | nil
int child(lua_State* L) { return children_of(L, false); }
// xml.children(element, name) -> list
int children(lua_State* L) { return children_of(L, true); }

void append_text(lua_State* L, int index, size_t depth, std::string& out) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 4, "XML");
  if (depth > kMaxDepth) raise(L, "xml.text: elements lie more than 64 deep in each other");
  auto count = static_cast<lua_Integer>(lua_rawlen(L, index));
  for (lua_Integer i = 1; i <= count; ++i) {
    lua_rawgeti(L, index, i);
    if (lua_istable(L, -1)) append_text(L, -1, depth + 1, out);
    else out += show(L, -1);
    lua_pop(L, 1);
  }
  Isolate::of(L).need(L, out.size());
  Isolate::of(L).charge(L, static_cast<size_t>(count) + 1);
}

// xml.text(element) -> all text in it, in document order
int text(lua_State* L) {
  table_argument(L, 1);
  std::string out;
  append_text(L, 1, 1, out);
  push_text(L, out);
  return 1;
}

}  // namespace

script::Module xml_module() {
  return {"xml", {{"parse", parse}, {"encode", encode}, {"child", child}, {"children", children}, {"text", text}}, nullptr};
}

}  // namespace mlc::bindings
