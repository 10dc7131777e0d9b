#include "runtime/script/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/document/write.h"
#include "runtime/script/decimal_value.h"
#include "runtime/script/isolate.h"
#include "runtime/script/libraries.h"

namespace mlc::script {
namespace {

using document::Kind;
using document::Value;
using mapping::FieldType;
using mapping::Type;
using mapping::Wire;

const char kArrayMeta = 0;

// The tag by which records are known; its functions follow below.
extern const ObjectType kRecord;

void push_child(lua_State* L, const Record& of, Value value, const mapping::RecordType* type) {
  push_object<Record>(L, kRecord, Record{of.document, value, of.types, type, of.held});
}

// "/Date(1756684800000)/" as an instant.
Result<WallTime> read_ms_date(std::string_view text) {
  int64_t ms = 0;
  if (text.size() < 9 || text.substr(0, 6) != "/Date(") return Error(Code::invalid_argument, "no /Date(ms)/");
  auto [end, failed] = std::from_chars(text.data() + 6, text.data() + text.size(), ms);
  if (failed != std::errc() || *end != ')') return Error(Code::invalid_argument, "no /Date(ms)/");
  return from_micros(ms * 1000);
}

Result<WallTime> read_instant(Value value, Wire wire) {
  if (wire == Wire::unix_seconds) {
    auto seconds = value.integer();
    if (!seconds) return seconds.error();
    return from_micros(*seconds * 1'000'000);
  }
  if (wire == Wire::ms_date) return read_ms_date(value.text());
  return parse_instant(value.text());
}

void push_scalar(lua_State* L, Value value, Type type, Wire wire, bool blank_is_missing) {
  if (value.kind() == Kind::boolean) {
    lua_pushboolean(L, value.as_bool());
    return;
  }
  if (value.kind() != Kind::string && value.kind() != Kind::number) {
    lua_pushnil(L);
    return;
  }
  if (blank_is_missing && value.is_string() && value.text().empty()) {
    lua_pushnil(L);
    return;
  }
  if (type == Type::decimal) {
    if (auto number = value.decimal()) return push_decimal(L, *number, value.text().size());
  } else if (type == Type::integer) {
    if (auto number = value.integer()) return lua_pushinteger(L, *number);
  } else if (type == Type::instant) {
    if (auto instant = read_instant(value, wire)) return push_text(L, format_rfc3339(*instant));
  } else if (type == Type::date && (wire == Wire::ms_date || value.text().starts_with("/Date("))) {  // read so, written as ISO text
    if (auto instant = read_ms_date(value.text())) return push_text(L, utc_date(*instant).text());
  } else if (type == Type::date && value.is_string() && value.text().size() > 10) {
    if (parse_iso_date(value.text().substr(0, 10))) return push_text(L, value.text().substr(0, 10));
  }
  if (value.is_number()) {
    push_number(L, value.number_text());
  } else {
    push_text(L, value.text());
  }
}

// The value a script sees for `value`, declared as `field` (null = undeclared).
void push_typed(lua_State* L, const Record& of, Value value, const FieldType* field) {
  if (value.is_object() || value.is_array()) {
    bool record = field != nullptr && (field->type == Type::record || (field->type == Type::list && field->item == Type::record));
    push_child(L, of, value, record ? of.types.find(field->of) : nullptr);
    return;
  }
  push_scalar(L, value, field == nullptr ? Type::any : field->type, field == nullptr ? Wire::plain : field->wire,
              field != nullptr && field->blank_is_missing);
}

// Pushes the table of assigned and already decoded fields; makes it when wanted. False: there is none.
bool push_overlay(lua_State* L, int index, bool make) {
  index = lua_absindex(L, index);
  if (lua_getiuservalue(L, index, 1) == LUA_TTABLE) return true;
  lua_pop(L, 1);
  if (!make) return false;
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, index, 1);
  return true;
}

void push_field(lua_State* L, const Record& record, std::string_view name) {
  Value found = record.value.get(name);
  push_typed(L, record, found, record.type == nullptr ? nullptr : record.type->find(name));
}

// record.field, list[i]
int record_index(lua_State* L) {
  const auto& record = check_object<Record>(L, 1, kRecord);
  if (push_overlay(L, 1, false)) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) {
      if (is_null(L, -1)) lua_pushnil(L);
      return 1;
    }
    lua_settop(L, 2);
  }
  if (record.value.is_array()) {
    if (!lua_isinteger(L, 2) || lua_tointeger(L, 2) < 1) {
      lua_pushnil(L);
      return 1;
    }
    Value item = record.value.at(static_cast<size_t>(lua_tointeger(L, 2) - 1));
    if (item.is_object() || item.is_array()) {
      push_child(L, record, item, record.type);
    } else {
      push_scalar(L, item, Type::any, Wire::plain, false);
    }
  } else if (lua_type(L, 2) == LUA_TSTRING) {
    push_field(L, record, text_argument(L, 2));
  } else {
    lua_pushnil(L);
  }
  if (lua_isuserdata(L, -1) && to_record(L, -1) != nullptr) {
    // Kept, so that what is assigned in a part is seen through the whole.
    push_overlay(L, 1, true);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
  }
  return 1;
}

