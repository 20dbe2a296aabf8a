// SPDX-License-Identifier: Apache-2.0
// Cores, nodes and places on made-up machines, as Linux describes them, and on this one.
#include "kt/topology.h"

#include <map>
#include <set>
#include <string>

#include "check.h"
#include "kt/affinity.h"
#include "machines.h"

namespace {

using kt::test::check;
using kt::test::Machine;

std::map<int, int> cores_by_node(const kt::Topology& topology) {
  std::map<int, int> cores;
  for (const kt::Node& node : topology) cores[node.id] = static_cast<int>(node.cores.size());
  return cores;
}

std::map<int, int> threads_by_node(const std::vector<kt::Place>& places) {
  std::map<int, int> threads;
  for (const kt::Place& place : places) ++threads[place.node];
  return threads;
}

std::set<int> cpus(const std::vector<kt::Place>& places) {
  std::set<int> found;
  for (const kt::Place& place : places) found.insert(place.cpu);
  return found;
}

using Counts = std::map<int, int>;

void test_two_sockets() {
  const Machine machine = kt::test::two_sockets("0-127");
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 32}, {1, 32}}, "two sockets of 32 cores");
  check(nodes[1].cores[0] == kt::Core{32, 96}, "a core has its two hardware threads");
  check(nodes[0].memory_bytes == int64_t{256} << 30, "a node has its memory");
  const auto places = kt::spread(nodes, 64);
  check(threads_by_node(places) == Counts{{0, 32}, {1, 32}}, "half of the threads each");
  check(*cpus(places).rbegin() == 63, "one hardware thread per core");
  check(threads_by_node(kt::spread(nodes, 7)) == Counts{{0, 3}, {1, 4}}, "few threads spread");
  check(cpus(kt::spread(nodes, 128)).size() == 128, "then the second ones of the cores");
  check(cpus(kt::spread(nodes, 130)).contains(-1), "more than that stay anywhere");
  check(threads_by_node(kt::spread(nodes, 1)).size() == 1, "one thread has a place");
}

void test_four_nodes() {
  const Machine machine = kt::test::four_nodes();
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 16}, {1, 16}, {2, 16}, {3, 16}}, "four nodes of 16");
  check(threads_by_node(kt::spread(nodes, 32)) == Counts{{0, 8}, {1, 8}, {2, 8}, {3, 8}},
        "a quarter of the threads each");
}

void test_fast_and_slow_cores() {
  const Machine machine = kt::test::hybrid();
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 16}}, "8 fast and 8 slow cores");
  check(cpus(kt::spread(nodes, 8)) == std::set<int>{8, 10, 12, 14, 16, 18, 20, 22},
        "fast cores come first, one hardware thread of each");
  check(cpus(kt::spread(nodes, 16)).contains(0), "then the slow ones");
}

void test_container() {
  const Machine machine = kt::test::two_sockets("40-42");
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 0}, {1, 3}}, "three cores of node 1 may be used");
  check(cpus(kt::spread(nodes, 3)) == std::set<int>{40, 41, 42}, "and only these are");
}

void test_uneven_container() {
  const Machine machine = kt::test::two_sockets("0-5,32,33");
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(threads_by_node(kt::spread(nodes, 4)) == Counts{{0, 3}, {1, 1}}, "in proportion to cores");
}

void test_node_without_cores() {
  Machine machine = kt::test::two_sockets("0-127");
  machine.node(2, "", 512);
  machine.write("sys/devices/system/node/online", "0-2\n");
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 32}, {1, 32}, {2, 0}}, "memory without cores");
  check(threads_by_node(kt::spread(nodes, 64)) == Counts{{0, 32}, {1, 32}}, "takes no threads");
}

void test_no_node_folder() {
  Machine machine;
  machine.write("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-2,8\nSeccomp:\t0\n");
  machine.write("proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n");
  const kt::Topology nodes = kt::topology_of(machine.root());
  check(cores_by_node(nodes) == Counts{{0, 4}}, "each hardware thread is a core of one node");
  check(nodes[0].memory_bytes == 1 << 20, "which has all of the memory");
}

void test_nothing_said() {
  const kt::Topology nodes = kt::topology_of("/no/such/folder");
  check(nodes.size() == 1 && !nodes[0].cores.empty(), "a machine that says nothing has a core");
}

void test_damaged_files() {
  Machine machine;
  machine.write("proc/self/status", "Cpus_allowed_list:\tx-y\n");
  machine.write("sys/devices/system/node/online", "0-\n");
  check(!kt::topology_of(machine.root()).empty(), "what is no list is no core");
}

void test_this_machine() {
  const kt::Topology nodes = kt::this_machine();
  int cores = 0;
  for (const auto& [node, count] : cores_by_node(nodes)) cores += count;
  check(cores >= 1, "this machine has a core");
  check(cpus(kt::spread(nodes, cores)).size() == static_cast<std::size_t>(cores),
        "as many threads as cores have one each");
  check(!kt::pin_thread(-1) && !kt::pin_thread(1 << 20), "there are no such cores to stay on");
  const kt::PreferredNode nowhere(-1), too_far(1 << 20), not_there(900);
}

}  // namespace

int main() {
  test_two_sockets();
  test_four_nodes();
  test_fast_and_slow_cores();
  test_container();
  test_uneven_container();
  test_node_without_cores();
  test_no_node_folder();
  test_nothing_said();
  test_damaged_files();
  test_this_machine();
  return kt::test::result();
}
