// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls_failure.hpp"

#include "core/net/openssl.hpp"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace catena::net {
namespace {

// Go's words for alerts (RFC 8446 section 6).
constexpr std::array<std::pair<int, std::string_view>, 22> kAlerts = {{
    {SSL_AD_UNEXPECTED_MESSAGE, "unexpected message"},
    {SSL_AD_BAD_RECORD_MAC, "bad record MAC"},
    {SSL_AD_RECORD_OVERFLOW, "record overflow"},
    {SSL_AD_HANDSHAKE_FAILURE, "handshake failure"},
    {SSL_AD_BAD_CERTIFICATE, "bad certificate"},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, "unsupported certificate"},
    {SSL_AD_CERTIFICATE_REVOKED, "revoked certificate"},
    {SSL_AD_CERTIFICATE_EXPIRED, "expired certificate"},
    {SSL_AD_CERTIFICATE_UNKNOWN, "unknown certificate"},
    {SSL_AD_ILLEGAL_PARAMETER, "illegal parameter"},
    {SSL_AD_UNKNOWN_CA, "unknown certificate authority"},
    {SSL_AD_ACCESS_DENIED, "access denied"},
    {SSL_AD_DECODE_ERROR, "error decoding message"},
    {SSL_AD_DECRYPT_ERROR, "error decrypting message"},
    {SSL_AD_PROTOCOL_VERSION, "protocol version not supported"},
    {SSL_AD_INSUFFICIENT_SECURITY, "insufficient security level"},
    {SSL_AD_INTERNAL_ERROR, "internal error"},
    {SSL_AD_INAPPROPRIATE_FALLBACK, "inappropriate fallback"},
    {SSL_AD_USER_CANCELLED, "user canceled"},
    {SSL_AD_UNRECOGNIZED_NAME, "unrecognized name"},
    {SSL_AD_CERTIFICATE_REQUIRED, "certificate required"},
    {SSL_AD_NO_APPLICATION_PROTOCOL, "no application protocol"},
}};

std::string alert_text(int alert) {
  for (const auto& [number, text] : kAlerts) {
    if (number == alert) return fmt::format("remote error: tls: {}", text);
  }
  return fmt::format("remote error: tls: alert({})", alert);
}

std::string expected_name(const SSL* connection) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(const_cast<SSL*>(connection));
  if (const char* name = X509_VERIFY_PARAM_get0_host(rules, 0)) return name;
  char* address = X509_VERIFY_PARAM_get1_ip_asc(rules);
  std::string text = address != nullptr ? address : "";
  OPENSSL_free(address);
  return text;
}

std::string verdict_text(const SSL* connection) {
  const long verdict = SSL_get_verify_result(connection);
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "certificate signed by unknown authority";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate has expired or is not yet valid";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("certificate is not valid for {}", expected_name(connection));
    default:
      return X509_verify_cert_error_string(verdict);
  }
}

bool says_not_tls(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_BAD_RECORD_TYPE;
}

bool says_version(int reason) {
  return reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_VERSION_TOO_LOW ||
         reason == SSL_R_WRONG_SSL_VERSION || reason == SSL_R_NO_PROTOCOLS_AVAILABLE;
}

}  // namespace

std::string_view to_string(TlsFault fault) {
  constexpr std::array<std::string_view, 10> kNames = {
      "none",  "not_tls",   "version", "certificate", "no_certificate",
      "alert", "too_large", "ended",   "broken",      "protocol"};
  return kNames[static_cast<std::size_t>(fault)];
}

TlsFailure take_failure(const ssl_st* connection) {
  const unsigned long error = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(error);
  const bool of_tls = ERR_GET_LIB(error) == ERR_LIB_SSL;
  ERR_clear_error();
  if (of_tls && reason >= SSL_AD_REASON_OFFSET) {
    return {TlsFault::alert, alert_text(reason - SSL_AD_REASON_OFFSET)};
  }
  if (of_tls && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return {TlsFault::certificate,
            "tls: failed to verify certificate: x509: " + verdict_text(connection)};
  }
  if (of_tls && reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    return {TlsFault::no_certificate, "tls: client didn't provide a certificate"};
  }
  if (of_tls && says_not_tls(reason)) {
    return {TlsFault::not_tls, "tls: first record does not look like a TLS handshake"};
  }
  const char* text = ERR_reason_error_string(error);
  const TlsFault fault = of_tls && says_version(reason) ? TlsFault::version : TlsFault::protocol;
  return {fault, std::string("tls: ") + (text != nullptr ? text : "unknown reason")};
}

}  // namespace catena::net