// record.field = value
int record_newindex(lua_State* L) {
  const auto& record = check_object<Record>(L, 1, kRecord);
  if (record.value.is_array()) raise(L, "a list that was received can't be changed; build a new one");
  if (lua_type(L, 2) != LUA_TSTRING) raise(L, "fields have names, got " + type_of(L, 2));
  push_overlay(L, 1, true);
  lua_pushvalue(L, 2);
  if (lua_isnil(L, 3)) {
    push_null(L);
  } else {
    lua_pushvalue(L, 3);
  }
  lua_rawset(L, -3);
  return 0;
}

int record_len(lua_State* L) {
  const auto& record = check_object<Record>(L, 1, kRecord);
  if (!record.value.is_array()) raise(L, "# of a record: it is no list");
  lua_pushinteger(L, static_cast<lua_Integer>(record.value.size()));
  return 1;
}

// Upvalues: keys, position.
int record_walk(lua_State* L) {
  lua_Integer at = lua_tointeger(L, native_upvalue(2));
  lua_settop(L, 1);
  for (;;) {
    lua_settop(L, 1);
    if (lua_rawgeti(L, native_upvalue(1), ++at) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_gettable(L, 1) != LUA_TNIL) break;
  }
  lua_pushinteger(L, at);
  lua_replace(L, native_upvalue(2));
  return 2;
}

// Keys in document order, then assigned ones in byte order.
void push_keys(lua_State* L, int index, const Record& record) {
  index = lua_absindex(L, index);
  lua_newtable(L);
  lua_Integer count = 0;
  if (record.value.is_array()) {
    for (size_t i = 1; i <= record.value.size(); ++i) {
      lua_pushinteger(L, static_cast<lua_Integer>(i));
      lua_rawseti(L, -2, ++count);
    }
    return;
  }
  for (auto field : record.value.fields()) {
    push_text(L, field.key);
    lua_rawseti(L, -2, ++count);
  }
  if (!push_overlay(L, index, false)) return;
  std::vector<std::string> added;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    lua_pop(L, 1);
    auto key = text_argument(L, lua_gettop(L));
    if (!record.value.get(key)) added.emplace_back(key);
  }
  lua_pop(L, 1);
  std::sort(added.begin(), added.end());
  for (const auto& key : added) {
    push_text(L, key);
    lua_rawseti(L, -2, ++count);
  }
}

