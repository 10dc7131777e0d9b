#include "runtime/remote/pages.h"

#include "runtime/document/node.h"
#include "runtime/document/write.h"

namespace mlc::remote {

namespace {

using document::Node;
using document::Value;

std::string with_query(Value arguments, const std::string& name, Node value) {
  Node next = arguments.is_object() ? Node::copy_of(arguments) : Node::object();
  next["query"].set(name, std::move(value));
  return document::write(next);
}

// As asked for in the arguments, else the operation's.
int64_t asked(Value arguments, const std::string& name, int64_t otherwise) {
  if (name.empty()) return otherwise;
  auto given = arguments.get("query").get(name).integer();
  return given ? *given : otherwise;
}

// Whether no page follows the one of that number: it says so itself, or is not full.
bool is_last(const Pages& pages, Value arguments, Value answer, size_t count, int64_t number) {
  const int64_t size = asked(arguments, pages.size_param, pages.size);
  if (count == 0 || (size > 0 && static_cast<int64_t>(count) < size)) return true;
  if (pages.last.empty()) return false;
  auto last = find_dotted(answer, pages.last).integer();
  return last && *last <= number;
}

// "*.Packages": what each row of the list holds in a list of its own, with the plain fields of the row that holds it.
std::string inner_rows(Value rows, std::string_view list) {
  Node all = Node::array();
  for (const auto row : rows.items()) {
    for (const auto inner : row.get(list).items()) {
      Node merged = Node::copy_of(inner);
      for (const auto field : row.fields())
        if (!field.value.is_object() && !field.value.is_array() && merged.get(field.key) == nullptr)
          merged.set(field.key, Node::copy_of(field.value));
      all.push(std::move(merged));
    }
  }
  return document::write(all);
}

}  // namespace

Result<Page> take_page(const Operation& operation, Value arguments, Value answer) {
  const Pages& pages = *operation.pages;
  Page page;
  page.rows = "[]";
  if (!answer || answer.is_null()) return page;  // 204: there is nothing, or nothing more
  Value rows;
  std::string inner;
  for (const auto& path : pages.rows) {
    const auto at = path.find("*.");
    inner = at == std::string::npos ? "" : path.substr(at + 2);
    rows = find_dotted(answer, at == std::string::npos ? path : path.substr(0, at == 0 ? 0 : at - 1));
    if (rows.is_array()) break;
  }
  if (!rows.is_array()) return Error(Code::corrupt, operation.name + ": the answer holds no list of rows");
  page.rows = inner.empty() ? document::write(rows) : inner_rows(rows, inner);
  page.count = rows.size();

  if (!pages.next.empty()) {
    if (Value link = find_dotted(answer, pages.next); link.is_string() && !link.text().empty()) {
      Node next = Node::object();
      next.set("url", link.text());
      page.next_arguments = document::write(next);
    }
  } else if (!pages.cursor.empty()) {
    Value cursor = find_dotted(answer, pages.cursor);
    if (page.count > 0 && !cursor.text().empty()) page.next_arguments = with_query(arguments, pages.cursor_param, cursor.text());
  } else if (!pages.param.empty()) {
    const int64_t number = asked(arguments, pages.param, pages.first);
    if (!is_last(pages, arguments, answer, page.count, number)) page.next_arguments = with_query(arguments, pages.param, number + 1);
  } else if (!pages.offset.empty() && !is_last(pages, arguments, answer, page.count, 0)) {
    const auto count = static_cast<int64_t>(page.count);
    page.next_arguments = with_query(arguments, pages.offset, asked(arguments, pages.offset, 0) + count);
  }
  return page;
}

}  // namespace mlc::remote
