// SPDX-License-Identifier: Apache-2.0
// The functions with a predicate, each a loop over its list.
#include "core/expression/compiler.hpp"
#include "core/expression/operations.hpp"

#include <algorithm>

namespace catena::expression {

void Compiler::loop(const Node& node, Builtin builtin) {
  switch (builtin) {
    case Builtin::all:
      return test(node, Code::jump_if_false, false, true);
    case Builtin::none:
      return test(node, Code::jump_if_false, true, true);
    case Builtin::any:
      return test(node, Code::jump_if_true, false, false);
    case Builtin::one:
    case Builtin::count:
      return count(node, builtin);
    case Builtin::filter:
      return filter(node);
    case Builtin::map:
      return map(node);
    case Builtin::sum:
      return sum(node);
    case Builtin::reduce:
      return reduce(node);
    default:
      return find(node, builtin);
  }
}

void Compiler::begin(const Node& list) {
  write(list);
  emit(list, Code::begin);
  program_.loops_ = std::max(program_.loops_, ++loops_);
}

void Compiler::end(const Node& node) {
  emit(node, Code::end);
  --loops_;
}

template <class Body>
void Compiler::each(const Node& node, Code step, const Body& body) {
  const std::size_t start = emit(node, Code::jump_if_done);
  body();
  emit(node, step);
  emit(node, Code::jump, start);
  land(start);
}

void Compiler::predicate_or_item(const Node& node) {
  if (node.children.size() > 1) {
    write(*node.children[1]);
  } else {
    emit(node, Code::item);
  }
}

// The first item of which the predicate, or its opposite, decides is the result.
void Compiler::test(const Node& node, Code jump, bool inverted, bool otherwise) {
  begin(*node.children[0]);
  std::size_t decided = 0;
  each(node, Code::next, [&] {
    write(*node.children[1]);
    if (inverted) emit(node, Code::invert);
    decided = emit(node, jump);
    emit(node, Code::drop);
  });
  push(node, Value::boolean(otherwise));
  land(decided);
  end(node);
}

void Compiler::count(const Node& node, Builtin builtin) {
  begin(*node.children[0]);
  each(node, Code::next, [&] {
    predicate_or_item(node);
    const std::size_t no = emit(node, Code::jump_if_false);
    emit(node, Code::count);
    land(no);
    emit(node, Code::drop);
  });
  emit(node, Code::counted);
  if (builtin == Builtin::one) {
    push(node, Value::integer(1));
    emit(node, Code::operate, static_cast<std::size_t>(Operation::equal));
  }
  end(node);
}

void Compiler::filter(const Node& node) {
  begin(*node.children[0]);
  each(node, Code::next, [&] {
    write(*node.children[1]);
    const std::size_t no = emit(node, Code::jump_if_false);
    emit(node, Code::item);
    emit(node, Code::collect);
    land(no);
    emit(node, Code::drop);
  });
  emit(node, Code::collected);
  end(node);
}

void Compiler::map(const Node& node) {
  begin(*node.children[0]);
  each(node, Code::next, [&] {
    write(*node.children[1]);
    emit(node, Code::collect);
  });
  emit(node, Code::collected);
  end(node);
}

// Of find and findIndex and those that begin at the end.
void Compiler::find(const Node& node, Builtin builtin) {
  const bool last = builtin == Builtin::find_last || builtin == Builtin::find_last_index;
  const bool item = builtin == Builtin::find || builtin == Builtin::find_last;
  begin(*node.children[0]);
  if (last) emit(node, Code::from_end);
  std::size_t found = 0;
  each(node, last ? Code::next_from_end : Code::next, [&] {
    write(*node.children[1]);
    const std::size_t no = emit(node, Code::jump_if_false);
    emit(node, Code::drop);
    emit(node, item ? Code::item : Code::index);
    found = emit(node, Code::jump);
    land(no);
    emit(node, Code::drop);
  });
  push(node, Value());
  land(found);
  end(node);
}

void Compiler::sum(const Node& node) {
  begin(*node.children[0]);
  push(node, Value::integer(0));
  emit(node, Code::set_total);
  each(node, Code::next, [&] {
    predicate_or_item(node);
    emit(node, Code::total);
    emit(node, Code::operate, static_cast<std::size_t>(Operation::add));
    emit(node, Code::set_total);
  });
  emit(node, Code::total);
  end(node);
}

// Without a value to begin with it is the first item.
void Compiler::reduce(const Node& node) {
  const bool given = node.children.size() == 3;
  if (given) write(*node.children[2]);
  begin(*node.children[0]);
  if (!given) {
    const std::size_t empty = emit(node, Code::jump_if_done);
    emit(node, Code::item);
    emit(node, Code::next);
    const std::size_t go = emit(node, Code::jump);
    land(empty);
    emit(node, Code::fail_empty);
    land(go);
  }
  emit(node, Code::set_total);
  each(node, Code::next, [&] {
    write(*node.children[1]);
    emit(node, Code::set_total);
  });
  emit(node, Code::total);
  end(node);
}

}  // namespace catena::expression
