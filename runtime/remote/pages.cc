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

}  // namespace

Result<Page> take_page(const Operation& operation, Value arguments, Value answer) {
  const Pages& pages = *operation.pages;
  Page page;
  page.rows = "[]";
  if (!answer || answer.is_null()) return page;  // 204: there is nothing, or nothing more
  Value rows, alone;
  for (const auto& path : pages.rows) {
    rows = find_dotted(answer, path);
    if (rows.is_array()) break;
    if (rows.is_object() && !path.empty() && pages.rows.size() == 1) alone = rows;
  }
  if (rows.is_array()) {
    page.rows = document::write(rows);
    page.count = rows.size();
  } else if (alone) {  // some write a list of one as the one
    page.rows = "[" + document::write(alone) + "]";
    page.count = 1;
  } else {
    return Error(Code::corrupt, operation.name + ": the answer holds no list of rows");
  }

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
