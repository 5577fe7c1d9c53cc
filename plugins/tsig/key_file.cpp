// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/key_file.hpp"

#include "core/base/one_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace catena::tsig {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

/// The first two words of a line; what follows them says nothing.
struct Words {
  std::string_view first;
  std::string_view second;
};

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

/// Without any of `marks` at both ends.
std::string_view trim(std::string_view word, std::string_view marks) {
  const std::size_t begin = word.find_first_not_of(marks);
  if (begin == std::string_view::npos) return {};
  return word.substr(begin, word.find_last_not_of(marks) - begin + 1);
}

/// Goes over the lines that are not empty.
class Reader {
 public:
  Reader(std::string_view text, std::string_view path) : rest_(text), path_(path) {}

  Result<std::vector<NamedSecret>> read() {
    while (const auto words = next()) {
      if (words->first != "key") return error("expected \"key\"");
      auto key = read_key(words->second);
      if (!key) return key.error();
      keys_.push_back(std::move(*key));
    }
    return std::move(keys_);
  }

 private:
  std::optional<Words> next() {
    while (!rest_.empty()) {
      std::string_view line = rest_.substr(0, rest_.find('\n'));
      rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
      ++number_;
      const std::string_view first = take_word(line);
      if (!first.empty()) return Words{first, take_word(line)};
    }
    return std::nullopt;
  }

  // The end of the file ends a statement too.
  Result<NamedSecret> read_key(std::string_view word) {
    const auto name = dns::Name::parse(trim(word, "\"{"));
    if (trim(word, "\"{").empty() || !name) return error("expected a key's name");
    if (is_known(*name))
      return error(fmt::format("key \"{}\" redefined", one_line(name->to_text())));
    std::string_view secret;
    auto words = next();
    for (; words && words->first != "}" && words->first != "};"; words = next()) {
      if (words->first == "algorithm") continue;
      if (words->first != "secret") {
        return error("expected \"algorithm\", \"secret\" or \"};\"");
      }
      secret = trim(words->second, "\";");
      if (secret.empty()) return error("expected a secret");
    }
    if (secret.empty()) {
      return error(fmt::format("expected a secret for key \"{}\"", one_line(name->to_text())));
    }
    return NamedSecret{*name, std::string(secret)};
  }

  bool is_known(const dns::Name& name) const {
    return std::ranges::any_of(keys_, [&name](const NamedSecret& key) { return key.name == name; });
  }

  Error error(std::string_view text) const {
    return Error{fmt::format("{}:{}: {}", path_, number_, text)};
  }

  std::string_view rest_;
  std::string_view path_;
  std::size_t number_ = 0;
  std::vector<NamedSecret> keys_;
};

}  // namespace

Result<std::vector<NamedSecret>> parse_key_file(std::string_view text, std::string_view path) {
  return Reader(text, path).read();
}

}  // namespace catena::tsig
