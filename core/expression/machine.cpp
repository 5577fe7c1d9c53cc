// SPDX-License-Identifier: Apache-2.0
#include "core/expression/machine.hpp"

#include "core/expression/functions.hpp"
#include "core/expression/operations.hpp"
#include "core/expression/problem.hpp"

#include <algorithm>

namespace catena::expression {

using Kind = Value::Kind;

Machine::Machine(const Program& program)
    : program_(program),
      stack_(program.code_.size() + 1),
      variables_(program.variables_),
      loops_(program.loops_) {
  for (const std::string& pattern : program.patterns_) {
    patterns_.push_back(std::make_unique<Pattern>(pattern));
  }
}

Value Machine::run(Callee& callee) {
  if (running_) return Value::fault("an expression leads to itself");
  // A callee may throw.
  struct Running {
    explicit Running(bool& running) : running_(running) { running_ = true; }
    ~Running() { running_ = false; }
    bool& running_;
  } running(running_);
  run_all(callee);
  return work_.failed() ? Value::fault(work_.failure()) : stack_.front();
}

void Machine::run_all(Callee& callee) {
  work_.begin();
  height_ = 0;
  loop_count_ = 0;
  at_ = 0;
  while (at_ < program_.code_.size() && work_.spend(1)) {
    step(program_.code_[at_++], callee);
    if (work_.failed()) break;
  }
}

std::string Machine::shown_fault() const {
  const std::size_t at = at_ == 0 ? 0 : at_ - 1;
  return show({program_.code_[at].from, std::string(work_.failure())}, program_.source_);
}

void Machine::step(const Instruction& instruction, Callee& callee) {
  switch (instruction.code) {
    case Code::jump:
    case Code::jump_if_true:
    case Code::jump_if_false:
    case Code::jump_if_nil:
    case Code::jump_if_value:
      return step_of_jumps(instruction);
    case Code::begin:
    case Code::end:
    case Code::jump_if_done:
    case Code::next:
    case Code::next_from_end:
    case Code::from_end:
    case Code::item:
    case Code::index:
    case Code::total:
    case Code::set_total:
    case Code::collect:
    case Code::collected:
    case Code::count:
    case Code::counted:
    case Code::fail_empty:
      return step_of_loops(instruction);
    default:
      return step_of_values(instruction, callee);
  }
}

void Machine::step_of_values(const Instruction& instruction, Callee& callee) {
  switch (instruction.code) {
    case Code::push:
      return push(program_.constants_[instruction.argument]);
    case Code::drop:
      --height_;
      return;
    case Code::load:
      return push(variables_[instruction.argument]);
    case Code::store:
      variables_[instruction.argument] = pop();
      return;
    case Code::negate:
      top() = negate(top(), work_);
      return;
    case Code::invert:
      if (!top().is(Kind::boolean)) work_.fail({"a ", name_of(top()), " is no bool"});
      top() = Value::boolean(!top().is_true());
      return;
    case Code::operate:
      return operate(static_cast<Operation>(instruction.argument));
    case Code::matches:
      return match_given();
    case Code::matches_constant:
      return match(*patterns_[instruction.argument]);
    case Code::fetch: {
      const Value key = pop();
      top() = fetch(top(), key, work_);
      return;
    }
    case Code::slice: {
      const Value to = pop();
      const Value from = pop();
      const auto size = static_cast<std::int64_t>(top().size());
      top() = slice(top(), from.is(Kind::nil) ? Value::integer(0) : from,
                    to.is(Kind::nil) ? Value::integer(size) : to, work_);
      return;
    }
    case Code::list:
      return make_list(instruction.argument);
    case Code::map:
      return make_map(instruction.argument);
    default:
      return call(instruction, callee);
  }
}

void Machine::step_of_jumps(const Instruction& instruction) {
  const bool of_booleans =
      instruction.code == Code::jump_if_true || instruction.code == Code::jump_if_false;
  if (of_booleans && !top().is(Kind::boolean)) {
    work_.fail({"a ", name_of(top()), " is no bool"});
    return;
  }
  bool goes = true;
  switch (instruction.code) {
    case Code::jump_if_true:
      goes = top().is_true();
      break;
    case Code::jump_if_false:
      goes = !top().is_true();
      break;
    case Code::jump_if_nil:
      goes = top().is(Kind::nil);
      break;
    case Code::jump_if_value:
      goes = !top().is(Kind::nil);
      break;
    default:
      break;
  }
  if (goes) at_ = instruction.argument;
}

void Machine::step_of_loops(const Instruction& instruction) {
  switch (instruction.code) {
    case Code::begin:
      return begin_loop();
    case Code::end:
      --loop_count_;
      return;
    case Code::jump_if_done:
      if (loop().done()) at_ = instruction.argument;
      return;
    case Code::next:
      ++loop().at;
      return;
    // Before the first item comes the largest number, which is behind the last one.
    case Code::from_end:
    case Code::next_from_end:
      loop().at = (instruction.code == Code::from_end ? loop().list.size() : loop().at) - 1;
      return;
    case Code::item:
      return push(loop().list.item(loop().at));
    case Code::index:
      return push(Value::integer(static_cast<std::int64_t>(loop().at)));
    case Code::total:
      return push(loop().total);
    case Code::set_total:
      loop().total = pop();
      return;
    case Code::collect:
      return collect(pop());
    case Code::collected:
      return collected();
    case Code::count:
      ++loop().count;
      return;
    case Code::counted:
      return push(Value::integer(loop().count));
    default:
      work_.fail({"reduce of empty array with no initial value"});
      return;
  }
}

void Machine::operate(Operation operation) {
  const Value right = pop();
  top() = apply(operation, top(), right, work_);
}

void Machine::match(const Pattern& pattern) {
  if (top().is(Kind::string)) {
    work_.spend(top().size() / 8);
    top() = Value::boolean(pattern.matches(top().text()));
  } else if (top().is(Kind::nil)) {
    top() = Value::boolean(false);
  } else {
    work_.fail({"a ", name_of(top()), " matches nothing"});
  }
}

void Machine::match_given() {
  const Value source = pop();
  if (source.is(Kind::nil)) {
    top() = Value::boolean(false);
    return;
  }
  if (!source.is(Kind::string)) {
    work_.fail({"a ", name_of(source), " is no pattern"});
    return;
  }
  // To make one takes much longer than to use it.
  constexpr std::size_t kStepsOfByte = 100;
  if (given_ == nullptr || given_text_ != source.text()) {
    if (!work_.spend(kStepsOfByte * source.size())) return;
    given_text_ = source.text();
    given_ = std::make_unique<Pattern>(source.text());
  }
  if (!given_->error().empty()) {
    work_.fail({given_->error()});
    return;
  }
  match(*given_);
}

void Machine::call(const Instruction& instruction, Callee& callee) {
  height_ -= instruction.count;
  const std::span<const Value> arguments(stack_.data() + height_, instruction.count);
  if (instruction.code == Code::builtin) {
    return push(call_builtin(static_cast<Builtin>(instruction.argument), arguments, work_));
  }
  const Value result = callee.call(instruction.argument, arguments);
  if (result.is(Kind::fault)) work_.fail({result.text()});
  push(result);
}

void Machine::make_list(std::size_t count) {
  const std::span<Value> items = work_.values(count);
  height_ -= count;
  if (!work_.spend(count) || work_.failed()) return;
  std::copy_n(stack_.data() + height_, count, items.data());
  push(Value::list(items));
}

// Of keys that come twice the first one counts.
void Machine::make_map(std::size_t count) {
  const std::span<Value> entries = work_.values(count);
  height_ -= count;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count && !work_.failed(); i += 2) {
    const Value& key = stack_[height_ + i];
    if (!key.is(Kind::string)) {
      work_.fail({"a ", name_of(key), " is no key"});
      return;
    }
    bool known = false;
    for (std::size_t j = 0; j < size && work_.spend(1); j += 2) {
      known = known || entries[j].text() == key.text();
    }
    if (known) continue;
    entries[size++] = key;
    entries[size++] = stack_[height_ + i + 1];
  }
  push(Value::map(entries.first(work_.failed() ? 0 : size)));
}

void Machine::begin_loop() {
  const Value list = pop();
  if (!list.is_list()) {
    work_.fail({"cannot loop over ", name_of(list)});
    return;
  }
  loops_[loop_count_++] = {.list = list};
}

void Machine::collect(const Value& value) {
  Loop& now = loop();
  if (now.collected.empty()) now.collected = work_.values(now.list.size());
  if (!work_.failed()) now.collected[now.collected_count++] = value;
}

void Machine::collected() { push(Value::list(loop().collected.first(loop().collected_count))); }

}  // namespace catena::expression
