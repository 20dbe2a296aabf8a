// SPDX-License-Identifier: Apache-2.0
// Steps with hand-offs for tests: made-up layers whose values depend on everything that is passed
// between GPU and CPU, and the same values computed here.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "event.h"
#include "handoff.h"
#include "pinned.h"
#include "stream.h"

namespace kt::test {

namespace gpu = kt::cuda;

constexpr gpu::Backend kBackends[] = {gpu::Backend::kHostNode, gpu::Backend::kFlagKernel,
                                      gpu::Backend::kMemOp};

// Memory that both sides reach.
template <class T>
class Mapped {
 public:
  explicit Mapped(int64_t count)
      : memory_(count * static_cast<int64_t>(sizeof(T))), count_(count) {}
  T* data() const { return static_cast<T*>(memory_.data()); }
  T& operator[](int64_t i) const { return data()[i]; }
  void fill(T value) const { std::fill(data(), data() + count_, value); }

 private:
  gpu::PinnedMemory memory_;
  int64_t count_;
};

struct Shape {
  int tokens = 1, width = 64, layers = 3;
  static constexpr int kExperts = 4;  // per token
  int64_t values() const { return int64_t{tokens} * width; }
  int64_t pairs() const { return int64_t{tokens} * kExperts; }
};

// Where the launches of a step lie. kForked: the hand-off on a branch, the GPU's own part on the
// main stream. kDeferred: each layer's request has a second job, which is waited for one layer
// later.
enum class Course { kPlain, kForked, kDeferred };

// Stands for experts: every input counts, and values move about.
inline void compute(const Shape& shape, int job, const float* x, const int32_t* ids,
                    const float* weights, float* out) {
  for (int64_t i = 0; i < shape.values(); ++i) {
    const int64_t token = i / shape.width, column = i % shape.width;
    const int64_t pair = token * Shape::kExperts + column % Shape::kExperts;
    const float neighbour = x[token * shape.width + (column + 1) % shape.width];
    out[i] = static_cast<float>(job + ids[pair]) + weights[pair] - 0.5f * neighbour;
  }
}

// One layer's exchange, and the argument of its jobs.
struct Layer {
  Layer(const Shape& of, int index)
      : shape(of),
        number(index),
        x(of.values()),
        weights(of.pairs()),
        result(of.values()),
        later(of.values()),
        ids(of.pairs()) {}

  // What was there before must not do for what should have come.
  void spoil() const {
    for (const Mapped<float>* rows : {&x, &weights, &result, &later}) {
      rows->fill(std::numeric_limits<float>::quiet_NaN());
    }
    ids.fill(-1000);
  }

  void run(int job, const Mapped<float>& out) const {
    if (disturb) disturb(number);
    std::vector<float> rows(static_cast<size_t>(shape.values()));
    compute(shape, job, x.data(), ids.data(), weights.data(), rows.data());
    if (disturb) disturb(number);
    std::memcpy(out.data(), rows.data(), rows.size() * sizeof(float));
  }
  static void run_now(void* it) noexcept {
    const auto& layer = *static_cast<const Layer*>(it);
    layer.run(layer.number, layer.result);
  }
  static void run_later(void* it) noexcept {
    const auto& layer = *static_cast<const Layer*>(it);
    layer.run(100 + layer.number, layer.later);
  }

  Shape shape;
  int number;
  Mapped<float> x, weights, result, later;
  Mapped<int32_t> ids;
  void (*disturb)(int layer) = nullptr;  // called before a job reads and before it writes
};

// x = inputs; for each layer: x = (x + constant) + job(x); outputs = x. The GPU adds the constant
// while the CPU works. Uses the stream's scratch memory.
class Steps {
 public:
  Steps(const Shape& shape, gpu::Stream& stream, gpu::Stream& branch)
      : shape_(shape),
        stream_(stream),
        branch_(branch),
        inputs_(shape.values()),
        constant_(shape.values()),
        outputs_(shape.values()),
        weights_(shape.pairs()),
        ids_(shape.pairs()),
        x_(static_cast<float*>(stream.scratch())),
        shared_(x_ + shape.values()),
        gpu_weights_(shared_ + shape.values()),
        gpu_ids_(reinterpret_cast<int32_t*>(gpu_weights_ + shape.pairs())) {
    for (int i = 0; i < shape.layers; ++i) layers_.push_back(std::make_unique<Layer>(shape, i));
    for (int64_t i = 0; i < shape.values(); ++i) constant_[i] = static_cast<float>(i % 5) / 4;
  }

  Layer& layer(int i) const { return *layers_[i]; }

  void disturb(void (*how)(int)) const {
    for (const auto& layer : layers_) layer->disturb = how;
  }

