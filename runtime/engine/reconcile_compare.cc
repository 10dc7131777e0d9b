#include "runtime/engine/reconcile_compare.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "runtime/base/currency.h"

namespace mlc::engine {
namespace {

using Class = Reconciled::Class;
using Difference = Reconciled::Difference;
using Record = ReconcileRecord;

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// What people call a record: an id says nothing to them.
std::string name_of(const Record& record) {
  const bool by_number = !record.number.empty() && (record.numbered || record.key.starts_with("#"));
  return by_number ? record.number : record.key;
}

std::string call(const std::string& noun, const Record& record) { return noun + " " + name_of(record); }

std::string with_currency(const Decimal& amount, const std::string& currency) {
  return money(amount) + (currency.empty() ? "" : " " + currency);
}

std::string many(const std::string& noun) {
  const bool is_entry =
      noun.size() > 1 && noun.back() == 'y' && std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  return is_entry ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s";
}

bool same_month(Date a, Date b) { return a.year == b.year && a.month == b.month; }

class Comparing {
 public:
  Comparing(const std::vector<ReconcileInput>& inputs, size_t index, Date from, Date to, Reconciled* result)
      : inputs_(inputs), input_(inputs[index]), spec_(*input_.spec), from_(from), to_(to), result_(*result) {}

  void run() {
    auto& told = result_.comparisons.emplace_back();
    told.name = spec_.name, told.left_noun = spec_.left.noun, told.right_noun = spec_.right.noun;
    told.amounts = !spec_.left.total.empty() || !spec_.right.total.empty();
    std::set<std::string> keys;
    for (const auto& [key, record] : input_.left) {
      keys.insert(key);
      if (!within(record)) continue;
      if (!record.sold) {
        ++told.not_sold;
        continue;
      }
      ++told.left_count;
      auto& day = day_of(record);
      ++day.left_count;
      day.left_total = day.left_total + record.total;
    }
    for (const auto& [key, record] : input_.right) {
      keys.insert(key);
      if (!within(record)) continue;
      ++told.right_count;
      auto& day = day_of(record);
      ++day.right_count;
      day.right_total = day.right_total + record.total;
      ++states_[record.state];
      for (const auto& one : record.booked) {
        auto& sum = accounts_[{one.account, one.cost_center, record.currency}];
        sum.lines += one.lines, sum.net = sum.net + one.net, sum.tax = sum.tax + one.tax;
      }
    }
    result_.left_count += told.left_count, result_.right_count += told.right_count;
    for (const auto& key : keys) judge(key);
    for (auto& [key, day] : days_) result_.days.push_back(day);
    for (auto& [key, sum] : accounts_)
      result_.accounts.push_back({spec_.name, std::get<0>(key), "", std::get<1>(key), std::get<2>(key), sum.lines, sum.net, sum.tax});
    for (const auto& [state, count] : states_)
      if (!state.empty()) result_.states.push_back({spec_.name, state, count});
  }

 private:
  // " of 12.50 EUR"; nothing where records have no amount.
  std::string worth(const Decimal& amount, const std::string& currency) const {
    return spec_.left.total.empty() ? "" : " of " + with_currency(amount, currency);
  }

  bool within(const Record& record) const { return record.date >= from_ && record.date <= to_; }

  // A side that names no currency has that of what it is held against.
  std::string currency_of(const Record& record) const {
    if (!record.currency.empty()) return record.currency;
    const auto other = input_.right.find(record.key);
    if (other != input_.right.end()) return other->second.currency;
    return input_.right.empty() ? "" : input_.right.begin()->second.currency;
  }

  // Declared in hundredths; without a minor unit it counts in the currency's whole ones.
  Decimal tax_within(const std::string& currency) const {
    return minor_digits(currency) == 0 ? spec_.tax_within * Decimal::from_int64(100) : spec_.tax_within;
  }

  Reconciled::Day& day_of(const Record& record) {
    const auto currency = currency_of(record);
    auto& day = days_[{record.date, currency}];
    day.comparison = spec_.name, day.date = record.date, day.currency = currency;
    return day;
  }