int record_pairs(lua_State* L) {
  const auto& record = check_object<Record>(L, 1, kRecord);
  Isolate::of(L).charge(L, record.value.size());
  push_keys(L, 1, record);
  lua_pushinteger(L, 0);
  push_native(L, record_walk, 2);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

int record_eq(lua_State* L) {
  const Record* a = to_record(L, 1);
  const Record* b = to_record(L, 2);
  lua_pushboolean(L, a != nullptr && b != nullptr && a->value.content() == b->value.content() && a->value.index() == b->value.index());
  return 1;
}

int record_tostring(lua_State* L) {
  check_object<Record>(L, 1, kRecord);
  push_text(L, to_json(L, 1));
  return 1;
}

const std::vector<NativeEntry> kMeta = {{"__index", record_index}, {"__newindex", record_newindex},
                                        {"__len", record_len},     {"__pairs", record_pairs},
                                        {"__eq", record_eq},       {"__tostring", record_tostring}};
const ObjectType kRecord = {"record", nullptr, &kMeta, destroy_as<Record>};

class JsonWriter {
 public:
  JsonWriter(lua_State* L, const ToJson& options) : state_(L), options_(options), writer_(out_) {}

  void value(int index, int depth) {
    lua_State* L = state_;
    index = lua_absindex(L, index);
    if (depth > kMaxValueDepth) raise(L, "the value is nested deeper than " + std::to_string(kMaxValueDepth) + " (or contains itself)");
    luaL_checkstack(L, 8, nullptr);
    Isolate::of(L).charge(L, 1 + (out_.size() - charged_) / 64);
    charged_ = out_.size();
    if (out_.capacity() > (1u << 20) && out_.size() * 2 > out_.capacity()) Isolate::of(L).need(L, out_.size() * 2);
    switch (lua_type(L, index)) {
      case LUA_TNIL:
        writer_.null();
        return;
      case LUA_TBOOLEAN:
        writer_.boolean(lua_toboolean(L, index) != 0);
        return;
      case LUA_TSTRING:
        text(text_argument(L, index));
        return;
      case LUA_TNUMBER:
        number(index);
        return;
      case LUA_TTABLE:
        table(index, depth);
        return;
      case LUA_TLIGHTUSERDATA:
        if (!is_null(L, index)) break;
        writer_.null();
        return;
      case LUA_TUSERDATA:
        if (const Decimal* decimal = to_decimal_object(L, index)) {
          writer_.number(*decimal);
          return;
        }
        if (const Record* record = to_record(L, index)) {
          this->record(index, *record, depth);
          return;
        }
        break;
      default:
        break;
    }
    raise(L, "a value of type " + type_of(L, index) + " can't be written as JSON");
  }

  std::string take() { return std::move(out_); }

 private:
  void text(std::string_view bytes) {
    if (!valid_utf8(bytes)) raise(state_, "text that is not UTF-8 can't be written as JSON");
    writer_.string(bytes);
  }

  void number(int index) {
    if (lua_isinteger(state_, index)) {
      writer_.integer(lua_tointeger(state_, index));
      return;
    }
    double value = lua_tonumber(state_, index);
    if (!std::isfinite(value)) raise(state_, "infinity and not-a-number can't be written as JSON");
    if (value == std::floor(value) && std::fabs(value) < 1e15) {
      writer_.integer(static_cast<int64_t>(value));
      return;
    }
    char shortest[40];
    auto [end, failed] = std::to_chars(shortest, shortest + sizeof shortest, value);
    (void)failed;  // forty characters hold any double
    writer_.number(std::string_view(shortest, static_cast<size_t>(end - shortest)));
  }

  void record(int index, const Record& record, int depth) {
    lua_State* L = state_;
    if (!push_overlay(L, index, false)) {
      writer_.value(record.value);
      return;
    }
    int overlay = lua_gettop(L);
    if (record.value.is_array()) {
      writer_.begin_array();
      size_t at = 0;
      for (Value item : record.value.items()) {
        if (lua_rawgeti(L, overlay, static_cast<lua_Integer>(++at)) != LUA_TNIL) {
          value(-1, depth + 1);
        } else {
          writer_.value(item);
        }
        lua_pop(L, 1);
      }
      writer_.end_array();
      lua_pop(L, 1);
      return;
    }
    writer_.begin_object();
    push_keys(L, index, record);
    int keys = lua_gettop(L);
    for (lua_Integer i = 1; lua_rawgeti(L, keys, i) != LUA_TNIL; ++i) {
      auto key = text_argument(L, lua_gettop(L));
      writer_.key(key);
      lua_pushvalue(L, -1);
      if (lua_rawget(L, overlay) != LUA_TNIL) {
        // {} says nothing of what it is; the declared type does.
        const FieldType* field = record.type == nullptr ? nullptr : record.type->find(key);
        bool empty_list = field != nullptr && field->type == Type::list && lua_istable(L, -1) && lua_rawlen(L, -1) == 0;
        if (empty_list) {
          writer_.begin_array();
          writer_.end_array();
        } else {
          value(-1, depth + 1);
        }
      } else {
        writer_.value(record.value.get(key));
      }
      lua_pop(L, 2);
    }
    lua_pop(L, 3);
    writer_.end_object();
  }

  void table(int index, int depth) {
    lua_State* L = state_;
    size_t length = lua_rawlen(L, index);
    if (is_marked_array(L, index) || length > 0) {
      writer_.begin_array();
      for (size_t i = 1; i <= length; ++i) {
        lua_rawgeti(L, index, static_cast<lua_Integer>(i));
        value(-1, depth + 1);
        lua_pop(L, 1);
      }
      size_t keys = 0;
      lua_pushnil(L);
      while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        ++keys;
        bool inside = lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 1 && static_cast<uint64_t>(lua_tointeger(L, -1)) <= length;
        if (!inside) raise(L, "a list has the key '" + show(L, -1) + "' besides its items, or a hole: JSON has no such thing");
      }
      writer_.end_array();
      return;
    }
    std::vector<std::string> keys;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
      bool skipped = options_.skip_functions && lua_isfunction(L, -1);
      lua_pop(L, 1);
      if (lua_type(L, -1) != LUA_TSTRING) raise(L, "keys of JSON objects are texts, got " + type_of(L, -1) + " " + show(L, -1));
      if (!skipped) keys.emplace_back(text_argument(L, lua_gettop(L)));
    }
    std::sort(keys.begin(), keys.end());
    writer_.begin_object();
    for (const auto& key : keys) {
      if (!valid_utf8(key)) raise(L, "a key that is not UTF-8 can't be written as JSON");
      writer_.key(key);
      push_text(L, key);
      lua_rawget(L, index);
      value(-1, depth + 1);
      lua_pop(L, 1);
    }
    writer_.end_object();
  }

  lua_State* state_;
  ToJson options_;
  std::string out_;
  size_t charged_ = 0;
  document::Writer writer_;
};

