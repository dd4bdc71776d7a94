// Rotation.cpp - positions, angles, and the turn of each pair.
//
// Must not round a rotated element: README.md of passes/reference says what becomes of its error.
#include "codegen/reference/Rotation.h"

#include "passes/reference/RoundingModel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace attnc::reference {
namespace {

/// cos and sin of a pair of a token, times the attention factor, and the error of either.
struct Turn {
  double cos = 1, sin = 0, error = 0;
};

class Rotator {
public:
  Rotator(const Parameter &argument, const Rotation &rotation, const RotationContext &context)
      : argument(argument), rotation(rotation), context(context), pairs(rotation.dim / 2) {
    const Request &request = context.request;
    const bool beyond = request.kvLen > rotation.originalLength;
    frequencies =
        beyond && !rotation.longFrequencies.empty() ? rotation.longFrequencies : rotation.frequencies;
    if (const SideBuffer *given = side(rotation.inverseFrequencies))
      frequencies.assign(given->reals.begin(), given->reals.end());
    if (rotation.ntkFactor && beyond)
      growth = *rotation.ntkFactor * double(request.kvLen) / double(rotation.originalLength) -
               (*rotation.ntkFactor - 1);
    cos = side(rotation.cos);
    sin = side(rotation.sin);
    positions = side(rotation.positions);
  }

  void run(TokenRows &tokens) {
    tokens.errors.resize(tokens.values.size(), 0);
    const int64_t perToken = argument.heads * argument.dim, count = int64_t(tokens.values.size()) / perToken;
    for (int64_t token = 0; token < count; ++token)
      for (int64_t pair = 0; pair < pairs; ++pair) {
        const Turn turn = turnOf(token, pair);
        for (int64_t head = rotation.firstHead; head < rotation.firstHead + rotation.heads; ++head) {
          const int64_t start = token * perToken + head * argument.dim;
          const int64_t a = start + (rotation.neighbours ? 2 * pair : pair),
                        b = rotation.neighbours ? a + 1 : a + pairs;
          apply(turn, tokens, size_t(a), size_t(b));
        }
      }
  }

private:
  const Parameter &argument;
  const Rotation &rotation;
  const RotationContext &context;
  const int64_t pairs;
  std::vector<float> frequencies;
  std::optional<double> growth; ///< of the base, by the request's length
  const SideBuffer *cos = nullptr, *sin = nullptr, *positions = nullptr;

  const Parameter *parameter(const std::string &name) const {
    for (const Parameter &each : context.kernel.arguments)
      if (!name.empty() && each.name == name)
        return &each;
    return nullptr;
  }
  const SideBuffer *side(const std::string &name) const {
    const Parameter *found = parameter(name);
    return found ? &context.sides[size_t(found - context.kernel.arguments.data())] : nullptr;
  }

  /// Of the token among the keys.
  int64_t impliedPosition(int64_t token) const {
    if (context.firstPosition)
      return token + *context.firstPosition;
    const bool shifted = rotation.queries && !context.kernel.topLeft && !context.kernel.selfAttention;
    return token + (shifted ? context.request.kvLen - context.request.qLen : 0);
  }

  /// Indices of a token along axes by token.
  std::vector<int64_t> tokenIndices(const std::vector<std::string> &axes, int64_t token) const {
    std::vector<int64_t> out;
    for (const std::string &axis : axes)
      out.push_back(axis == "batch"      ? context.index
                    : axis == "q_len"    ? token
                    : axis == "total_q"  ? context.request.qFirst + token
                    : axis == "kv_len"   ? impliedPosition(token)
                    : axis == "total_kv" ? context.request.kvFirst + impliedPosition(token)
                                         : 0);
    return out;
  }

  /// The place of an element; nothing outside the shape.
  static std::optional<size_t> place(const SideBuffer &buffer, const std::vector<int64_t> &indices) {
    int64_t offset = 0;
    for (size_t axis = 0; axis < indices.size(); ++axis) {
      if (indices[axis] < 0 || indices[axis] >= buffer.shape[axis])
        return std::nullopt;
      offset = offset * buffer.shape[axis] + indices[axis];
    }
    return size_t(offset);
  }

