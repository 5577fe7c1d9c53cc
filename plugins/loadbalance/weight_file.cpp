// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/weight_file.hpp"

#include "core/base/one_line.hpp"
#include "core/config/duration.hpp"
#include "core/config/file_system.hpp"

#include <cctype>
#include <stdexcept>

namespace catena::loadbalance {

WeightFile::WeightFile(std::string path, Duration reload, epoch::Domain& epoch, Log log)
    : path_(std::move(path)), reload_(reload), epoch_(epoch), log_(std::move(log)) {}

WeightFile::~WeightFile() {
  stop();
  delete weights_.load(std::memory_order_relaxed);
}

// The reasons of the system begin with a small letter, as Go writes them.
Result<std::string> WeightFile::read() const {
  const auto text = config::Disk().read(path_);
  if (text) return Result<std::string>(boost::system::in_place_value, *text);
  std::string why = text.error().message();
  if (!why.empty()) why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
  return Error{fmt::format("open {}: {}", path_, why)};
}

void WeightFile::start() {
  const Result<std::string> text = read();
  if (text) {
    Result<Weights> weights = Weights::parse(*text, path_);
    if (!weights) throw std::runtime_error("plugin/loadbalance: " + weights.error().text);
    publish(std::move(*weights));
    text_ = *text;
  } else if (reload_ == Duration::zero()) {
    throw std::runtime_error("plugin/loadbalance: " + text.error().text);
  } else {
    log_.warning("Failed to open weight file: {}. Will try again in {}", text.error().text,
                 config::format_duration(reload_));
  }
  if (reload_ != Duration::zero()) {
    ticker_ = std::make_unique<Ticker>(reload_, [this] { reload(); });
  }
}

void WeightFile::reload() {
  const Result<std::string> text = read();
  if (!text) return log_.error("{}", one_line(text.error().text));
  if (text_ == *text) return;
  text_ = *text;
  Result<Weights> weights = Weights::parse(*text, path_);
  if (!weights) return log_.error("{}", one_line(weights.error().text));
  publish(std::move(*weights));
  log_.info("Successfully reloaded weight file {}", path_);
}

void WeightFile::publish(Weights weights) {
  auto fresh = std::make_unique<Weights>(std::move(weights));
  std::unique_ptr<Weights> old(weights_.exchange(fresh.release(), std::memory_order_acq_rel));
  if (!old) return;
  epoch_.retire(std::move(old));
  epoch_.collect();
}

}  // namespace catena::loadbalance
