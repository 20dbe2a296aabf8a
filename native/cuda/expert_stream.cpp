// SPDX-License-Identifier: Apache-2.0
#include "expert_stream.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "context.h"
#include "errors.h"
#include "pinned.h"

namespace kt::cuda {
namespace {

// Copied and sent at a time: enough that a transfer is at full speed, so little that several
// threads work on one expert.
constexpr int64_t kPieceBytes = int64_t{1} << 20;

}  // namespace

ExpertStream::ExpertStream(const Stream& stream, Slots pinned, Slots device, int64_t slot_bytes,
                           int threads)
    : pinned_(pinned), device_(device), slot_bytes_(slot_bytes), ordinal_(stream.device()) {
  if (slot_bytes < 1 || pinned.count < 1 || threads < 1) {
    throw std::invalid_argument("a ring needs slots, bytes in them and threads");
  }
  if (pinned.count > device.count) {
    throw std::invalid_argument("a ring has no use for more pinned slots than the card has");
  }
  const CurrentDevice current(ordinal_);
  arrived_ = std::vector<Event>(device.count);
  free_ = std::vector<Event>(device.count);
  check(cudaStreamCreateWithFlags(&copies_, cudaStreamNonBlocking), "stream");
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ExpertStream::~ExpertStream() {
  {
    std::unique_lock lock(mutex_);
    stop_bringing(lock);
    stops_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  cudaStreamSynchronize(copies_);
  cudaStreamDestroy(copies_);
}

void ExpertStream::add(const std::vector<ExpertParts>& experts) {
  for (const ExpertParts& parts : experts) check_parts(parts);
  {
    const std::lock_guard lock(mutex_);
    for (const ExpertParts& parts : experts) add_pieces(parts);
  }
  changed_.notify_all();
}

void ExpertStream::check_parts(const ExpertParts& parts) const {
  if (parts.empty()) throw std::invalid_argument("an expert has no parts");
  for (const ExpertPart& part : parts) {
    if (part.bytes < 1 || part.at < 0 || part.at + part.bytes > slot_bytes_) {
      throw std::invalid_argument("an expert does not fit its slot");
    }
  }
}

void ExpertStream::add_pieces(const ExpertParts& parts) {
  const std::size_t expert = given_back_ + left_.size(), before = pieces_.size();
  for (const ExpertPart& part : parts) {
    const bool sent_from_there = is_pinned(part.from);
    const int64_t most = sent_from_there ? part.bytes : kPieceBytes;
    for (int64_t done = 0; done < part.bytes; done += most) {
      const int64_t bytes = std::min(most, part.bytes - done);
      pieces_.push_back({expert, {part.from + done, bytes, part.at + done}, sent_from_there});
    }
  }
  left_.push_back(static_cast<int>(pieces_.size() - before));
}

void ExpertStream::drop() {
  std::unique_lock lock(mutex_);
  stop_bringing(lock);
  left_.clear();
  opened_ = taken_ = given_back_ = 0;
  error_ = nullptr;
  check(cudaStreamSynchronize(copies_), "bringing experts");
}

// Returns when nobody works any more.
void ExpertStream::stop_bringing(std::unique_lock<std::mutex>& lock) {
  pieces_.clear();
  changed_.wait(lock, [this] { return busy_ == 0; });
}

// Whether all of an expert has been sent, if it has not arrived yet.
bool ExpertStream::is_sent(std::size_t expert) const {
  return expert < given_back_ || left_[expert - given_back_] == 0;
}

int ExpertStream::take(Stream& stream) {
  std::unique_lock lock(mutex_);
  const std::size_t in_use = taken_ - given_back_;
  if (in_use >= left_.size()) throw std::out_of_range("all experts have been taken");
  if (in_use >= device_.count) throw std::out_of_range("all slots are taken");
  changed_.wait(lock, [this] { return error_ || is_sent(taken_); });
  if (error_) std::rethrow_exception(error_);
  const std::size_t slot = slot_of(taken_++);
  arrived_[slot].hold(stream.handle());
  return static_cast<int>(slot);
}

void ExpertStream::give_back(Stream& stream) {
  {
    const std::lock_guard lock(mutex_);
    if (given_back_ == taken_) throw std::out_of_range("no expert has been taken");
    free_[slot_of(given_back_)].record(stream.handle());
    ++given_back_;
    left_.pop_front();
  }
  changed_.notify_all();
}

void ExpertStream::work() {
  cudaSetDevice(ordinal_);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stops_ || can_work(); });
    if (stops_) return;
    ++busy_;
    try {
      bring(lock);
    } catch (const std::exception&) {
      if (!lock.owns_lock()) lock.lock();
      is_opening_ = false;
      pieces_.clear();
      error_ = std::current_exception();
    }
    --busy_;
    changed_.notify_all();
  }
}

// Whether there is a piece whose slots may be written, or be made so.
bool ExpertStream::can_work() const {
  if (pieces_.empty()) return false;
  const std::size_t expert = pieces_.front().expert;
  if (expert < opened_) return true;
  if (is_opening_ || expert >= given_back_ + device_.count) return false;
  return expert < pinned_.count || is_sent(expert - pinned_.count);
}

// Brings the next piece. The last of an expert's pieces says when all are there.
void ExpertStream::bring(std::unique_lock<std::mutex>& lock) {
  const Piece piece = pieces_.front();
  pieces_.pop_front();
  if (piece.expert == opened_) open(lock, piece.expert);
  const auto bytes = static_cast<std::size_t>(piece.part.bytes);
  lock.unlock();
  const uint8_t* from = piece.part.from;
  if (!piece.sent_from_there) {
    uint8_t* const pinned = place(pinned_, piece);
    from = static_cast<uint8_t*>(std::memcpy(pinned, from, bytes));
  }
  check(cudaMemcpyAsync(place(device_, piece), from, bytes, cudaMemcpyHostToDevice, copies_),
        "bringing experts");
  lock.lock();
  int& left = left_[piece.expert - given_back_];
  if (left == 1) arrived_[slot_of(piece.expert)].record(copies_);
  --left;
}

// Returns where a piece goes in a ring.
uint8_t* ExpertStream::place(const Slots& slots, const Piece& piece) const {
  const auto slot = static_cast<int64_t>(piece.expert % slots.count);
  return slots.memory + slot * slot_bytes_ + piece.part.at;
}

// Waits until the expert that was in the pinned slot has left it, and lets what is copied next wait
// until the one that was in the card's is not needed any more.
void ExpertStream::open(std::unique_lock<std::mutex>& lock, std::size_t expert) {
  is_opening_ = true;
  lock.unlock();
  if (expert >= pinned_.count) arrived_[slot_of(expert - pinned_.count)].wait();
  free_[slot_of(expert)].hold(copies_);
  lock.lock();
  is_opening_ = false;
  ++opened_;
  changed_.notify_all();
}

}  // namespace kt::cuda
