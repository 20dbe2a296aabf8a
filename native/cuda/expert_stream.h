// SPDX-License-Identifier: Apache-2.0
// The way of experts' weights to the GPU: from their home, if that is not pinned through a ring of
// pinned memory, into a ring on the card. A home that is pinned is read once, at the bus's speed;
// on the other way the same bytes pass the memory four times.
//
//   add(experts)                              threads begin to copy
//   for each expert: slot = take(stream)      what is launched next sees it in the slot
//                    ... products ...
//                    give_back(stream)        the slot is filled again after them
//
// So copying, transfer and products run at once, and the slowest of them sets the pace. Experts may
// be added long before they are taken: as many come ahead as there are slots.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
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

// Slots of equal size, one after another.
struct Slots {
  uint8_t* memory;
  std::size_t count;
};

// One caller at a time. All calls raise an Error if CUDA failed.
class ExpertStream {
 public:
  // stream: whose card it is. pinned, device: slots of slot_bytes, which outlive this object.
  // Raises std::invalid_argument for none of anything, or more pinned slots than others.
  ExpertStream(const Stream& stream, Slots pinned, Slots device, int64_t slot_bytes, int threads);
  ~ExpertStream();
  ExpertStream(const ExpertStream&) = delete;
  ExpertStream& operator=(const ExpertStream&) = delete;

  // Brings these experts, too, in this order, behind those that were added before. Raises
  // std::invalid_argument for an expert without parts, or one that leaves its slot.
  void add(const std::vector<ExpertParts>& experts);

  // Returns the slot of the next expert. Raises std::out_of_range after the last one.
  int take(Stream& stream);

  // Of the slot that was taken first and not given back. Raises std::out_of_range without one.
  void give_back(Stream& stream);

  // Brings nothing more of what was added. When it returns, nothing is read any more from there.
  void drop();

 private:
  // What one thread copies at a time.
  struct Piece {
    std::size_t expert;
    ExpertPart part;
    bool sent_from_there;  // it is pinned
  };

  void check_parts(const ExpertParts& parts) const;
  void add_pieces(const ExpertParts& parts);
  void work();
  bool can_work() const;
  void bring(std::unique_lock<std::mutex>& lock);
  void open(std::unique_lock<std::mutex>& lock, std::size_t expert);
  void stop_bringing(std::unique_lock<std::mutex>& lock);
  bool is_sent(std::size_t expert) const;
  uint8_t* place(const Slots& slots, const Piece& piece) const;
  std::size_t slot_of(std::size_t expert) const { return expert % device_.count; }

  const Slots pinned_, device_;
  const int64_t slot_bytes_;
  const int ordinal_;  // of the card
  cudaStream_t copies_ = nullptr;
  std::vector<Event> arrived_, free_;  // of each slot: what was sent is there, it was used

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> pieces_;  // that nobody has begun to bring
  std::deque<int> left_;      // of each expert not given back, pieces that are not on their way yet
  // Counts of experts since all were dropped. opened_: those whose slots may be written.
  std::size_t opened_ = 0, taken_ = 0, given_back_ = 0;
  int busy_ = 0;  // threads
  bool is_opening_ = false, stops_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace kt::cuda
