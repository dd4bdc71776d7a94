// Comparison.cpp - tensors of a device against the oracle's values and bounds.
//
// Must not loosen a bound: what a kernel may do is decided in passes/reference.
#include "codegen/reference/Elements.h"
#include "codegen/reference/ReferenceResult.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace attnc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<int64_t> indexOf(int64_t linear, const std::vector<int64_t> &shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = linear % shape[axis];
    linear /= shape[axis];
  }
  return index;
}

/// error / bound of one element: at most 1 is right.
double ratioOf(double expected, double actual, double bound) {
  if (std::isnan(expected))
    return std::isnan(actual) ? 0 : kInfinity;
  if (std::isinf(expected)) {
    bool matches = actual == expected || (bound != 0 && std::isnan(actual));
    return matches ? 0 : kInfinity;
  }
  if (std::isinf(bound))
    return 0;
  double error = std::abs(actual - expected);
  if (std::isnan(error))
    return kInfinity;
  return error == 0 ? 0 : error / bound; // a bound of 0 gives infinity
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string elementText(const ComparedElement &element) {
  if (element.untouched)
    return reference::shapeText(element.index) + " expected the bytes from before the run (" +
           number(element.expected) + "), got " + number(element.actual);
  return reference::shapeText(element.index) + " expected " + number(element.expected) + " +- " +
         number(element.bound) + ", got " + number(element.actual);
}

/// What a tensor has for value `part` of an element.
double loadValue(const ReferenceOutput &expected, const Tensor &actual, int64_t offset, int64_t part) {
  return expected.halfBytes ? reference::loadHalf(actual, offset, part)
                            : reference::loadElement(actual, offset);
}

/// The tensor's, with values in place of elements.
std::vector<int64_t> shapeOfValues(const ReferenceOutput &output) {
  std::vector<int64_t> shape = output.shape;
  if (output.halfBytes)
    shape.back() *= 2;
  return shape;
}

/// Whether an element has the bytes that it had before the run.
bool hasOldBytes(const ReferenceOutput &expected, int64_t linear, const Tensor &actual, int64_t offset) {
  const int64_t size = dtypeSize(expected.dtype);
  return std::memcmp(expected.before.data() + linear * size,
                     static_cast<const std::byte *>(actual.data) + offset * size, size_t(size)) == 0;
}

TensorComparison compareOne(const ReferenceOutput &expected, const Tensor &actual) {
  TensorComparison result;
  result.name = expected.name;
  result.elements = int64_t(expected.values.size());
  int64_t worst = -1, first = -1;
  double worstActual = 0, firstActual = 0;
  auto compareValue = [&](int64_t linear, int64_t offset) {
    const int64_t part = linear % expected.parts();
    double want = expected.values[size_t(linear)], bound = expected.bounds[size_t(linear)];
    double got = loadValue(expected, actual, offset, part);
    result.unchecked += std::isfinite(want) && std::isinf(bound);
    if (std::isfinite(want) && std::isfinite(got) && std::isfinite(bound))
      result.maxAbsError = std::max(result.maxAbsError, std::abs(got - want));
    const bool untouched = expected.inPlace() && !expected.written[size_t(linear)];
    result.untouched += untouched;
    const int64_t element = linear / expected.parts();
    double ratio = !untouched                                       ? ratioOf(want, got, bound)
                   : hasOldBytes(expected, element, actual, offset) ? 0
                                                                    : kInfinity;
    if (worst < 0 || ratio > result.maxRatio) {
      result.maxRatio = ratio;
      worst = linear;
      worstActual = got;
    }
    if (ratio > 1 && result.violations++ == 0) {
      first = linear;
      firstActual = got;
    }
  };
  reference::forEachElement(actual, [&](int64_t linear, int64_t offset) {
    for (int64_t part = 0; part < expected.parts(); ++part)
      compareValue(linear * expected.parts() + part, offset);
  });
  auto element = [&](int64_t linear, double got) {
    return ComparedElement{indexOf(linear, shapeOfValues(expected)), expected.values[size_t(linear)], got,
                           expected.bounds[size_t(linear)],
                           expected.inPlace() && !expected.written[size_t(linear)]};
  };
  if (worst >= 0)
    result.worst = element(worst, worstActual);
  if (first >= 0)
    result.firstViolation = element(first, firstActual);
  return result;
}

/// The tensor that holds `output`, checked for shape and address.
Result<const Tensor *> findOutput(const ReferenceOutput &output, const Arguments &arguments) {
  auto found = arguments.tensors.find(output.name);
  if (found == arguments.tensors.end())
    return Status(Code::InvalidArgument, "expected a tensor '" + output.name + "', got none");
  const Tensor &tensor = found->second;
  if (output.inPlace() && tensor.dtype != output.dtype)
    return Status(Code::InvalidArgument, "expected tensor '" + output.name + "' of " +
                                             std::string(dtypeName(output.dtype)) + ", got " +
                                             std::string(dtypeName(tensor.dtype)));
  if (tensor.shape != output.shape)
    return Status(Code::InvalidArgument, "expected tensor '" + output.name + "' of shape " +
                                             reference::shapeText(output.shape) + ", got " +
                                             reference::shapeText(tensor.shape));
  if (!tensor.strides.empty() && tensor.strides.size() != tensor.shape.size())
    return Status(Code::InvalidArgument, "expected one stride per axis of tensor '" + output.name +
                                             "', got " + std::to_string(tensor.strides.size()));
  if (tensor.elements() > 0 && !tensor.data)
    return Status(Code::InvalidArgument, "expected an address for tensor '" + output.name + "', got null");
  return &tensor;
}

} // namespace

