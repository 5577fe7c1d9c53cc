// SPDX-License-Identifier: Apache-2.0
#include "core/expression/builtins.hpp"

#include <algorithm>
#include <array>

namespace catena::expression {
namespace {

using enum Argument;
using Kind = Type::Kind;

const std::vector<Argument> kPredicate{value, predicate};
const std::vector<Argument> kMaybePredicate{value, optional_predicate};
const std::vector<Argument> kReduce{value, predicate, optional_value};

Overload of(std::vector<Kind> parameters, Kind result) { return {std::move(parameters), result}; }

constexpr Kind kText = Kind::string;
const Overload kTextOfText = of({kText}, kText);
const Overload kTextOfTwo = of({kText, kText}, kText);
const Overload kPlace = of({kText, kText}, Kind::integer);
const Overload kTest = of({kText, kText}, Kind::boolean);
const Overload kBits = of({Kind::integer, Kind::integer}, Kind::integer);

const std::vector<BuiltinRow>& rows_of_values() {
  static const std::vector<BuiltinRow> kRows{
      {"all", Builtin::all, kPredicate},
      {"none", Builtin::none, kPredicate},
      {"any", Builtin::any, kPredicate},
      {"one", Builtin::one, kPredicate},
      {"filter", Builtin::filter, kPredicate},
      {"map", Builtin::map, kPredicate},
      {"find", Builtin::find, kPredicate},
      {"findIndex", Builtin::find_index, kPredicate},
      {"findLast", Builtin::find_last, kPredicate},
      {"findLastIndex", Builtin::find_last_index, kPredicate},
      {"count", Builtin::count, kMaybePredicate},
      {"sum", Builtin::sum, kMaybePredicate},
      {"reduce", Builtin::reduce, kReduce},
      {"len", Builtin::len},
      {"abs", Builtin::abs},
      {"ceil", Builtin::ceil},
      {"floor", Builtin::floor},
      {"round", Builtin::round},
      {"int", Builtin::to_int},
      {"float", Builtin::to_float},
      {"max", Builtin::max},
      {"min", Builtin::min},
      {"first", Builtin::first},
      {"last", Builtin::last},
      {"get", Builtin::get},
      {"take", Builtin::take},
      {"keys", Builtin::keys},
      {"values", Builtin::values},
      {"reverse", Builtin::reverse},
      {"uniq", Builtin::uniq},
      {"concat", Builtin::concat},
  };
  return kRows;
}

// In the order of expr-lang where it has several overloads: the last one's complaint is shown.
const std::vector<BuiltinRow>& rows_of_texts_and_bits() {
  static const std::vector<BuiltinRow> kRows{
      {"string", Builtin::to_string, {}, {of({Kind::any}, kText)}},
      {"trim", Builtin::trim, {}, {kTextOfText, kTextOfTwo}},
      {"trimPrefix", Builtin::trim_prefix, {}, {kTextOfTwo, kTextOfText}},
      {"trimSuffix", Builtin::trim_suffix, {}, {kTextOfTwo, kTextOfText}},
      {"upper", Builtin::upper, {}, {kTextOfText}},
      {"lower", Builtin::lower, {}, {kTextOfText}},
      {"split",
       Builtin::split,
       {},
       {of({kText, kText}, Kind::strings), of({kText, kText, Kind::integer}, Kind::strings)}},
      {"replace",
       Builtin::replace,
       {},
       {of({kText, kText, kText, Kind::integer}, kText), of({kText, kText, kText}, kText)}},
      {"repeat", Builtin::repeat, {}, {of({kText, Kind::integer}, kText)}},
      {"join",
       Builtin::join,
       {},
       {of({Kind::strings, kText}, kText), of({Kind::list, kText}, kText), of({Kind::list}, kText),
        of({Kind::strings, kText}, kText), of({Kind::strings}, kText)}},
      {"indexOf", Builtin::index_of, {}, {kPlace}},
      {"lastIndexOf", Builtin::last_index_of, {}, {kPlace}},
      {"hasPrefix", Builtin::has_prefix, {}, {kTest}},
      {"hasSuffix", Builtin::has_suffix, {}, {kTest}},
      {"bitand", Builtin::bit_and, {}, {kBits}},
      {"bitor", Builtin::bit_or, {}, {kBits}},
      {"bitxor", Builtin::bit_xor, {}, {kBits}},
      {"bitnand", Builtin::bit_nand, {}, {kBits}},
      {"bitshl", Builtin::bit_shl, {}, {kBits}},
      {"bitshr", Builtin::bit_shr, {}, {kBits}},
      {"bitushr", Builtin::bit_ushr, {}, {kBits}},
      {"bitnot", Builtin::bit_not, {}, {of({Kind::integer}, Kind::integer)}},
  };
  return kRows;
}

constexpr std::array<std::string_view, 18> kMissing{
    "groupBy", "sortBy",   "type",     "splitAfter", "mean",    "median",
    "toJSON",  "fromJSON", "toBase64", "fromBase64", "now",     "duration",
    "date",    "timezone", "toPairs",  "fromPairs",  "flatten", "sort"};

}  // namespace

const BuiltinRow* find_builtin(std::string_view name) {
  for (const auto* rows : {&rows_of_values(), &rows_of_texts_and_bits()}) {
    const auto found = std::ranges::find(*rows, name, &BuiltinRow::name);
    if (found != rows->end()) return &*found;
  }
  return nullptr;
}

bool is_missing_builtin(std::string_view name) {
  return std::ranges::find(kMissing, name) != kMissing.end();
}

}  // namespace catena::expression
