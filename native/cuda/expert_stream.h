// SPDX-License-Identifier: Apache-2.0
// The way of experts' weights to the GPU: from their home, if that is not pinned through a ring of
// pinned memory, into a ring on the card. A home that is pinned is read once, at the bus's speed;
// on the other way the same bytes pass the memory four times.
//
//   begin(experts)                            threads begin to copy
//   for each expert: slot = take(stream)      what is launched next sees it in the slot
//                    ... products ...
//                    give_back(stream)        the slot is filled again after them
//
// So copying, transfer and products run at once, and the slowest of them sets the pace.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "event.h"
#include "stream.h"

namespace kt::cuda {

// Bytes of an expert, and where they go in its slot.
struct ExpertPart {
  const uint8_t* from;
  int64_t bytes, at;
};
using ExpertParts = std::vector<ExpertPart>;

// One caller at a time. All calls raise an Error if CUDA failed.
class ExpertStream {
 public:
  // stream: whose card it is. pinned, device: `slots` times slot_bytes, which outlive this object.
  // Raises std::invalid_argument for none of anything.
  ExpertStream(const Stream& stream, uint8_t* pinned, uint8_t* device, int64_t slot_bytes,
               int slots, int threads);
  ~ExpertStream();
  ExpertStream(const ExpertStream&) = delete;
  ExpertStream& operator=(const ExpertStream&) = delete;

  // Begins to bring experts, in this order; what is left of those before is not brought any more.
  // Raises std::invalid_argument for an expert without parts, or one that leaves its slot.
  void begin(const std::vector<ExpertParts>& experts);

  // Returns the slot of the next expert. Raises std::out_of_range after the last one.
  int take(Stream& stream);

  // Of the slot that was taken first and not given back. Raises std::out_of_range without one.
  void give_back(Stream& stream);

 private:
  // What one thread copies at a time.
  struct Piece {
    std::size_t expert;
    ExpertPart part;
    bool sent_from_there;  // it is pinned
  };

  void check_parts(const ExpertParts& parts) const;
  void add_pieces(std::size_t expert, const ExpertParts& parts);
  void work();
  bool can_work() const;
  void bring(std::unique_lock<std::mutex>& lock);
  void open(std::unique_lock<std::mutex>& lock, std::size_t expert);
  void stop_bringing(std::unique_lock<std::mutex>& lock);
  void forget_experts();
  std::size_t slot_of(std::size_t expert) const { return expert % arrived_.size(); }

  uint8_t* const pinned_;
  uint8_t* const device_;
  const int64_t slot_bytes_;
  const int ordinal_;  // of the card
  cudaStream_t copies_ = nullptr;
  std::vector<Event> arrived_, free_;  // of each slot: what was sent is there, it was used

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Piece> pieces_;
  std::vector<int> left_;   // of each expert, pieces that are not on their way yet
  std::size_t next_ = 0;    // piece
  std::size_t opened_ = 0;  // experts whose slots may be written
  std::size_t taken_ = 0, given_back_ = 0;
  int busy_ = 0;  // threads
  bool is_opening_ = false, stops_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace kt::cuda
