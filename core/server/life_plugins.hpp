// SPDX-License-Identifier: Apache-2.0
// Of the test plugins those that note what befalls them (Seen).
#pragma once

#include "core/plugin/setup.hpp"

namespace catena::server::test {

/// `worker NAME`
void set_up_worker(Setup& setup);
/// `life NAME [FAULT]`
void set_up_life(Setup& setup);

}  // namespace catena::server::test
