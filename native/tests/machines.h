// SPDX-License-Identifier: Apache-2.0
// Made-up machines: folders with the files by which Linux describes one.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace kt::test {

class Machine {
 public:
  Machine() {
    static std::atomic<int> count{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    root_ = std::filesystem::temp_directory_path() /
            ("machine-" + std::to_string(now) + "-" + std::to_string(count++));
  }
  ~Machine() {
    std::error_code ignored;
    if (!root_.empty()) std::filesystem::remove_all(root_, ignored);
  }
  Machine(Machine&& other) noexcept : root_(std::exchange(other.root_, {})) {}
  Machine& operator=(Machine&&) = delete;

  std::string root() const { return root_.generic_string(); }

  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  void node(int id, const std::string& cpus, int64_t gigabytes) {
    const std::string name = std::to_string(id), folder = "sys/devices/system/node/node" + name;
    write(folder + "/cpulist", cpus + "\n");
    write(folder + "/meminfo", "Node " + name +
                                   " MemTotal:       " + std::to_string(gigabytes << 20) +
                                   " kB\nNode " + name + " MemFree:  1 kB\n");
  }

  void siblings(int cpu, const std::string& list) {
    write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
          list + "\n");
  }

  void allow(const std::string& cpus) {
    write("proc/self/status", "Name:\tx\nCpus_allowed_list:\t" + cpus + "\n");
  }

 private:
  std::filesystem::path root_;
};

// Cores 0 to cores - 1 whose second hardware threads come after all of the first.
inline void twofold_cores(Machine& machine, int cores) {
  for (int cpu = 0; cpu < 2 * cores; ++cpu) {
    const int first = cpu % cores;
    machine.siblings(cpu, std::to_string(first) + "," + std::to_string(first + cores));
  }
}

// Two sockets with 32 cores of two hardware threads, of which a process may use some.
inline Machine two_sockets(const std::string& allowed) {
  Machine machine;
  machine.write("sys/devices/system/node/online", "0-1\n");
  machine.node(0, "0-31,64-95", 256);
  machine.node(1, "32-63,96-127", 256);
  twofold_cores(machine, 64);
  machine.allow(allowed);
  return machine;
}

// One socket that shows itself as four nodes of 16 cores.
inline Machine four_nodes() {
  Machine machine;
  machine.write("sys/devices/system/node/online", "0-3\n");
  machine.node(0, "0-15,64-79", 128);
  machine.node(1, "16-31,80-95", 128);
  machine.node(2, "32-47,96-111", 128);
  machine.node(3, "48-63,112-127", 128);
  twofold_cores(machine, 64);
  machine.allow("0-127");
  return machine;
}

// A desktop with 8 slow cores, then 8 fast ones of two hardware threads.
inline Machine hybrid() {
  Machine machine;
  machine.write("sys/devices/system/node/online", "0\n");
  machine.node(0, "0-23", 64);
  machine.write("sys/devices/cpu_atom/cpus", "0-7\n");
  for (int cpu = 0; cpu < 8; ++cpu) machine.siblings(cpu, std::to_string(cpu));
  for (int cpu = 8; cpu < 24; ++cpu) {
    const int first = cpu / 2 * 2;
    machine.siblings(cpu, std::to_string(first) + "-" + std::to_string(first + 1));
  }
  machine.allow("0-23");
  return machine;
}

}  // namespace kt::test
