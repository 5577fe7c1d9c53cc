// SPDX-License-Identifier: Apache-2.0
#include "core/config/token_stream.hpp"

#include <algorithm>
#include <utility>

namespace catena::config {

TokenStream::TokenStream(std::shared_ptr<const Tokens> tokens, std::string name) {
  push(std::move(tokens), std::move(name));
}

bool TokenStream::next() {
  begins_line_ = next_begins_line();
  while (!stack_.empty() && stack_.back().next == stack_.back().tokens->size()) stack_.pop_back();
  if (stack_.empty()) return false;
  Expansion& top = stack_.back();
  current_owner_ = top.tokens;
  current_ = &(*top.tokens)[top.next++];
  current_id_ = top.id;
  ++count_;
  return true;
}

const Token* TokenStream::peek() const {
  const Expansion* expansion = upcoming();
  return expansion ? &(*expansion->tokens)[expansion->next] : nullptr;
}

bool TokenStream::next_begins_line() const {
  const Expansion* expansion = upcoming();
  if (!expansion || !current_ || expansion->id != current_id_) return true;
  return (*expansion->tokens)[expansion->next].position.line != current_->last_line();
}

void TokenStream::push(std::shared_ptr<const Tokens> tokens, std::string name) {
  stack_.push_back({std::move(tokens), std::move(name), ++last_id_, 0});
}

bool TokenStream::is_open(std::string_view name) const {
  return std::any_of(stack_.begin(), stack_.end(), [name](const Expansion& expansion) {
    return expansion.next > 0 && expansion.name == name;
  });
}

const TokenStream::Expansion* TokenStream::upcoming() const {
  for (auto expansion = stack_.rbegin(); expansion != stack_.rend(); ++expansion) {
    if (expansion->next < expansion->tokens->size()) return &*expansion;
  }
  return nullptr;
}

}  // namespace catena::config
