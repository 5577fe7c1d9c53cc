// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/objects.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace catena::kubernetes::snapshot {

/// An object in few bytes. Shared between the sink that keeps it up to date and the thread that
/// writes it; never changes.
using Image = std::shared_ptr<const std::string>;

/// All that is served of the object, and nothing that changes without being served: its version and
/// its times are left out.
std::string encode(const api::ServiceObject& object);
std::string encode(const api::SliceObject& object);
std::string encode(const api::ImportObject& object);
std::string encode(const api::PodObject& object);
std::string encode(const api::NamespaceObject& object);

/// The object, without a version. Fails on anything that encode() does not write. Never throws.
template <class Object>
Result<Object> decode(std::string_view image);

template <>
Result<api::ServiceObject> decode<api::ServiceObject>(std::string_view image);
template <>
Result<api::SliceObject> decode<api::SliceObject>(std::string_view image);
template <>
Result<api::ImportObject> decode<api::ImportObject>(std::string_view image);
template <>
Result<api::PodObject> decode<api::PodObject>(std::string_view image);
template <>
Result<api::NamespaceObject> decode<api::NamespaceObject>(std::string_view image);

}  // namespace catena::kubernetes::snapshot