  Difference made(Class kind, const std::string& key, const Record* left, const Record* right) const {
    Difference one;
    one.kind = kind, one.comparison = spec_.name, one.key = key;
    const Record& of = left != nullptr ? *left : *right;
    one.date = of.date, one.currency = currency_of(of);
    if (right != nullptr) one.right_date = right->date.text();
    if (left != nullptr)
      one.left_number = left->number, one.left = money(left->total), one.connection = left->connection, one.job_key = left->job_key;
    if (right != nullptr) one.right_number = right->number, one.right = money(right->total);
    return one;
  }

  const ReconcileHint* hint(const std::string& key) const {
    const auto found = input_.hints.find(key);
    return found == input_.hints.end() ? nullptr : &found->second;
  }

  // What a job that is still open will change, is no finding yet.
  void add(Difference one) {
    const auto* known = hint(one.key);
    if (known != nullptr && known->job != 0 && !one.explained) {
      one.kind = Class::waiting;
      one.job = known->job, one.case_id = known->case_id;
      one.sentence += " Job " + std::to_string(known->job) + (known->job_state == "parked" ? " is parked" : " is " + known->job_state) +
                      (known->case_id != 0 ? " in case " + std::to_string(known->case_id) : "") +
                      (known->reason.empty() ? "." : ": " + known->reason);
    }
    result_.differences.push_back(std::move(one));
  }

  // Documents of a key, without those that documents of another comparison undo in full: both stand in the books for good.
  std::vector<const Record*> standing(const std::string& key, std::vector<std::pair<const Record*, const Record*>>* undone) const {
    std::vector<const Record*> documents;
    for (auto [at, end] = input_.right.equal_range(key); at != end; ++at) documents.push_back(&at->second);
    for (const auto& other : inputs_) {
      if (spec_.undone_by.empty() || spec_.undone_suffix.empty() || other.spec->name != spec_.undone_by) continue;
      for (auto [at, end] = other.right.equal_range(key + spec_.undone_suffix); at != end; ++at) {
        const auto& credit = at->second;
        const auto of = std::find_if(documents.begin(), documents.end(), [&](const Record* one) { return one->total == credit.total; });
        if (of == documents.end()) continue;
        undone->emplace_back(*of, &credit);
        documents.erase(of);
      }
    }
    return documents;
  }

  void judge(const std::string& key) {
    const auto found = input_.left.find(key);
    const Record* left = found == input_.left.end() ? nullptr : &found->second;
    std::vector<std::pair<const Record*, const Record*>> undone;
    const auto right = standing(key, &undone);
    for (const auto& [document, credit] : undone) {
      if (!within(*document)) continue;
      auto one = made(Class::skipped, key, left, document);
      one.explained = true, one.left = "", one.date = document->date;
      one.sentence =
          (left != nullptr && !left->sold ? capital(call(spec_.left.noun, *left)) + " is " + left->why_not + "; " : std::string()) +
          call(spec_.right.noun, *document) + " is undone by " + name_of(*credit) + ".";
      one.sentence = capital(one.sentence);
      add(std::move(one));
    }
    const bool concerned = (left != nullptr && left->sold && within(*left)) ||
                           std::any_of(right.begin(), right.end(), [&](const Record* document) { return within(*document); });
    if (!concerned) return;
    if (right.empty()) return judge_missing(key, *left, undone.empty() ? nullptr : undone.back().second);
    if (left == nullptr || !left->sold) {
      for (const auto* document : right)
        if (within(*document)) judge_extra(key, left, *document);
      return;
    }
    if (right.size() > 1) return judge_doubled(key, *left, right);
    judge_pair(key, *left, *right.front());
  }

