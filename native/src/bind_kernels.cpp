// SPDX-License-Identifier: Apache-2.0
// The CPU's kernels as methods of its streams: those that every device has, and its own.
#include <atomic>

#include "bindings.h"
#include "kt/kernels.h"
#include "kt/part_by_weight.h"
#include "kt/scan.h"
#include "kt/stream.h"
#include "launches.h"

namespace py = pybind11;

namespace kt {

// Beside Stream, where `Launches` finds them.
#define KT_LAUNCH_ON_CPU(name, Args, grain)                                                  \
  static void launch(Stream& stream, bind::name##_kernel, const Args& args, int64_t items) { \
    stream.launch(stream.kernels().name, args, items, grain);                                \
  }
KT_DEVICE_KERNELS(KT_LAUNCH_ON_CPU)
#undef KT_LAUNCH_ON_CPU

namespace {

#define KT_GRAIN(name, Args, grain) constexpr int64_t name##_grain = grain;
KT_CPU_KERNELS(KT_GRAIN)
#undef KT_GRAIN

void quantize(Stream& stream, bind::Address x, int64_t token_stride, int64_t group_stride,
              bind::Address out, int64_t tokens, int groups, int width) {
  const QuantizeArgs args{
      bind::at<const float>(x), bind::at<uint8_t>(out), token_stride, group_stride, groups, width};
  stream.launch(stream.kernels().quantize, args, tokens * groups * (width / kBlock),
                quantize_grain);
}

void interleave(Stream& stream, const bind::MatrixOf& stored, bind::Address out, int64_t rows) {
  const InterleaveArgs args{bind::matrix(stored), bind::at<uint8_t>(out)};
  stream.launch(stream.kernels().interleave, args, rows / kPanelRows, interleave_grain);
}

void launch_part_by_weight(Stream& stream, bind::Address ids, bind::Address weights,
                           bind::Address heavy_ids, bind::Address heavy_weights,
                           bind::Address light_ids, bind::Address light_weights, int64_t tokens,
                           int experts_per_token, int light) {
  const PartByWeightArgs args{bind::at<const int32_t>(ids),
                              bind::at<const float>(weights),
                              bind::at<int32_t>(heavy_ids),
                              bind::at<float>(heavy_weights),
                              bind::at<int32_t>(light_ids),
                              bind::at<float>(light_weights),
                              experts_per_token,
                              light};
  stream.launch(&kt::part_by_weight, args, tokens, 1);
}

void requantize(Stream& stream, const bind::MatrixOf& stored, int type, bind::Address out,
                int64_t out_row_bytes, int64_t rows) {
  const RequantizeArgs args{bind::matrix(stored), static_cast<WeightType>(type),
                            bind::at<uint8_t>(out), out_row_bytes};
  stream.launch(stream.kernels().requantize, args, rows, requantize_grain);
}

// Returns the first row that is not of finite numbers, or `rows` if all are.
int64_t scan_rows(Stream& stream, const bind::MatrixOf& weight, int64_t rows) {
  std::atomic<int64_t> first_bad{rows};
  stream.launch(&kt::scan, ScanArgs{bind::matrix(weight), &first_bad}, rows, kScanGrain);
  return first_bad;
}

}  // namespace
}  // namespace kt

void bind_kernels(py::module_& m, py::class_<kt::Stream>& stream) {
  kt::bind::bind_launches(stream);
  const auto without_gil = py::call_guard<py::gil_scoped_release>();
#define KT_BIND(name, Args, grain) stream.def(#name, &kt::name, without_gil);
  KT_CPU_KERNELS(KT_BIND)
#undef KT_BIND
  stream.def("scan", &kt::scan_rows, without_gil);
  stream.def("part_by_weight", &kt::launch_part_by_weight, without_gil);
  m.def("interleaved_row_bytes", [](int type, int64_t columns) {
    return kt::interleaved_row_bytes(static_cast<kt::WeightType>(type), columns);
  });
}