  int64_t position(int64_t token, int64_t pair) const {
    if (!positions)
      return impliedPosition(token);
    std::vector<std::string> axes = parameter(rotation.positions)->axes;
    std::vector<int64_t> indices;
    if (!rotation.sections.empty()) {
      size_t section = 0;
      for (int64_t end = rotation.sections[0]; pair >= end; end += rotation.sections[section])
        ++section;
      indices.push_back(int64_t(section));
      axes.erase(axes.begin());
    }
    for (int64_t each : tokenIndices(axes, token))
      indices.push_back(each);
    const std::optional<size_t> at = place(*positions, indices);
    return at ? positions->integers[*at] : 0;
  }

  Turn turnOf(int64_t token, int64_t pair) const {
    if (!cos)
      return computed(position(token, pair), pair);
    std::vector<std::string> axes = parameter(rotation.cos)->axes;
    axes.pop_back();
    std::vector<int64_t> indices =
        rotation.tablesByToken ? tokenIndices(axes, token) : std::vector<int64_t>{position(token, pair)};
    indices.push_back(pair);
    const std::optional<size_t> at = place(*cos, indices);
    return at ? Turn{cos->reals[*at], sin->reals[*at], 0} : Turn{0, 0, 0};
  }

  /// The angle is rounded to f32 as it is in a kernel, so that it has no error but that of a theta which
  /// depends on the request.
  Turn computed(int64_t position, int64_t pair) const {
    float theta = frequencies[size_t(pair)];
    double relative = 0;
    if (growth) {
      const double octaves = 2.0 * double(pair) / double(rotation.dim - 2) * std::log2(*growth);
      theta = float(double(theta) * std::exp2(-octaves));
      relative = (rounding::kStretchUnits + rounding::kStretchUnitsPerOctave * octaves) * rounding::kUnitF32;
    }
    const float angle = float(position) * theta;
    const double error = std::fabs(double(angle)) * relative + rounding::kSinCosAbsolute + rounding::kUnitF32;
    return {std::cos(double(angle)) * rotation.factor, std::sin(double(angle)) * rotation.factor,
            error * rotation.factor};
  }

  /// 0 times infinity is 0: nothing is made of what does not count.
  static double scaled(double error, double factor) { return error == 0 || factor == 0 ? 0 : error * factor; }

  void apply(const Turn &turn, TokenRows &tokens, size_t first, size_t second) const {
    const double a = tokens.values[first], b = tokens.values[second];
    const double aError = tokens.errors[first], bError = tokens.errors[second];
    const double size = std::fabs(a) + std::fabs(b);
    auto store = [&](size_t at, double x, double y, double came) {
      const double value = x + y;
      const double made =
          came + size * turn.error + 2 * rounding::kUnitF32 * (std::fabs(x) + std::fabs(y) + came);
      const double reach = std::fabs(value) + made;
      double unit = rounding::kUnitF32, tiny = rounding::kTinyF32, most = rounding::kMaxF32;
      if (rotation.dtype == DType::F16) {
        unit = rounding::kUnitF16;
        tiny = rounding::kTinyF16;
        most = rounding::kMaxF16;
      } else if (rotation.dtype == DType::BF16) {
        unit = rounding::kUnitBF16;
      }
      tokens.values[at] = value;
      tokens.errors[at] =
          reach > most ? std::numeric_limits<double>::infinity() : made + std::max(unit * reach, tiny);
    };
    auto came = [&](double ofA, double ofB) {
      return scaled(aError, std::fabs(ofA) + turn.error) + scaled(bError, std::fabs(ofB) + turn.error);
    };
    store(first, a * turn.cos, -b * turn.sin, came(turn.cos, turn.sin));
    store(second, b * turn.cos, a * turn.sin, came(turn.sin, turn.cos));
  }
};

} // namespace

void rotate(TokenRows &tokens, const Parameter &argument, const Rotation &rotation,
            const RotationContext &context) {
  Rotator(argument, rotation, context).run(tokens);
}

} // namespace attnc::reference