  void judge_missing(const std::string& key, const Record& left, const Record* credited) {
    auto one = made(Class::missing, key, &left, nullptr);
    const auto* known = hint(key);
    const auto name = capital(call(spec_.left.noun, left));
    if (known != nullptr && known->job == 0 && !known->skipped.empty()) {
      one.kind = Class::skipped;
      one.explained = true;
      one.sentence = name + " makes no " + spec_.right.noun + ": " + known->skipped + (known->skipped.ends_with('.') ? "" : ".");
    } else if (known != nullptr && known->job == 0 && is_of_open_day(left)) {
      one.kind = Class::skipped;
      one.explained = true;
      one.sentence = name + " has no " + spec_.right.noun + " yet: its day is not over.";
    } else if (credited != nullptr) {
      one.sentence = name + worth(left.total, currency_of(left)) + " is sold, but its " + spec_.right.noun + " was undone by " +
                     name_of(*credited) + " and it has no new one.";
    } else if (known != nullptr && !known->was.empty()) {
      one.sentence = name + worth(left.total, currency_of(left)) + " had " + spec_.right.noun + " " + known->was +
                     ", which is no longer in the books.";
    } else {
      one.sentence = name + worth(left.total, currency_of(left)) + " has no " + spec_.right.noun + ".";
    }
    add(std::move(one));
  }

  bool is_of_open_day(const Record& record) const { return spec_.left.day_ends && input_.today && record.date >= *input_.today; }

  // What was sold no more and is undone by documents of another comparison adds up to nothing.
  const Record* undone_by(const std::string& key, const Record& document) const {
    if (spec_.undone_by.empty()) return nullptr;
    for (const auto& other : inputs_) {
      if (other.spec->name != spec_.undone_by) continue;
      Decimal sum;
      const Record* last = nullptr;
      for (auto at = other.right.lower_bound(key + "-"); at != other.right.end() && at->first.starts_with(key + "-"); ++at)
        sum = sum + at->second.total, last = &at->second;
      if (last != nullptr && sum >= document.total) return last;
    }
    return nullptr;
  }

  // The document that a document of this comparison undoes in full.
  const Record* undoes(const std::string& key, const Record& document, std::string* why) const {
    for (const auto& other : inputs_) {
      if (other.spec->undone_by != spec_.name || other.spec->undone_suffix.empty() || !key.ends_with(other.spec->undone_suffix)) continue;
      const auto base = key.substr(0, key.size() - other.spec->undone_suffix.size());
      for (auto [at, end] = other.right.equal_range(base); at != end; ++at) {
        if (at->second.total != document.total) continue;
        const auto sold = other.left.find(base);
        if (sold != other.left.end() && !sold->second.sold)
          *why = call(other.spec->left.noun, sold->second) + " is " + sold->second.why_not;
        return &at->second;
      }
      return nullptr;
    }
    return nullptr;
  }

  void judge_extra(const std::string& key, const Record* left, const Record& document) {
    auto one = made(Class::extra, key, left, &document);
    one.date = document.date;
    const auto name = capital(call(spec_.right.noun, document));
    const auto of = worth(document.total, document.currency);
    if (left != nullptr) {
      one.left = "";
      if (const auto* by = undone_by(key, document)) {
        one.kind = Class::skipped, one.explained = true;
        one.sentence = capital(call(spec_.left.noun, *left)) + " is " + left->why_not + "; " + call(spec_.right.noun, document) +
                       " is undone by " + name_of(*by) + ".";
      } else {
        one.sentence =
            capital(call(spec_.left.noun, *left)) + " is " + left->why_not + ", but " + call(spec_.right.noun, document) + of + " stands.";
      }
      return add(std::move(one));
    }
    std::string why;
    if (const auto* original = undoes(key, document, &why)) {
      one.kind = Class::skipped, one.explained = true;
      one.sentence = (why.empty() ? name : capital(why) + "; " + call(spec_.right.noun, document)) + " undoes " + name_of(*original) + ".";
      return add(std::move(one));
    }
    if (key.starts_with("#")) one.sentence = name + of + " has no reference: somebody made it by hand.";
    else one.sentence = name + of + " names " + key + ", and there is no such " + spec_.left.noun + ".";
    add(std::move(one));
  }

  void judge_doubled(const std::string& key, const Record& left, const std::vector<const Record*>& right) {
    auto one = made(Class::doubled, key, &left, right.front());
    Decimal sum;
    std::string numbers;
    for (const auto* document : right) {
      sum = sum + document->total;
      numbers += (numbers.empty() ? "" : ", ") + document->number;
    }
    one.right = money(sum), one.right_number = numbers;
    const auto together = worth(sum, right.front()->currency);
    one.sentence = capital(call(spec_.left.noun, left)) + worth(left.total, currency_of(left)) + " has " + std::to_string(right.size()) +
                   " " + many(spec_.right.noun) + ", " + numbers + (together.empty() ? "." : "," + together + " together.");
    add(std::move(one));
  }

