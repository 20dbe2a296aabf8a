// SPDX-License-Identifier: Apache-2.0
#include "launch.h"

#include "memory.h"
#include "queue.h"
#include "report.h"

namespace kt::emulated {

cudaError_t launch(cudaStream_t stream, Launch launch) {
  KT_ENTER(launch);
  if (const std::string why = refusal(launch); !why.empty())
    return refuse(cudaErrorInvalidConfiguration, why);
  if (stream->device != current_device())
    return refuse(cudaErrorInvalidResourceHandle,
                  describe(launch) + " on a stream of a device that is not the current one");
  std::string name = std::string("kernel ") + launch.name;
  return submit(stream, {name,
                         [launch = std::move(launch), name, device = stream->device] {
                           close_other_devices(device);
                           std::string report = run(launch);
                           if (!report.empty()) return report;
                           const std::string damaged = damage();
                           return damaged.empty() ? damaged : name + ": " + damaged;
                         },
                         nullptr});
}

}  // namespace kt::emulated
