// SPDX-License-Identifier: Apache-2.0
// Services of other clusters (MCS-API), which multicluster zones answer from.
#pragma once

#include "plugins/kubernetes/store/writer.hpp"

#include <memory>

namespace catena::kubernetes {

/// ServiceImports: a service each, headless or with addresses of its own.
class ImportSink final : public ResourceSink<api::ImportObject, KeptService> {
 public:
  explicit ImportSink(const WriterContext& context);

 private:
  void apply(KeptService& kept, const api::ImportObject& object) override;
  void forget(KeptService& kept) override;

  const WriterContext* context_;
  ServiceEntryWriter entries_;
};

/// The slices of imports: endpoints in other clusters. No address of theirs leads back to a name.
class ImportSliceSink final : public ResourceSink<api::SliceObject, KeptSlice> {
 public:
  explicit ImportSliceSink(const WriterContext& context);

 private:
  void apply(KeptSlice& kept, const api::SliceObject& object) override;
  void forget(KeptSlice& kept) override;
  void withdraw(ServiceEntry* entry, std::unique_ptr<Slice> slice);

  const WriterContext* context_;
  ServiceEntryWriter entries_;
  metrics::Counter& bad_addresses_;
};

}  // namespace catena::kubernetes
