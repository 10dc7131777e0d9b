#include "runtime/remote/system_spec.h"

#include <algorithm>
#include <array>

#include "runtime/base/date.h"
#include "runtime/base/encoding.h"
#include "runtime/base/strings.h"
#include "runtime/document/write.h"
#include "runtime/http/message.h"
#include "runtime/remote/spec_reader.h"

namespace mlc::remote {

using document::Value;

Value find_dotted(Value value, std::string_view path) {
  if (path.empty()) return value;
  for (std::string_view step : split(path, '.')) {
    if (value.is_object()) {
      std::string_view rest(step.data(), static_cast<size_t>(path.data() + path.size() - step.data()));
      if (Value named = value.get(rest)) return named;
    }
    if (value.is_array() && all_digits(step) && step.size() < 10) {
      size_t index = 0;
      for (char digit : step) index = index * 10 + static_cast<size_t>(digit - '0');
      value = value.at(index);
    } else {
      value = value.get(step);
    }
    if (!value) return value;
  }
  return value;
}

const Operation* SystemSpec::operation(std::string_view wanted) const {
  auto found = operations.find(wanted);
  return found == operations.end() ? nullptr : &found->second;
}

std::vector<std::string> SystemSpec::schemes() const {
  std::vector<std::string> all;
  for (const auto& transport : transports)
    if (std::find(all.begin(), all.end(), transport.scheme) == all.end()) all.push_back(transport.scheme);
  return all;
}

namespace {

constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "DELETE", "PATCH"};
constexpr Duration kLongestDeadline = std::chrono::minutes(5);
constexpr Duration kLongestLinger = std::chrono::seconds(10);
constexpr int64_t kMostAtOnce = 1000;

using Reader = SpecReader;

Pages parse_pages(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  Pages pages;
  pages.rows = reader.texts("rows");
  if (pages.rows.empty()) pages.rows.push_back("");
  pages.next = reader.text("next");
  pages.param = reader.text("param");
  pages.first = reader.number("first", 1, 0, 1);
  pages.size_param = reader.text("size_param");
  pages.size = reader.number("size", 0, 1, 100'000);
  pages.cursor = reader.text("cursor");
  pages.cursor_param = reader.text("cursor_param");
  pages.offset = reader.text("offset");
  pages.last = reader.text("last");
  const int ways = !pages.next.empty() + !pages.param.empty() + !pages.cursor.empty() + !pages.offset.empty();
  if (ways > 1) reader.fail("", "one of `next`, `param`, `cursor` and `offset`");
  if (!pages.last.empty() && pages.param.empty()) reader.fail("last", "a `param` whose last number it is");
  if (pages.cursor.empty() != pages.cursor_param.empty()) reader.fail("", "`cursor` together with `cursor_param`");
  return pages;
}

std::string parse_zone(Reader& reader) {
  std::string zone = reader.text("zone");
  if (!zone.empty() && !Zone::find(zone)) reader.fail("zone", "a zone like Europe/Amsterdam");
  return zone;
}

BeginsSpec parse_begins(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  BeginsSpec begins{reader.text("operation"), reader.text("moment"), reader.pairs("given"), reader.text("field"),
                    reader.duration("before", Duration{})};
  if (begins.operation.empty() || begins.moment.empty() || begins.field.empty()) reader.fail("", "`operation`, `moment` and `field`");
  return begins;
}

SinceSpec parse_since(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  SinceSpec since;
  since.param = reader.text("param");
  since.field = reader.text("field");
  since.format = reader.text("format", "rfc3339");
  since.query = reader.pairs("query");
  since.sorted = reader.flag("sorted", !since.query.empty());
  if (since.param.empty() || since.field.empty()) reader.fail("", "`param` and `field`");
  if (since.format != "rfc3339" && since.format != "rfc2822" && since.format != "odata" && since.format != "odata_offset" &&
      since.format != "odata_number" && since.format != "wall_clock")
    reader.fail("format", "rfc3339, rfc2822, odata, odata_offset, odata_number or wall_clock");
  since.zone = parse_zone(reader);
  if ((since.format == "wall_clock") != !since.zone.empty()) reader.fail("zone", "a zone, for the format wall_clock only");
  if (Value begins = reader.take("begins")) {
    since.begins = parse_begins(begins, reader.at("begins"), fault);
    if (since.format != "odata_number") reader.fail("begins", "the format odata_number");
  }
  return since;
}

// Names in braces of a template's texts, with the path of each text that holds them.
void names_in_braces(Value value, const std::string& path, std::vector<std::pair<std::string, std::string>>& all) {
  for (auto field : value.fields()) names_in_braces(field.value, path + "." + std::string(field.key), all);
  for (size_t i = 0; value.is_array() && i < value.size(); ++i) names_in_braces(value.at(i), path + "." + std::to_string(i + 1), all);
  if (!value.is_string()) return;
  const auto text = value.text();
  for (size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    all.emplace_back(path, close == std::string_view::npos ? std::string() : std::string(text.substr(open + 1, close - open - 1)));
  }
}

// { path = {…}, query = {…}, headers = {…}, body = … }; `needed`: our reference has to stand in it.
std::string parse_template(Reader& reader, std::string_view name, bool needed) {
  Value asks = reader.take(name);
  if (!asks.is_object()) reader.fail(name, "a table of `path`, `query`, `headers` and `body`", asks);
  for (auto field : asks.fields()) {
    if (field.key != "path" && field.key != "query" && field.key != "headers" && field.key != "body")
      reader.fail(std::string(name) + "." + std::string(field.key), "one of `path`, `query`, `headers` and `body`");
  }
  std::vector<std::pair<std::string, std::string>> all;
  names_in_braces(asks, std::string(name), all);
  bool has_reference = false;
  for (auto [path, name_given] : all) {
    if (name_given.ends_with('?')) name_given.pop_back();
    has_reference = has_reference || name_given == "reference";
    const bool word = !name_given.empty() && std::all_of(name_given.begin(), name_given.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!word && (!name_given.starts_with("body.") || name_given.size() == 5))
      reader.fail(path, "{reference}, {body.<path>} or {<setting>} in its braces");
  }
  if (needed && !has_reference) reader.fail(name, "{reference} somewhere: without it any record would be taken for ours");
  return document::write(asks);
}

AskSpec parse_asks(Reader& reader, std::optional<Error>& fault) {
  AskSpec asks;
  asks.arguments = parse_template(reader, "asks", true);
  asks.found = reader.text("found");
  asks.id = reader.text("id");
  asks.number = reader.text("number");
  asks.parts = reader.text("parts");
  if (Value gone = reader.take("gone")) {
    Reader states(gone, reader.at("gone"), fault);
    asks.gone = {states.text("field"), states.texts("values")};
    if (asks.gone.field.empty() || asks.gone.values.empty()) states.fail("", "`field` and `values`");
  }
  if (Value fetch = reader.take("fetch")) {
    Reader read(fetch, reader.at("fetch"), fault);
    asks.fetch = read.text("read");
    if (asks.fetch.empty()) read.fail("read", "an operation");
    asks.fetch_arguments = parse_template(read, "asks", false);
  }
  return asks;
}

EffectSpec parse_effect(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  EffectSpec effect;
  const std::string kind = reader.text("kind", "D");
  if (kind != "A" && kind != "B" && kind != "C" && kind != "D") reader.fail("kind", "A, B, C or D");
  effect.kind = kind.empty() ? 'D' : kind.front();
  effect.look_up = reader.text("look_up");
  if (value.get("by").is_array()) {
    effect.by_else = reader.texts("by");
    if (!effect.by_else.empty()) effect.by = effect.by_else.front(), effect.by_else.erase(effect.by_else.begin());
  } else {
    effect.by = reader.text("by");
  }
  if (value.get("asks")) effect.asks = parse_asks(reader, fault);
  effect.field = reader.text("field", effect.asks ? "" : effect.by);
  effect.first = reader.flag("first", true);
  const std::string absent = reader.text("absent", "proof");
  if (absent != "proof" && absent != "person") reader.fail("absent", "proof (it was not made) or person (who decides)");
  if (absent == "person") effect.within = reader.duration("within", std::chrono::hours(1));
  effect.key = reader.text("key");
  effect.read = reader.text("read");
  effect.ask = reader.text("ask", effect.key);
  if (Value updatable = reader.take("updatable"); updatable.is_object()) {  // as a text it is a fact for people
    Reader states(updatable, reader.at("updatable"), fault);
    effect.updatable = {states.text("field"), states.texts("values")};
    if (effect.updatable.field.empty() || effect.updatable.values.empty()) states.fail("", "`field` and `values`");
  }
  effect.header = reader.text("header");
  effect.quiet = reader.duration("quiet", std::chrono::minutes(1));
  effect.retention = reader.duration("retention", Duration{});
  effect.may_repeat = reader.flag("may_repeat");
  effect.may_skip = reader.flag("may_skip");
  effect.done = reader.pairs("done");
  if (!effect.done.empty() && effect.kind != 'A') reader.fail("done", "none, but for kind A");
  if (!effect.field.empty() && effect.kind != 'A' && effect.kind != 'C') reader.fail("field", "none, but for kinds A and C");
  if (effect.kind != 'C' && (effect.asks || !effect.first || absent != "proof"))
    reader.fail(effect.asks ? "asks" : effect.first ? "absent" : "first", "none, but for kind C");
  if (effect.within != Duration::zero() && effect.within <= effect.quiet)
    reader.fail("within", "a time longer than `quiet`, in which it is looked for again");
  if (effect.asks && effect.asks->found.empty() && effect.field.empty())
    reader.fail("",
                "`found` (a text that only a record has) or `field` (where a record bears the reference): an empty answer must not count");
  // Facts of the remote that people read (partial or full replace, states that can't be updated any more).
  for (const char* known : {"replace", "duplicates", "undo", "lag"}) reader.take(known);
  // reliability.md section 2, rule (a): an upsert without its key doubles with every retry.
  if (effect.kind == 'A' && effect.key.empty()) reader.fail("key", "the field that identifies the record");
  if (effect.kind == 'C' && (effect.look_up.empty() || effect.by.empty())) reader.fail("", "`look_up` and `by`");
  if (effect.kind == 'B' && (effect.header.empty() || effect.retention <= Duration::zero())) reader.fail("", "`header` and `retention`");
  if (!effect.header.empty() && !http::is_token(effect.header)) reader.fail("header", "a header name");
  return effect;
}

ContentSpec parse_content(Value value, const std::string& path, std::optional<Error>& fault) {
  constexpr int64_t kLargest = 16 << 20;
  Reader reader(value, path, fault);
  ContentSpec content;
  content.field = reader.text("field");
  content.type = reader.text("type");
  content.most = static_cast<size_t>(reader.number("most", kLargest, 1, kLargest));
  content.alone = reader.flag("alone");
  if (content.field.empty() || content.type.empty()) reader.fail("", "`field` and `type`");
  return content;
}

BatchSpec parse_batch(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  BatchSpec batch;
  batch.as = reader.text("as");
  batch.max = static_cast<size_t>(reader.number("max", 0, 2, kMostAtOnce));
  batch.linger = reader.duration("linger", std::chrono::milliseconds(500));
  batch.results = reader.text("results");
  batch.each = reader.text("each");
  batch.ok = reader.text("ok");
  batch.message = reader.text("message");
  if (batch.as.empty() || batch.max < 2 || batch.each.empty() || batch.ok.empty()) reader.fail("", "`as`, `max`, `each` and `ok`");
  if (batch.linger < Duration::zero() || batch.linger > kLongestLinger) reader.fail("linger", "at most ten seconds");
  return batch;
}

EndSpec parse_end(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  EndSpec end;
  end.status = static_cast<int>(reader.number("status", end.status, 200, 299));
  end.header = reader.text("header", end.header);
  end.every = reader.duration("every", std::chrono::seconds(1));
  end.within = reader.duration("within", std::chrono::minutes(2));
  if (!http::is_token(end.header)) reader.fail("header", "a header name");
  if (end.every <= Duration::zero() || end.within < end.every || end.within > kLongestDeadline)
    reader.fail("within", "a time of at least `every` and at most five minutes");
  return end;
}

Meaning parse_meaning(Value value, const std::string& path, std::optional<Error>& fault) {
  Reader reader(value, path, fault);
  Meaning meaning;
  const std::string is = reader.text("is");
  if (is == "not_found") meaning.is = Meaning::Is::not_found;
  else if (is == "busy") meaning.is = Meaning::Is::busy;
  else if (is != "rejected") reader.fail("is", "not_found, rejected or busy");
  meaning.status = reader.statuses("status");
  meaning.path = reader.text("path");
  meaning.has = reader.text("has");
  meaning.until_day = value.get("wait").text() == "day";
  if (meaning.until_day) reader.text("wait");
  else meaning.wait = reader.duration("wait", std::chrono::seconds(15));
  if (meaning.has.empty()) reader.fail("has", "words of the answer");
  return meaning;
}

// One way to sign in, or several with names: { usual = "oauth", ways = { oauth = {…}, session = {…} } }.
Status parse_ways(Value value, SystemSpec& spec, std::optional<Error>& fault) {
  if (!value.get("ways")) {
    auto auth = auth::parse_auth(value, "auth");
    if (!auth) return auth.error();
    spec.auth = std::make_shared<const auth::AuthSpec>(std::move(*auth));
    return ok_status();
  }
  Reader reader(value, "auth", fault);
  spec.usual_way = reader.text("usual");
  for (auto way : reader.take("ways").fields()) {
    auto auth = auth::parse_auth(way.value, "auth.ways." + std::string(way.key));
    if (!auth) return auth.error();
    spec.ways[std::string(way.key)] = std::make_shared<const auth::AuthSpec>(std::move(*auth));
  }
  auto usual = spec.ways.find(spec.usual_way);
  if (usual == spec.ways.end()) return Error(Code::config, "auth.usual: expected one of the names in `ways`");
  spec.auth = usual->second;
  return ok_status();
}

Operation parse_operation(std::string_view name, Value value, std::optional<Error>& fault) {
  Reader reader(value, "operations[\"" + std::string(name) + "\"]", fault);
  Operation operation;
  operation.name = std::string(name);
  for (std::string_view method : kMethods) {
    std::string path = reader.text(method);
    if (path.empty()) continue;
    if (!operation.method.empty()) reader.fail("", "one method");
    if (path.front() != '/') reader.fail(method, "a path that begins with /");
    operation.method = method;
    operation.path = std::move(path);
  }
  if (operation.method.empty()) reader.fail("", "one of GET, POST, PUT, DELETE and PATCH with a path");
  operation.reads = reader.flag("reads", operation.method == "GET");
  if (Value pages = reader.take("pages")) operation.pages = parse_pages(pages, reader.at("pages"), fault);
  operation.query = reader.pairs("query");
  if (Value since = reader.take("since")) operation.since = parse_since(since, reader.at("since"), fault);
  if (Value period = reader.take("period")) {
    Reader fields(period, reader.at("period"), fault);
    operation.period = PeriodSpec{fields.text("from"), fields.text("to"), fields.text("field"), fields.pairs("query"), parse_zone(fields)};
    if (operation.period->from.empty() || operation.period->to.empty() || operation.period->field.empty())
      fields.fail("", "`from`, `to` and `field`");
  }
  if (Value find = reader.take("find")) {
    Reader fields(find, reader.at("find"), fault);
    operation.find.param = fields.text("param");
    operation.find.format = fields.text("format");
    const auto& format = operation.find.format;
    if (!format.empty() && format != "odata" && format != "list" && format != "rows") fields.fail("format", "odata, list or rows");
    if (!format.empty() && format != "rows" && operation.find.param.empty()) fields.fail("param", "the parameter of the filter");
  }
  if (Value any_of = reader.take("any_of")) {
    Reader fields(any_of, reader.at("any_of"), fault);
    operation.any_of = AnyOfSpec{fields.text("param"), fields.text("join"), static_cast<size_t>(fields.number("max", 20, 2, kMostAtOnce))};
    if (operation.any_of->param.empty() || operation.any_of->join.empty()) fields.fail("", "`param` and `join`");
    if (!operation.pages) fields.fail("", "an operation with `pages`");
  }
  if (Value listed = reader.take("listed")) {
    Reader fields(listed, reader.at("listed"), fault);
    operation.listed = ListedSpec{fields.text("list"), fields.text("find"), fields.text("field")};
    if (operation.listed->list.empty() || operation.listed->field.empty()) fields.fail("", "`list`, `find` and `field`");
    if (operation.listed->find.find("{id}") == std::string::npos) fields.fail("find", "a text with {id} in it");
    if (!operation.reads || operation.pages) fields.fail("", "an operation that reads one record");
  }
  operation.unwrap = reader.texts("unwrap");
  operation.takes = reader.text("takes");
  operation.gives = reader.text("gives");
  operation.id = reader.text("id");
  operation.number = reader.text("number");
  if (Value effect = reader.take("effect")) {
    if (operation.reads) reader.fail("effect", "none, for an operation that only reads");
    operation.effect = parse_effect(effect, reader.at("effect"), fault);
  }
  operation.create = reader.flag("create", operation.method == "POST" && operation.effect.kind == 'C');
  if (Value confirm = reader.take("confirm")) {
    Reader fields(confirm, reader.at("confirm"), fault);
    operation.confirm_read = fields.text("read");
    operation.confirm_fields = fields.texts("compare");
    if (operation.confirm_read.empty()) fields.fail("read", "an operation");
  }
  if (Value ends = reader.take("ends")) {
    if (operation.reads) reader.fail("ends", "none, for an operation that only reads");
    operation.end = parse_end(ends, reader.at("ends"), fault);
  }
  operation.deadline = reader.duration("deadline", operation.deadline);
  if (operation.deadline <= Duration::zero() || operation.deadline > kLongestDeadline) reader.fail("deadline", "at most five minutes");
  if (Value expect = reader.take("expect")) {
    Reader fields(expect, reader.at("expect"), fault);
    operation.expect = ExpectSpec{fields.texts("rows"), fields.pairs("where"), fields.text("show")};
    if (operation.expect->rows.empty()) operation.expect->rows.push_back("");
    if (!operation.expect->where.empty() && operation.expect->show.empty()) fields.fail("show", "how a row is named");
  }
  operation.rejects = reader.statuses("rejects");
  operation.refused_unless = reader.text("refused_unless");
  operation.link_hosts = reader.texts("link_hosts");
  if (!operation.link_hosts.empty() && operation.method != "GET") reader.fail("link_hosts", "none, but for a GET");
  if (Value batch = reader.take("batch")) {
    operation.batch = parse_batch(batch, reader.at("batch"), fault);
    if (operation.effect.kind != 'A') reader.fail("batch", "an effect of kind A: each needs a key of its own");
  }
  if (Value content = reader.take("content")) operation.content = parse_content(content, reader.at("content"), fault);
  if (operation.name.starts_with("ping") && value.get("asks")) operation.asks = parse_template(reader, "asks", false);
  operation.optional = reader.text("optional");
  operation.body_secrets = reader.texts("secrets");
  operation.fix = reader.pairs("fix");
  for (const char* known : {"doc", "scopes", "access"}) reader.take(known);
  return operation;
}

// What a look-up is given must be what it takes.
void check_asked(const std::string& name, const std::string& at, const Operation& read, const std::string& arguments,
                 std::optional<Error>& fault) {
  auto parsed = document::Document::parse(arguments);
  if (!parsed || fault) return;
  const auto wrong = [&](const std::string& what) {
    if (!fault) fault = Error(Code::config, "operations[\"" + name + "\"]." + at + what);
  };
  for (auto field : parsed->root().get("path").fields()) {
    if (read.path.find("{" + std::string(field.key) + "}") == std::string::npos)
      wrong(".path." + std::string(field.key) + ": the path of " + read.name + " has no {" + std::string(field.key) + "}");
  }
  if (parsed->root().get("body") && read.method == "GET") wrong(".body: " + read.name + " is a GET and takes none");
  for (auto field : parsed->root().get("headers").fields()) {
    if (!http::is_token(field.key) || !field.value.is_string()) wrong(".headers." + std::string(field.key) + ": expected a header");
  }
}

TransportSpec parse_transport(Value value, const std::string& path, std::optional<Error>& fault) {
  constexpr std::array<std::string_view, 5> kSchemes = {"folder", "raw", "ipp", "ipps", "https"};
  Reader reader(value, path, fault);
  TransportSpec transport;
  transport.scheme = reader.text("scheme");
  if (std::find(kSchemes.begin(), kSchemes.end(), transport.scheme) == kSchemes.end())
    reader.fail("scheme", "folder, raw, ipp, ipps or https");
  transport.when = reader.pairs("when");
  transport.headers = reader.pairs("headers");
  for (auto field : reader.take("operations").fields())
    transport.operations.emplace(field.key, parse_operation(field.key, field.value, fault));
  return transport;
}

// Names of operations that others rely on must exist.
void check_references(const std::map<std::string, Operation, std::less<>>& operations, std::optional<Error>& fault) {
  const auto there = [&](const std::string& name) {
    auto found = operations.find(name);
    return found == operations.end() ? nullptr : &found->second;
  };
  for (const auto& [name, operation] : operations) {
    const std::string none;
    const auto& asks = operation.effect.asks;
    const auto& begins = operation.since ? operation.since->begins : std::optional<BeginsSpec>();
    for (const auto& [field, target] : {std::pair<std::string, const std::string&>{"effect.look_up", operation.effect.look_up},
                                        {"effect.fetch.read", asks ? asks->fetch : none},
                                        {"effect.read", operation.effect.read},
                                        {"confirm.read", operation.confirm_read},
                                        {"since.begins.operation", begins ? begins->operation : none}}) {
      if (target.empty() || fault) continue;
      const Operation* other = there(target);
      if (other == nullptr) fault = Error(Code::config, "operations[\"" + name + "\"]." + field + ": there is no operation " + target);
      else if (!other->reads) fault = Error(Code::config, "operations[\"" + name + "\"]." + field + ": " + target + " does not only read");
    }
    if (operation.listed && !fault) {
      const Operation* list = there(operation.listed->list);
      if (list == nullptr || !list->any_of)
        fault =
            Error(Code::config, "operations[\"" + name + "\"].listed.list: expected a list with `any_of`, found " + operation.listed->list);
    }
    if (asks && !fault) {
      check_asked(name, "effect.asks", *there(operation.effect.look_up), asks->arguments, fault);
      if (!asks->fetch.empty()) check_asked(name, "effect.fetch.asks", *there(asks->fetch), asks->fetch_arguments, fault);
    }
    if (!operation.batch || fault) continue;
    const Operation* together = there(operation.batch->as);
    if (together == nullptr || together->reads)
      fault = Error(Code::config, "operations[\"" + name + "\"].batch.as: expected an operation that writes, found " + operation.batch->as);
  }
}

}  // namespace

Result<std::shared_ptr<const SystemSpec>> parse_system(std::string_view json) {
  auto parsed = document::Document::parse(std::string(json));
  if (!parsed) return parsed.error().wrap("system");
  auto spec = std::make_shared<SystemSpec>();
  std::optional<Error> fault;
  {
    Reader reader(parsed->root(), "system", fault);
    spec->name = reader.text("name");
    if (spec->name.empty()) reader.fail("name", "a text");
    Value base = reader.take("base_url");
    if (base.is_string()) {
      spec->base_urls[""] = std::string(base.text());
    } else {
      for (auto region : base.fields()) {
        if (!region.value.is_string()) reader.fail("base_url." + std::string(region.key), "an address", region.value);
        spec->base_urls[std::string(region.key)] = std::string(region.value.text());
      }
    }
    spec->headers = reader.pairs("headers");
    for (const auto& [name, value] : spec->headers) {
      if (!http::is_token(name) || !http::is_field_value(value)) reader.fail("headers." + name, "a header");
    }
    auto signing_in = parse_ways(reader.take("auth"), *spec, fault);
    if (!signing_in) return signing_in.error().wrap("system " + spec->name);
    if (Value wrapping = reader.take("values")) {
      Reader fields(wrapping, "values", fault);
      spec->wrapping = Wrapping{fields.text("field"), {}};
      for (auto& name : fields.texts("bare")) spec->wrapping->bare.insert(std::move(name));
      if (spec->wrapping->field.empty()) fields.fail("field", "the name that values are wrapped in");
    }
    auto rules = limits::parse_rules(reader.take("limits"), "limits");
    if (!rules) return rules.error().wrap("system " + spec->name);
    spec->rules = std::make_shared<const std::vector<limits::Rule>>(std::move(*rules));
    if (Value errors = reader.take("errors")) {
      Reader fields(errors, "errors", fault);
      spec->message_paths = fields.texts("message");
      spec->field_errors = fields.text("fields");
      spec->hints = fields.pairs("hints");
      for (auto meaning : fields.take("means").items()) spec->meanings.push_back(parse_meaning(meaning, "errors.means", fault));
      if (Value refusal = fields.take("refusal_like")) {
        Reader inner(refusal, "errors.refusal_like", fault);
        spec->refusal_like = RefusalLike{inner.statuses("status"), inner.text("path"), inner.texts("unless_prefix")};
        if (spec->refusal_like->status.empty() || spec->refusal_like->path.empty()) inner.fail("", "`status` and `path`");
      }
    }
    if (Value webhooks = reader.take("webhooks")) spec->webhooks = document::write(webhooks);
    for (auto field : reader.take("operations").fields()) {
      if (field.value.get("access")) continue;  // of another way in: access.h
      spec->operations.emplace(field.key, parse_operation(field.key, field.value, fault));
    }
    spec->concern = reader.text("concern");
    if (!spec->concern.empty() && spec->concern != "finance" && spec->concern != "warehouse" && spec->concern != "operator")
      reader.fail("concern", "finance, warehouse or operator");
    for (auto transport : reader.take("transports").items())
      spec->transports.push_back(parse_transport(transport, "transports." + std::to_string(spec->transports.size() + 1), fault));
    for (const char* known : {"types", "doc", "version", "ping", "access"}) reader.take(known);
  }
  check_references(spec->operations, fault);
  for (const auto& transport : spec->transports) check_references(transport.operations, fault);
  if (fault) return fault->wrap("system " + spec->name);
  return std::shared_ptr<const SystemSpec>(std::move(spec));
}

}  // namespace mlc::remote