  void judge_pair(const std::string& key, const Record& left, const Record& right) {
    const auto names = capital(call(spec_.left.noun, left)), document = call(spec_.right.noun, right);
    const auto currency = currency_of(left);
    const bool other_currency = !right.currency.empty() && currency != right.currency;
    if (left.total != right.total || other_currency) {
      auto one = made(Class::amount, key, &left, &right);
      const auto difference = right.total - left.total;
      one.sentence = names + " comes to " + with_currency(left.total, currency) + ", " + document + " to " +
                     with_currency(right.total, right.currency) + ": " + money(difference.abs()) +
                     (difference.sign() < 0 ? " too little." : " too much.");
      if (left.tax && right.tax && left.total - *left.tax == right.total - *right.tax && left.total != right.total) {
        one.kind = Class::tax;
        one.sentence = names + " and " + document + " are both " + money(left.total - *left.tax) + " without tax, but the tax is " +
                       money(*left.tax) + " there and " + money(*right.tax) + " in the books.";
      }
      for (const auto& [amount, why] : left.less) {
        if (other_currency || one.explained || difference.abs() != amount.abs()) continue;
        one.explained = true;
        one.sentence += " " + money(amount.abs()) + " " + why + ".";
      }
      return add(std::move(one));
    }
    if (left.tax && right.tax && (*left.tax - *right.tax).abs() > tax_within(currency_of(left))) {
      auto one = made(Class::tax, key, &left, &right);
      one.sentence = names + " and " + document + " both come to " + with_currency(left.total, currency_of(left)) +
                     ", but the tax in it is " + money(*left.tax) + " there and " + money(*right.tax) + " in the books.";
      return add(std::move(one));
    }
    if (left.date == right.date) return;
    const bool crossed = !same_month(left.date, right.date);
    auto one = made(crossed ? Class::period : Class::date, key, &left, &right);
    one.sentence = names + worth(left.total, "") + " is of " + left.date.text() + ", " + document + " is booked on " + right.date.text() +
                   (crossed ? ", in another month" : "");
    // The true date on the document says that a rule moved it, because its period was closed (C16).
    one.explained = right.note.find(left.date.text()) != std::string::npos;
    one.sentence += one.explained ? ": its own period was closed, and the document says so." : ".";
    add(std::move(one));
  }

  const std::vector<ReconcileInput>& inputs_;
  const ReconcileInput& input_;
  const ReconcileSpec& spec_;
  Date from_, to_;
  Reconciled& result_;
  std::map<std::pair<Date, std::string>, Reconciled::Day> days_;
  std::map<std::tuple<std::string, std::string, std::string>, Booked> accounts_;
  std::map<std::string, int64_t> states_;
};

}  // namespace

bool Reconciled::agrees() const {
  return std::all_of(differences.begin(), differences.end(), [](const Difference& one) { return one.explained; });
}

std::string_view difference_name(Class kind) {
  switch (kind) {
    case Class::missing:
      return "missing";
    case Class::extra:
      return "extra";
    case Class::doubled:
      return "doubled";
    case Class::amount:
      return "amount";
    case Class::tax:
      return "tax";
    case Class::date:
      return "date";
    case Class::period:
      return "period";
    case Class::waiting:
      return "waiting";
    case Class::skipped:
      return "skipped";
  }
  return "";
}

Reconciled compare(const std::vector<ReconcileInput>& inputs, Date from, Date to, const std::map<std::string, std::string>& account_names) {
  Reconciled result;
  for (size_t i = 0; i < inputs.size(); ++i) Comparing(inputs, i, from, to, &result).run();
  for (auto& one : result.accounts) {
    const auto name = account_names.find(one.account);
    if (name != account_names.end()) one.name = name->second;
  }
  std::stable_sort(result.differences.begin(), result.differences.end(), [](const Difference& a, const Difference& b) {
    return std::tie(a.explained, a.date, a.comparison) < std::tie(b.explained, b.date, b.comparison);
  });
  return result;
}

}  // namespace mlc::engine
