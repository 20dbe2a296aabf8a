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

ExpertStream::ExpertStream(const Stream& stream, uint8_t* pinned, uint8_t* device,
                           int64_t slot_bytes, int slots, int threads)
    : pinned_(pinned), device_(device), slot_bytes_(slot_bytes), ordinal_(stream.device()) {
  if (slot_bytes < 1 || slots < 1 || threads < 1) {
    throw std::invalid_argument("a ring needs slots, bytes in them and threads");
  }
  const CurrentDevice current(ordinal_);
  arrived_ = std::vector<Event>(static_cast<std::size_t>(slots));
  free_ = std::vector<Event>(static_cast<std::size_t>(slots));
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

void ExpertStream::begin(const std::vector<ExpertParts>& experts) {
  for (const ExpertParts& parts : experts) check_parts(parts);
  std::unique_lock lock(mutex_);
  stop_bringing(lock);
  forget_experts();
  for (std::size_t i = 0; i < experts.size(); ++i) add_pieces(i, experts[i]);
  lock.unlock();
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

void ExpertStream::add_pieces(std::size_t expert, const ExpertParts& parts) {
  const std::size_t before = pieces_.size();
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

// Returns when nobody works any more.
void ExpertStream::stop_bringing(std::unique_lock<std::mutex>& lock) {
  next_ = pieces_.size();
  changed_.wait(lock, [this] { return busy_ == 0; });
}

// All begins anew. What was sent of an expert that was stopped halfway has yet to leave the pinned
// memory: `open` waits for that, too, before others write there.
void ExpertStream::forget_experts() {
  for (std::size_t expert = 0; expert < opened_; ++expert) {
    if (left_[expert] > 0) arrived_[slot_of(expert)].record(copies_);
  }
  pieces_.clear();
  left_.clear();
  next_ = opened_ = taken_ = given_back_ = 0;
  error_ = nullptr;
}

int ExpertStream::take(Stream& stream) {
  std::unique_lock lock(mutex_);
  if (taken_ >= left_.size()) throw std::out_of_range("all experts have been taken");
  if (taken_ - given_back_ >= arrived_.size()) throw std::out_of_range("all slots are taken");
  changed_.wait(lock, [this] { return error_ || left_[taken_] == 0; });
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
      next_ = pieces_.size();
      error_ = std::current_exception();
    }
    --busy_;
    changed_.notify_all();
  }
}

// Whether there is a piece whose slot may be written, or be made so.
bool ExpertStream::can_work() const {
  if (next_ == pieces_.size()) return false;
  const std::size_t expert = pieces_[next_].expert;
  return expert < opened_ || (!is_opening_ && expert < given_back_ + arrived_.size());
}

// Brings the next piece. The last of an expert's pieces says when all are there.
void ExpertStream::bring(std::unique_lock<std::mutex>& lock) {
  const Piece piece = pieces_[next_++];
  if (piece.expert == opened_) open(lock, piece.expert);
  const std::size_t slot = slot_of(piece.expert);
  const int64_t at = static_cast<int64_t>(slot) * slot_bytes_ + piece.part.at;
  const auto bytes = static_cast<std::size_t>(piece.part.bytes);
  lock.unlock();
  const uint8_t* from = piece.part.from;
  if (!piece.sent_from_there) from = static_cast<uint8_t*>(std::memcpy(pinned_ + at, from, bytes));
  check(cudaMemcpyAsync(device_ + at, from, bytes, cudaMemcpyHostToDevice, copies_),
        "bringing experts");
  lock.lock();
  if (left_[piece.expert] == 1) arrived_[slot].record(copies_);
  --left_[piece.expert];
}

// Waits until the slot's last expert has left the pinned memory, and lets what is copied next wait
// until that expert is not needed any more.
void ExpertStream::open(std::unique_lock<std::mutex>& lock, std::size_t expert) {
  const std::size_t slot = slot_of(expert);
  is_opening_ = true;
  lock.unlock();
  arrived_[slot].wait();
  free_[slot].hold(copies_);
  lock.lock();
  is_opening_ = false;
  ++opened_;
  changed_.notify_all();
}

}  // namespace kt::cuda
