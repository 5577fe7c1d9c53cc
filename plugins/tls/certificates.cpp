// SPDX-License-Identifier: Apache-2.0
#include "plugins/tls/certificates.hpp"

#include "core/base/one_line.hpp"

#include <fmt/chrono.h>

namespace catena::tls {
namespace {

std::uint64_t contents_of(const net::TlsMaterial& material, const SeededHash& hash) {
  std::string all;
  for (const auto& pem : {material.certificate, material.key, material.authorities}) {
    if (pem) all += fmt::format("{}:{}", pem->text.size(), pem->text);
  }
  return hash({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
}

void log_keys(net::TlsMaterial& material, const std::shared_ptr<KeyLog>& key_log) {
  if (key_log) material.keylog = [key_log](std::string_view line) { key_log->write(line); };
}

std::string day_of(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace

Result<std::shared_ptr<Certificates>> Certificates::load(const Files& files,
                                                         const Process& process) {
  Result<net::TlsMaterial> material = read(files);
  if (!material) return material.error();
  std::shared_ptr<KeyLog> key_log;
  if (files.key_log) {
    auto opened = KeyLog::open(*files.key_log);
    if (!opened) return opened.error();
    key_log = std::move(*opened);
  }
  log_keys(*material, key_log);
  auto context = net::TlsContext::server(*material, process.clock);
  if (!context) return context.error();
  return std::make_shared<Certificates>(files, *material, *context, key_log, process);
}

Certificates::Certificates(Files files,
                           const net::TlsMaterial& material,
                           std::shared_ptr<net::TlsContext> context,
                           std::shared_ptr<KeyLog> key_log,
                           const Process& process)
    : files_(std::move(files)),
      context_(std::move(context)),
      key_log_(std::move(key_log)),
      log_(process.log.for_plugin("tls")),
      clock_(process.clock),
      expiry_(process.metrics.gauge("catena_tls_certificate_expiry_timestamp_seconds",
                                    "When the certificate that clients are shown is good no more.",
                                    {{"file", files_.certificate}})),
      failures_(process.metrics.counter("catena_tls_certificate_failures_total",
                                        "Changed files that could not be taken up.",
                                        {{"file", files_.certificate}})),
      seen_(contents_of(material, hash_)) {}

void Certificates::watch() {
  if (!ticker_) ticker_ = std::make_unique<Ticker>(kPeriod, [this] { look(); });
}

void Certificates::look() {
  const std::lock_guard lock(mutex_);
  std::exchange(shown_, true) ? look_at_files() : show();
  look_at_expiry();
}

void Certificates::look_at_files() {
  Result<net::TlsMaterial> material = read(files_);
  if (!material) {
    complain(material.error().text);
  } else if (const std::uint64_t contents = contents_of(*material, hash_); contents != seen_) {
    seen_ = contents;
    take_up(*material);
  }
}

void Certificates::take_up(net::TlsMaterial& material) {
  log_keys(material, key_log_);
  const Result<void> taken = context_->reload(material);
  if (!taken) return complain(taken.error().text);
  told_.clear();
  expiry_told_ = false;
  show();
}

void Certificates::show() {
  const auto expiry = context_->expiry();
  expiry_.set(static_cast<double>(std::chrono::system_clock::to_time_t(expiry)));
  log_.info("{} is shown to clients, and good until {}", files_.certificate, day_of(expiry));
}

void Certificates::complain(const std::string& text) {
  if (text == told_) return;
  told_ = text;
  failures_.add(Lane::shared);
  log_.error("What clients are shown stays as it was: {}", one_line(text));
}

void Certificates::look_at_expiry() {
  if (expiry_told_ || clock_.wall() < context_->expiry()) return;
  expiry_told_ = true;
  log_.error("{} is good no more since {}", files_.certificate, day_of(context_->expiry()));
}

}  // namespace catena::tls