void push_plain_at(lua_State* L, Value value, int depth) {
  luaL_checkstack(L, 6, "the JSON is nested too deep");
  Isolate::of(L).charge(L, 1);
  switch (value.kind()) {
    case Kind::object:
      lua_createtable(L, 0, static_cast<int>(value.size()));
      for (auto field : value.fields()) {
        push_text(L, field.key);
        push_plain_at(L, field.value, depth + 1);
        lua_rawset(L, -3);
      }
      return;
    case Kind::array: {
      lua_createtable(L, static_cast<int>(value.size()), 0);
      lua_Integer at = 0;
      for (Value item : value.items()) {
        push_plain_at(L, item, depth + 1);
        lua_rawseti(L, -2, ++at);
      }
      mark_array(L);
      return;
    }
    case Kind::string:
      push_text(L, value.text());
      return;
    case Kind::number:
      push_number(L, value.number_text());
      return;
    case Kind::boolean:
      lua_pushboolean(L, value.as_bool());
      return;
    default:
      push_null(L);
      return;
  }
}

}  // namespace

void push_record(lua_State* L, const document::Document& document, Value value, const RecordTypes& types, const mapping::RecordType* type) {
  if (!value.is_object() && !value.is_array()) {
    push_scalar(L, value, Type::any, Wire::plain, false);
    return;
  }
  push_object<Record>(L, kRecord, Record{document, value, types, type, Isolate::of(L).hold(L, document)});
}

const Record* to_record(lua_State* L, int index) { return test_object<Record>(L, index, kRecord); }

void push_plain(lua_State* L, Value value) { push_plain_at(L, value, 0); }

void mark_array(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kArrayMeta) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushliteral(L, "array");
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kArrayMeta);
  }
  lua_setmetatable(L, -2);
}

bool is_marked_array(lua_State* L, int index) {
  if (!lua_getmetatable(L, index)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kArrayMeta);
  bool same = lua_rawequal(L, -1, -2) != 0;
  lua_pop(L, 2);
  return same;
}

std::string to_json(lua_State* L, int index, const ToJson& options) {
  JsonWriter writer(L, options);
  writer.value(index, 0);
  return writer.take();
}

}  // namespace mlc::script
