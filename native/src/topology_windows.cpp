// SPDX-License-Identifier: Apache-2.0
// The cores and memory nodes as Windows gives them: by processor groups of at most 64.
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <map>

#include "kt/topology.h"

namespace kt {
namespace {

constexpr int kGroupSize = 64;

// Every core's processors, as records of varying length.
std::vector<std::byte> core_records() {
  DWORD bytes = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
  std::vector<std::byte> records(bytes);
  auto* const first = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(records.data());
  if (!GetLogicalProcessorInformationEx(RelationProcessorCore, first, &bytes)) bytes = 0;
  records.resize(bytes);
  return records;
}

// Which processors of a group this process may use. A mask that leaves some out is for the group
// that the process started in; without one, threads may go to every group.
KAFFINITY allowed(WORD group) {
  DWORD_PTR process = 0, system = 0;
  USHORT groups[1] = {0}, count = 1;
  if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &system) || process == system) {
    return ~KAFFINITY{0};
  }
  if (!GetProcessGroupAffinity(GetCurrentProcess(), &count, groups)) return ~KAFFINITY{0};
  return groups[0] == group ? process : 0;
}

int node_of(int cpu) {
  PROCESSOR_NUMBER number{};
  number.Group = static_cast<WORD>(cpu / kGroupSize);
  number.Number = static_cast<BYTE>(cpu % kGroupSize);
  USHORT node = 0;
  return GetNumaProcessorNodeEx(&number, &node) && node != 0xffff ? node : 0;
}

Core usable_part(const PROCESSOR_RELATIONSHIP& core) {
  const GROUP_AFFINITY& affinity = core.GroupMask[0];  // a core lies in one group
  const KAFFINITY usable = affinity.Mask & allowed(affinity.Group);
  Core cpus;
  for (int i = 0; i < kGroupSize; ++i) {
    if (usable >> i & 1) cpus.push_back(affinity.Group * kGroupSize + i);
  }
  return cpus;
}

// 0 for the slowest kind. The member `EfficiencyClass`, for which MinGW's header has no name yet.
int speed(const PROCESSOR_RELATIONSHIP& core) { return (&core.Flags)[1]; }

int64_t memory_bytes() {
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  return GlobalMemoryStatusEx(&status) ? static_cast<int64_t>(status.ullTotalPhys) : 0;
}

}  // namespace

Topology this_machine() {
  const std::vector<std::byte> records = core_records();
  std::map<int, std::multimap<int, Core>> nodes;  // cores by how slow they are
  for (std::size_t at = 0; at < records.size();) {
    const auto& record =
        reinterpret_cast<const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX&>(records[at]);
    Core core = usable_part(record.Processor);
    if (!core.empty()) {
      nodes[node_of(core[0])].emplace(-speed(record.Processor), std::move(core));
    }
    at += record.Size;
  }
  Topology topology;
  for (auto& [id, cores] : nodes) {
    topology.push_back({id, 0, {}});
    for (auto& [slowness, core] : cores) topology.back().cores.push_back(std::move(core));
  }
  if (topology.empty()) return {{0, memory_bytes(), {{0}}}};
  // Windows does not say how much each of several nodes has.
  if (topology.size() == 1) topology[0].memory_bytes = memory_bytes();
  return topology;
}

}  // namespace kt