  // New inputs; nothing of the last step is left.
  void load(int seed) const {
    for (int64_t i = 0; i < shape_.values(); ++i) {
      inputs_[i] = static_cast<float>((i * 37 + seed * 11) % 29 - 14);
    }
    for (int64_t i = 0; i < shape_.pairs(); ++i) {
      weights_[i] = static_cast<float>((i * 5 + seed) % 7) / 8;
      ids_[i] = static_cast<int32_t>((i * 3 + seed) % 13);
    }
    outputs_.fill(std::numeric_limits<float>::quiet_NaN());
    for (const auto& layer : layers_) layer->spoil();
  }

  void launch(gpu::Handoff& handoff, Course course) const {
    gpu::copy_inputs(stream_, ids_.data(), gpu_ids_, shape_.pairs());
    gpu::collect(stream_, {inputs_.data(), nullptr, x_, shape_.values()});
    gpu::collect(stream_, {weights_.data(), nullptr, gpu_weights_, shape_.pairs()});
    uint32_t deferred = 0;
    for (int i = 0; i < shape_.layers; ++i) {
      if (course == Course::kForked) {
        launch_forked(handoff, i);
      } else {
        const bool defers = course == Course::kDeferred;
        const uint32_t number = request(handoff, stream_, i, defers);
        add_constant();
        handoff.wait(stream_, number, {layer(i).result.data(), shared_, x_, shape_.values()});
        if (deferred) wait_later(handoff, deferred, i - 1);
        deferred = defers ? number + 1 : 0;
      }
    }
    if (deferred) wait_later(handoff, deferred, shape_.layers - 1);
    gpu::publish(stream_,
                 {x_, nullptr, nullptr, outputs_.data(), nullptr, nullptr, shape_.values(), 0});
  }

  gpu::Graph capture(gpu::Handoff& handoff, Course course) const {
    stream_.begin_capture();
    launch(handoff, course);
    return stream_.end_capture();
  }

  bool is_right(Course course) const {
    std::vector<float> x(inputs_.data(), inputs_.data() + shape_.values()), now(x), later, next;
    for (int i = 0; i < shape_.layers; ++i) {
      compute(shape_, i, x.data(), ids_.data(), weights_.data(), now.data());
      next.resize(x.size());
      compute(shape_, 100 + i, x.data(), ids_.data(), weights_.data(), next.data());
      for (size_t j = 0; j < x.size(); ++j) x[j] = (x[j] + constant_[j]) + now[j];
      if (course != Course::kDeferred) continue;
      for (size_t j = 0; j < later.size(); ++j) x[j] += later[j];
      later = next;
    }
    for (size_t j = 0; j < later.size(); ++j) x[j] += later[j];
    return std::memcmp(x.data(), outputs_.data(), x.size() * sizeof(float)) == 0;
  }

 private:
  static gpu::Job job(void (*run)(void*), Layer& layer) {
    return {run, &layer, "experts of layer " + std::to_string(layer.number), nullptr};
  }

  uint32_t request(gpu::Handoff& handoff, gpu::Stream& stream, int i, bool defers) const {
    const Layer& to = layer(i);
    std::vector<gpu::Job> jobs{job(Layer::run_now, layer(i))};
    if (defers) jobs.push_back(job(Layer::run_later, layer(i)));
    return handoff.request(stream, std::move(jobs),
                           {x_, gpu_ids_, gpu_weights_, to.x.data(), to.ids.data(),
                            to.weights.data(), shape_.values(), shape_.pairs()});
  }

  void wait_later(gpu::Handoff& handoff, uint32_t number, int i) const {
    handoff.wait(stream_, number, {layer(i).later.data(), x_, x_, shape_.values()});
  }

  void add_constant() const {
    gpu::collect(stream_, {constant_.data(), x_, shared_, shape_.values()});
  }

  // The branch takes the result, so that the main stream meets it only where they join.
  void launch_forked(gpu::Handoff& handoff, int i) const {
    fork_.record(stream_.handle());
    fork_.hold(branch_.handle());
    const uint32_t number = request(handoff, branch_, i, false);
    add_constant();
    shared_done_.record(stream_.handle());
    shared_done_.hold(branch_.handle());
    handoff.wait(branch_, number, {layer(i).result.data(), shared_, x_, shape_.values()});
    join_.record(branch_.handle());
    join_.hold(stream_.handle());
  }

  Shape shape_;
  gpu::Stream &stream_, &branch_;
  mutable gpu::Event fork_, shared_done_, join_;
  Mapped<float> inputs_, constant_, outputs_, weights_;
  Mapped<int32_t> ids_;
  std::vector<std::unique_ptr<Layer>> layers_;
  float *x_, *shared_, *gpu_weights_;
  int32_t* gpu_ids_;
};

}  // namespace kt::test
