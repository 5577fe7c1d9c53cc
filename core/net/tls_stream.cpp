// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_stream.hpp"

#include "core/base/system_text.hpp"
#include "core/net/openssl.hpp"
#include "core/net/tls_hooks.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace catena::net {
namespace {

// Measured with OpenSSL 3.0: see tls_memory_test.cpp, which holds them.
constexpr std::size_t kConnectionBytes = 14 * 1024;
constexpr std::size_t kHandshakeBytes = 68 * 1024;
constexpr std::size_t kBufferBytes = 17 * 1024;
constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;

}  // namespace

TlsStream::TlsStream(std::unique_ptr<ByteStream> stream,
                     TlsHandle handle,
                     boost::asio::any_io_executor executor)
    : handle_(std::move(handle)), events_(std::move(executor)) {
  link_.stream = std::move(stream);
  link_.stream->attach(*this);
  if (!handle_ || !attach_link(handle_.get(), link_)) {
    fail({TlsFault::broken, "tls: out of memory"}, ENOMEM);
    return;
  }
  link_.guarded = SSL_is_server(handle_.get()) == 1;
  handshake_needs_ = link_.guarded ? Needs::readable : Needs::writable;
}

// True where the stream is open.
bool TlsStream::shake() {
  if (state_ != State::handshaking) return state_ == State::open;
  ERR_clear_error();
  const int result = SSL_do_handshake(handle_.get());
  if (result != 1) {
    unmoved(result, handshake_needs_);
    return false;
  }
  state_ = State::open;
  if (link_.guarded) weigh_peer();
  link_.guarded = false;
  link_.useless = 0;
  // From here on one read below takes many records. Not before: the guard looks at each.
  SSL_set_read_ahead(handle_.get(), 1);
  return true;
}

// OpenSSL keeps them as long as the connection lasts, taken apart.
void TlsStream::weigh_peer() {
  constexpr std::size_t kTakenApart = 8;
  const auto add = [this](const X509* certificate) {
    const int size = certificate != nullptr ? i2d_X509(certificate, nullptr) : 0;
    if (size > 0) peer_bytes_ += kTakenApart * static_cast<std::size_t>(size);
  };
  add(SSL_get0_peer_certificate(handle_.get()));
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(handle_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) add(sk_X509_value(chain, i));
}

Moved TlsStream::read_some(std::span<std::uint8_t> room) {
  if (!shake()) return ended_ ? Moved{Moved::How::end} : over();
  read_needs_ = Needs::readable;
  std::size_t read = 0;
  do {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(handle_.get(), room.data() + read, room.size() - read, &size);
    if (result != 1) {
      const Moved moved = unmoved(result, read_needs_);
      drained_ = true;
      return read > 0 ? Moved{Moved::How::some, read} : moved;
    }
    if (link_.useless > kMostUseless) return classify();
    link_.useless = 0;
    read += size;
  } while (read < room.size() && SSL_has_pending(handle_.get()) == 1);
  drained_ = false;
  return {Moved::How::some, read};
}

std::optional<std::uint8_t> TlsStream::peek() {
  if (!shake()) return std::nullopt;
  ERR_clear_error();
  std::uint8_t first = 0;
  std::size_t size = 0;
  const int result = SSL_peek_ex(handle_.get(), &first, 1, &size);
  ERR_clear_error();
  return result == 1 ? std::optional(first) : std::nullopt;
}

Moved TlsStream::write_some(std::span<const std::uint8_t> bytes) {
  if (!shake()) return over();
  write_needs_ = Needs::writable;
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(handle_.get(), bytes.data(), bytes.size(), &written);
  if (result == 1) {
    unwritten_ = 0;
    return {Moved::How::some, written};
  }
  if (unwritten_ == 0) unwritten_ = std::min(bytes.size(), kRecord);
  const Moved moved = unmoved(result, write_needs_);
  return moved.how == Moved::How::end ? fail({TlsFault::ended, "EOF"}, EPIPE) : moved;
}

// What a call that has moved nothing says, and what it waits for.
Moved TlsStream::unmoved(int result, Needs& needs) {
  const int why = SSL_get_error(handle_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
    needs = why == SSL_ERROR_WANT_READ ? Needs::readable : Needs::writable;
    return {};
  }
  // OpenSSL tells of the peer's end also where the stream below has failed behind that.
  if (why != SSL_ERROR_ZERO_RETURN || link_.error != 0) return classify();
  cut_ = !ended_ && link_.ended;
  ended_ = true;
  if (state_ == State::handshaking) fail({TlsFault::ended, "EOF"}, ECONNRESET);
  return {Moved::How::end};
}