const ReferenceOutput *ReferenceResult::find(std::string_view name) const {
  for (const ReferenceOutput &output : outputs)
    if (output.name == name)
      return &output;
  return nullptr;
}

bool Comparison::passed() const {
  for (const TensorComparison &tensor : tensors)
    if (tensor.violations > 0)
      return false;
  return true;
}

std::string Comparison::str() const {
  std::string text;
  for (const TensorComparison &tensor : tensors) {
    text += tensor.name + ": " + std::to_string(tensor.elements) + " elements, largest error " +
            number(tensor.maxAbsError) + ", " + number(100 * tensor.maxRatio) + " % of its bound";
    if (tensor.untouched)
      text += ", " + std::to_string(tensor.untouched) + " untouched";
    if (tensor.unchecked)
      text += ", " + std::to_string(tensor.unchecked) + " unchecked";
    text += '\n';
    if (tensor.violations == 0)
      continue;
    text += "  " + std::to_string(tensor.violations) + " outside their bound\n";
    text += "  first: " + elementText(*tensor.firstViolation) + '\n';
    text += "  worst: " + elementText(*tensor.worst) + '\n';
  }
  return text;
}

Result<Comparison> compare(const ReferenceResult &expected, const Arguments &actual) {
  Comparison comparison;
  for (const ReferenceOutput &output : expected.outputs) {
    ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findOutput(output, actual));
    comparison.tensors.push_back(compareOne(output, *tensor));
  }
  return comparison;
}

Status store(const ReferenceResult &result, const Arguments &destination) {
  for (const ReferenceOutput &output : result.outputs) {
    ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findOutput(output, destination));
    reference::forEachElement(*tensor, [&](int64_t linear, int64_t offset) {
      for (int64_t part = 0; part < output.parts(); ++part) {
        const size_t at = output.valueAt(linear, part);
        if (output.inPlace() && !output.written[at])
          continue;
        if (output.halfBytes)
          reference::storeHalf(*tensor, offset, part, output.values[at]);
        else
          reference::storeElement(*tensor, offset, output.values[at]);
      }
    });
  }
  return Status::success();
}

Status replaceUntouched(ReferenceResult &result, const Arguments &arguments) {
  for (ReferenceOutput &output : result.outputs) {
    if (!output.inPlace())
      continue;
    ATTNC_ASSIGN_OR_RETURN(const Tensor *tensor, findOutput(output, arguments));
    const int64_t size = dtypeSize(output.dtype);
    output.before.resize(size_t(tensor->elements() * size));
    reference::forEachElement(*tensor, [&](int64_t linear, int64_t offset) {
      std::memcpy(output.before.data() + linear * size,
                  static_cast<const std::byte *>(tensor->data) + offset * size, size_t(size));
      for (int64_t part = 0; part < output.parts(); ++part)
        if (const size_t at = output.valueAt(linear, part); !output.written[at])
          output.values[at] = loadValue(output, *tensor, offset, part);
    });
  }
  return Status::success();
}

} // namespace attnc
