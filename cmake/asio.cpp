// SPDX-License-Identifier: Apache-2.0
// The non-template part of Boost.Asio, compiled once for all.
#include <boost/asio/impl/src.hpp>
