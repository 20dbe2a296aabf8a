// SPDX-License-Identifier: Apache-2.0
#include "launch.h"

#include "memory.h"
#include "queue.h"

namespace kt::emulated {

cudaError_t launch(cudaStream_t stream, Launch launch) {
  KT_ENTER(launch);
  if (const std::string why = refusal(launch); !why.empty())
    return refuse(cudaErrorInvalidConfiguration, why);
  std::string name = std::string("kernel ") + launch.name;
  return submit(stream, {name,
                         [launch = std::move(launch), name] {
                           std::string report = run(launch);
                           if (!report.empty()) return report;
                           const std::string damaged = damage();
                           return damaged.empty() ? damaged : name + ": " + damaged;
                         },
                         nullptr});
}

}  // namespace kt::emulated
