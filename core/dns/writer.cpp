// SPDX-License-Identifier: Apache-2.0
#include "core/dns/writer.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/rdata.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

constexpr std::uint16_t kPointer = 0xc000;

/// What nearly every answer is made of holds no names: no look into the table of types.
bool surely_without_names(Type type) {
  return type == Type::A || type == Type::AAAA || type == Type::OPT;
}

}  // namespace

Writer::Writer(std::span<std::uint8_t> out)
    : out_(out), limit_(std::min(out.size(), kMaxMessage)) {}

void Writer::limit(std::size_t bytes) { limit_ = std::min({bytes, out_.size(), kMaxMessage}); }

void Writer::header(std::uint16_t id, Flags flags) {
  std::uint8_t* at = take(kHeaderSize);
  if (at == nullptr) {
    limit_ = 0;
    return;
  }
  store16(at, id);
  store16(at + 2, flags.bits());
}

bool Writer::question(const Question& question) {
  const std::size_t before = size_;
  const Form form = counts_[0] == 0 ? Form::whole : Form::compressed;
  const bool first = form == Form::whole;
  const bool fits = (first ? put_bytes(question.name.bytes()) : put_name(question.name, form)) &&
                    put16(static_cast<std::uint16_t>(question.type)) &&
                    put16(static_cast<std::uint16_t>(question.qclass));
  if (!fits) {
    size_ = before;
    return false;
  }
  if (first) question_name_ = question.name;
  ++counts_[0];
  return true;
}

bool Writer::record(Section section, const Record& record) {
  const std::size_t before = size_;
  std::uint8_t* numbers = nullptr;
  if (put_name(record.owner, Form::owner)) numbers = take(8);
  if (numbers != nullptr) {
    store16(numbers, static_cast<std::uint16_t>(record.type));
    store16(numbers + 2, static_cast<std::uint16_t>(record.rclass));
    store32(numbers + 4, record.ttl);
    if (put_rdata(record)) {
      ++counts_[static_cast<std::size_t>(section) + 1];
      return true;
    }
  }
  size_ = before;
  return false;
}

bool Writer::opt(const Edns& edns) {
  const std::uint32_t ttl = static_cast<std::uint32_t>(edns.extended_rcode) << 24 |
                            static_cast<std::uint32_t>(edns.version) << 16 | edns.flags;
  return record(Section::additional, {.type = Type::OPT,
                                      .rclass = static_cast<Class>(edns.udp_size),
                                      .ttl = ttl,
                                      .rdata = edns.options});
}

void Writer::set_truncated() {
  if (size_ < kHeaderSize) return;
  store16(out_.data() + 2, static_cast<std::uint16_t>(load16(out_.data() + 2) | Flags::kTC));
}

std::span<const std::uint8_t> Writer::finish() {
  if (size_ < kHeaderSize) return {};
  for (std::size_t i = 0; i < counts_.size(); ++i) store16(out_.data() + 4 + 2 * i, counts_[i]);
  return out_.first(size_);
}

bool Writer::is_question(NameView name, Form form) const {
  if (form == Form::whole || name.size() != question_name_.size()) return false;
  if (name.data() == question_name_.data()) return true;
  return form == Form::owner ? name == question_name_ : name.same_case(question_name_);
}

void Writer::remember_question() {
  const Suffixes suffixes(question_name_);
  for (std::size_t i = 0; i < suffixes.count(); ++i) {
    names_.remember(kHeaderSize + suffixes.offset(i), suffixes.hash(i));
  }
}

// Names that must be written whole are remembered too: others may point into them.
bool Writer::put_name(NameView name, Form form) {
  if (name.is_root()) return put_bytes(name.bytes());
  if (is_question(name, form)) return put16(kPointer | kHeaderSize);
  if (names_.empty()) remember_question();
  const Suffixes suffixes(name);
  std::size_t fresh = 0;
  std::uint16_t target = 0;
  for (; fresh < suffixes.count() && target == 0; ++fresh) {
    const std::size_t at = suffixes.offset(fresh);
    target =
        names_.find(out_.first(size_), {name.data() + at, name.size() - at}, suffixes.hash(fresh));
  }
  if (target != 0) --fresh;
  const std::size_t start = size_;
  const bool pointed = target != 0 && form != Form::whole;
  const std::size_t own = pointed ? suffixes.offset(fresh) : name.size();
  if (!put_bytes(name.bytes().first(own))) return false;
  if (pointed && !put16(static_cast<std::uint16_t>(kPointer | target))) return false;
  for (std::size_t i = 0; i < fresh; ++i) {
    names_.remember(start + suffixes.offset(i), suffixes.hash(i));
  }
  return true;
}

bool Writer::put_rdata(const Record& record) {
  std::uint8_t* length = take(2);
  if (length == nullptr) return false;
  const std::size_t start = size_;
  bool fits = true;
  if (surely_without_names(record.type)) {
    fits = put_bytes(record.rdata);
  } else {
    walk_rdata(
        record.type, record.rdata,
        [&](NameView name, bool compressible) {
          fits = fits && put_name(name, compressible ? Form::compressed : Form::whole);
        },
        [&](std::span<const std::uint8_t> bytes) { fits = fits && put_bytes(bytes); });
  }
  if (!fits) return false;
  store16(length, static_cast<std::uint16_t>(size_ - start));
  return true;
}

bool Writer::put_bytes(std::span<const std::uint8_t> bytes) {
  std::uint8_t* at = take(bytes.size());
  if (at == nullptr) return false;
  std::copy(bytes.begin(), bytes.end(), at);
  return true;
}

bool Writer::put16(std::uint16_t value) {
  std::uint8_t* at = take(2);
  if (at == nullptr) return false;
  store16(at, value);
  return true;
}

std::uint8_t* Writer::take(std::size_t size) {
  if (size > limit_ || size_ > limit_ - size) return nullptr;
  std::uint8_t* at = out_.data() + size_;
  size_ += size;
  return at;
}

}  // namespace catena::dns
