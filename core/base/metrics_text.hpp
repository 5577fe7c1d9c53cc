// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The words of Prometheus's text format 0.0.4, spelled as Go's client library spells them, so that
/// series and buckets of both servers are the same series.
namespace catena::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// `a="1",b="2"`, sorted by name; backslash, quote and line break are escaped in values.
std::string label_text(Labels labels);

/// For a HELP line: backslash and line break are escaped.
std::string help_text(std::string_view help);

/// The shortest digits that read back as the same number: "0.00025", "1e-05", "64000", "1e+06".
std::string number_text(double value);

}  // namespace catena::metrics