Moved TlsStream::classify() {
  if (link_.too_large) {
    ERR_clear_error();
    return fail({TlsFault::too_large, "tls: handshake message is too long"}, EPROTO);
  }
  if (link_.useless > kMostUseless) {
    ERR_clear_error();
    return fail({TlsFault::protocol, "tls: too many ignored records"}, EPROTO);
  }
  if (link_.error != 0) {
    ERR_clear_error();
    return fail({TlsFault::broken, system_text(link_.error)}, link_.error);
  }
  return fail(take_failure(handle_.get()), EPROTO);
}

Moved TlsStream::fail(TlsFailure failure, int error) {
  if (state_ != State::failed) failure_ = std::move(failure);
  state_ = State::failed;
  error_ = error;
  return {Moved::How::failed, 0, error};
}

// Of a stream that is not open.
Moved TlsStream::over() const {
  if (state_ == State::handshaking) return {};
  return {Moved::How::failed, 0, state_ == State::closed ? EBADF : error_};
}

// The first of a record may have come already: then only the stream below knows when the rest does.
bool TlsStream::can_read() const {
  if (state_ != State::open || ended_) return true;
  return !drained_ && SSL_has_pending(handle_.get()) == 1;
}

void TlsStream::wait_readable() {
  if (state_ == State::closed) return;
  reading_ = true;
  events_.wait_readable(false);
  arm();
}

void TlsStream::wait_writable() {
  if (state_ == State::closed) return;
  writing_ = true;
  events_.wait_writable(false);
  arm();
}

void TlsStream::wait_for(Needs needs) {
  if (needs == Needs::readable) link_.stream->wait_readable();
  if (needs == Needs::writable) link_.stream->wait_writable();
}

// Tells those who need not wait, and has the stream below tell of what the others need.
void TlsStream::arm() {
  if (state_ == State::handshaking) return wait_for(handshake_needs_);
  if (can_read()) tell_reader();
  if (state_ != State::open) tell_writer();
  if (reading_) wait_for(read_needs_);
  if (writing_) wait_for(write_needs_);
}

// Who reads a server's end decides when its handshake goes on, which costs far more than a message.
void TlsStream::progress(Needs there) {
  if (state_ == State::handshaking && link_.guarded && reading_) return tell_reader();
  if (state_ == State::handshaking) {
    shake();
  } else {
    if (read_needs_ == there) tell_reader();
    if (write_needs_ == there) tell_writer();
  }
  arm();
}

void TlsStream::tell_reader() {
  if (std::exchange(reading_, false)) events_.now_readable();
}

void TlsStream::tell_writer() {
  if (std::exchange(writing_, false)) events_.now_writable();
}

void TlsStream::close() {
  if (state_ == State::closed) return;
  if (state_ == State::open) {
    ERR_clear_error();
    SSL_shutdown(handle_.get());
    ERR_clear_error();
  }
  state_ = State::closed;
  link_.stream->close();
  events_.close();
}

void TlsStream::reset() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  link_.stream->reset();
  events_.close();
}

std::string_view TlsStream::version() const {
  return handle_ ? SSL_get_version(handle_.get()) : std::string_view();
}

std::string_view TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (handle_) SSL_get0_alpn_selected(handle_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view TlsStream::server_name() const {
  const char* name =
      handle_ ? SSL_get_servername(handle_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
  return name != nullptr ? name : std::string_view();
}

bool TlsStream::resumed() const { return handle_ && SSL_session_reused(handle_.get()) == 1; }

TlsPolicy TlsStream::policy() const { return handle_ ? policy_of(handle_.get()) : TlsPolicy(); }

std::size_t TlsStream::held() const {
  if (!handle_) return 0;
  std::size_t bytes = kConnectionBytes + peer_bytes_;
  if (state_ == State::handshaking) bytes += kHandshakeBytes;
  if (SSL_has_pending(handle_.get()) == 1) bytes += kBufferBytes;
  if (unwritten_ != 0) bytes += kBufferBytes;
  return bytes;
}

}  // namespace catena::net
