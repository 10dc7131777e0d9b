#include "runtime/base/expression.h"

#include <boost/regex.hpp>
#include <set>

namespace mlc {

struct Expression::Compiled {
  std::string text;
  boost::regex regex;
};

Result<Expression> Expression::compile(const std::string& text) {
  try {
    return Expression(std::make_shared<const Compiled>(Compiled{text, boost::regex(text)}));
  } catch (const boost::regex_error& wrong) {
    const auto why = boost::regex_traits<char>().error_string(wrong.code());
    return Error(Code::config, "\"" + text + "\" is no regular expression: " + why);
  }
}

Result<std::vector<std::string>> Expression::find_all(std::string_view text) const {
  const auto& regex = compiled_->regex;
  std::vector<std::string> found;
  std::set<std::string> seen;
  try {
    boost::cregex_iterator at(text.data(), text.data() + text.size(), regex, boost::match_default | boost::match_single_line), end;
    for (; at != end; ++at) {
      auto one = at->str(regex.mark_count() > 0 ? 1 : 0);
      if (seen.insert(one).second) found.push_back(std::move(one));
    }
  } catch (const std::runtime_error& long_one) {  // how Boost tells of its bound on steps
    return Error(Code::exhausted, "\"" + compiled_->text + "\" goes on too long over a text of " + std::to_string(text.size()) + " bytes");
  }
  return found;
}

}  // namespace mlc
