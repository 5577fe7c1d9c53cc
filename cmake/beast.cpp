// SPDX-License-Identifier: Apache-2.0
// The non-template part of Boost.Beast, compiled once for all.
#include <boost/beast/src.hpp>
