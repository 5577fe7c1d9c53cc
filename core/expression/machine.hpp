// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/environment.hpp"
#include "core/expression/operations.hpp"
#include "core/expression/pattern.hpp"
#include "core/expression/program.hpp"
#include "core/expression/workspace.hpp"

#include <memory>
#include <string>
#include <vector>

namespace catena::expression {

/// Runs one program, on one thread, as often as one likes. A run allocates nothing, unless it makes
/// long texts and lists, or a pattern that is not known at setup; it ends after
/// Workspace::kSteps at the latest.
class Machine {
 public:
  /// The program outlives it.
  explicit Machine(const Program& program);

  /// The program's value, good until the next run. A fault where there is none, for a reason that
  /// shown_fault() tells, and always for a run within a run, which a callee might ask for.
  Value run(Callee& callee);

  /// Why the last run gave none, with the place in the source, in lines as Program::compile has
  /// them.
  std::string shown_fault() const;

 private:
  struct Loop {
    Value list;
    std::size_t at = 0;
    Value total;
    std::int64_t count = 0;
    std::span<Value> collected;
    std::size_t collected_count = 0;

    bool done() const { return at >= list.size(); }
  };

  void run_all(Callee& callee);
  void step(const Instruction& instruction, Callee& callee);
  void step_of_values(const Instruction& instruction, Callee& callee);
  void step_of_jumps(const Instruction& instruction);
  void step_of_loops(const Instruction& instruction);
  void operate(Operation operation);
  void match(const Pattern& pattern);
  void match_given();
  void call(const Instruction& instruction, Callee& callee);
  void make_list(std::size_t count);
  void make_map(std::size_t count);
  void begin_loop();
  void collect(const Value& value);
  void collected();

  void push(const Value& value) { stack_[height_++] = value; }
  Value pop() { return stack_[--height_]; }
  Value& top() { return stack_[height_ - 1]; }
  Loop& loop() { return loops_[loop_count_ - 1]; }

  const Program& program_;
  std::vector<std::unique_ptr<Pattern>> patterns_;
  std::string given_text_;
  std::unique_ptr<Pattern> given_;  // The last one that was not known at setup.
  Workspace work_;
  std::vector<Value> stack_;  // No way through the program pushes more than it has instructions.
  std::size_t height_ = 0;
  std::vector<Value> variables_;
  std::vector<Loop> loops_;
  std::size_t loop_count_ = 0;
  std::size_t at_ = 0;
  bool running_ = false;
};

}  // namespace catena::expression
