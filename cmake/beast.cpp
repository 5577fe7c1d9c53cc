// SPDX-License-Identifier: Apache-2.0
// The non-template part of Asio's TLS and of Boost.Beast, compiled once for all.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
