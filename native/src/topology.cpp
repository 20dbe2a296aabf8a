// SPDX-License-Identifier: Apache-2.0
#include "kt/topology.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <thread>

namespace kt {
namespace {

// No Linux has more, though garbage may say so.
constexpr int kMostCpus = 1 << 16, kMostNodes = 1 << 10;

// C's functions, not C++'s streams: these bring a program down in which another copy of the C++
// library is at work, as some builds of Python's extensions have it.
std::string read(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"),
                                                             std::fclose);
  std::string text;
  char piece[1024];
  while (file) {
    const std::size_t count = std::fread(piece, 1, sizeof piece, file.get());
    if (count == 0) break;
    text.append(piece, count);
  }
  return text;
}

// Reads a number and moves on behind it; false if there is none.
bool read_number(const char*& at, int& number) {
  char* end = nullptr;
  number = static_cast<int>(std::strtol(at, &end, 10));
  const bool found = end != at;
  at = end;
  return found;
}

// "0-2,8" is 0, 1, 2, 8.
std::set<int> numbers(const std::string& list) {
  std::set<int> found;
  const char* at = list.c_str();
  for (int first = 0; read_number(at, first);) {
    int last = first;
    if (*at == '-') read_number(++at, last);
    if (last > kMostCpus) last = kMostCpus;
    for (int i = first; i <= last; ++i) found.insert(i);
    if (*at == ',') ++at;
  }
  return found;
}

// What follows `key` in a text of lines such as "MemTotal:   1024 kB".
std::string field(const std::string& text, const std::string& key) {
  const auto at = text.find(key);
  if (at == std::string::npos) return "";
  const auto begin = at + key.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

int64_t memory_bytes(const std::string& meminfo) {
  return std::strtoll(field(meminfo, "MemTotal:").c_str(), nullptr, 10) * 1024;
}

std::set<int> usable_cpus(const std::string& root) {
  std::set<int> cpus = numbers(field(read(root + "/proc/self/status"), "Cpus_allowed_list:"));
  if (cpus.empty()) cpus = numbers(read(root + "/sys/devices/system/cpu/online"));
  if (cpus.empty()) {
    for (int i = 0; i == 0 || i < static_cast<int>(std::thread::hardware_concurrency()); ++i) {
      cpus.insert(i);
    }
  }
  return cpus;
}

std::vector<Core> cores_of(const std::string& root, const std::set<int>& cpus) {
  const std::set<int> slow = numbers(read(root + "/sys/devices/cpu_atom/cpus"));
  std::map<std::pair<bool, int>, Core> cores;  // by speed, and by the first thread of the core
  for (const int cpu : cpus) {
    const std::string folder = root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
    const std::set<int> siblings = numbers(read(folder + "/topology/thread_siblings_list"));
    const int first = siblings.empty() ? cpu : *siblings.begin();
    cores[{slow.contains(cpu), first}].push_back(cpu);
  }
  std::vector<Core> found;
  for (auto& [place, core] : cores) found.push_back(std::move(core));
  return found;
}

}  // namespace

Topology topology_of(const std::string& root) {
  const std::set<int> usable = usable_cpus(root);
  const std::string folder = root + "/sys/devices/system/node/";
  Topology nodes;
  bool has_cores = false;
  for (const int id : numbers(read(folder + "online"))) {
    if (id >= kMostNodes) break;
    const std::string node = folder + "node" + std::to_string(id);
    std::set<int> cpus;
    for (const int cpu : numbers(read(node + "/cpulist"))) {
      if (usable.contains(cpu)) cpus.insert(cpu);
    }
    nodes.push_back({id, memory_bytes(read(node + "/meminfo")), cores_of(root, cpus)});
    has_cores = has_cores || !cpus.empty();
  }
  if (has_cores) return nodes;
  return {{0, memory_bytes(read(root + "/proc/meminfo")), cores_of(root, usable)}};
}

std::vector<Place> spread(const Topology& topology, int threads) {
  int64_t all = 0;
  for (const Node& node : topology) all += std::ssize(node.cores);
  std::vector<Place> places;
  int64_t before = 0;  // cores of the nodes before
  for (const Node& node : topology) {
    std::vector<int> cpus;
    for (std::size_t nth = 0, found = 1; found; ++nth) {
      found = 0;
      for (const Core& core : node.cores) {
        if (nth < core.size()) cpus.push_back(core[nth]), ++found;
      }
    }
    const int64_t after = before + std::ssize(node.cores);
    const int64_t count = threads * after / all - threads * before / all;
    for (int64_t i = 0; i < count; ++i) {
      places.push_back({i < std::ssize(cpus) ? cpus[i] : -1, node.id});
    }
    before = after;
  }
  return places;
}

#ifndef _WIN32
Topology this_machine() { return topology_of(""); }
#endif

}  // namespace kt
