// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_link.hpp"

#include "core/net/openssl.hpp"

#include <cerrno>

namespace catena::net {
namespace {

TlsLink& link_of(BIO* bio) { return *static_cast<TlsLink*>(BIO_get_data(bio)); }

bool let_in(TlsLink& link, std::span<const std::uint8_t> bytes) {
  const bool tls13 = SSL_version(link.connection) == TLS1_3_VERSION;
  link.too_large = link.guarded && !link.guard.see(bytes, tls13);
  return !link.too_large;
}

int read_link(BIO* bio, char* room, std::size_t size, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  TlsLink& link = link_of(bio);
  if (link.useless > kMostUseless) return 0;
  const std::span<std::uint8_t> bytes(reinterpret_cast<std::uint8_t*>(room), size);
  const Moved moved = link.stream->read_some(bytes);
  *read = moved.size;
  if (moved.how == Moved::How::some) return let_in(link, bytes.first(moved.size)) ? 1 : 0;
  if (moved.how == Moved::How::later) BIO_set_retry_read(bio);
  if (moved.how == Moved::How::end) link.ended = true;
  if (moved.how == Moved::How::failed) link.error = moved.error;
  return 0;
}

int write_link(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  TlsLink& link = link_of(bio);
  const Moved moved = link.stream->write_some({reinterpret_cast<const std::uint8_t*>(bytes), size});
  *written = moved.size;
  if (moved.how == Moved::How::some) return 1;
  if (moved.how == Moved::How::later) BIO_set_retry_write(bio);
  if (moved.how == Moved::How::failed) link.error = moved.error;
  return 0;
}

long control_link(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return link_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

void count_useless(int written, int, int type, const void*, std::size_t, SSL*, void* link) {
  if (written == 0 && type == SSL3_RT_HANDSHAKE) ++static_cast<TlsLink*>(link)->useless;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
  if (method == nullptr) return nullptr;
  BIO_meth_set_read_ex(method, read_link);
  BIO_meth_set_write_ex(method, write_link);
  BIO_meth_set_ctrl(method, control_link);
  return method;
}

}  // namespace

bool attach_link(ssl_st* connection, TlsLink& link) {
  static BIO_METHOD* const method = make_method();
  BIO* bio = method != nullptr ? BIO_new(method) : nullptr;
  if (bio == nullptr) return false;
  BIO_set_data(bio, &link);
  BIO_set_init(bio, 1);
  SSL_set_bio(connection, bio, bio);
  link.connection = connection;
  SSL_set_msg_callback(connection, count_useless);
  SSL_set_msg_callback_arg(connection, &link);
  return true;
}

}  // namespace catena::net
