// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/builtins.hpp"
#include "core/expression/value.hpp"
#include "core/expression/workspace.hpp"

#include <span>

namespace catena::expression {

/// Calls a function of the language that has no predicate. The arguments are as many as the checker
/// lets through; of another type than a function can use is a failure of the run.
Value call_builtin(Builtin builtin, std::span<const Value> arguments, Workspace& work);

/// Those of texts; nil where it is none.
Value call_text_builtin(Builtin builtin, std::span<const Value> arguments, Workspace& work);

/// Any value as Go's %v shows it.
Value to_text(const Value& value, Workspace& work);

}  // namespace catena::expression
