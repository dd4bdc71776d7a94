// rope_angles.cuh - cosines and sines of the pairs of a row: computed from frequencies, or read from tables.
//
// A source of angles makes, for the pairs of a thread, what does not depend on the row (`of`); that gives them for a
// position. Must not know elements.
#pragma once

#include "attnc/attn/rope_pairs.cuh"
#include "attnc/attn/side_tensor.cuh"
#include "attnc/attn/sincos.cuh"

namespace attnc::attn {

/// Pair j turns by position * theta[j], both in f32; exp2(j * stretch) is another factor of theta[j].
struct Frequencies {
  const float *theta;
  float factor;  ///< of cosines and sines
  float stretch; ///< 0 if there is none

  template <class Style, int Count> struct Pairs {
    float theta[Count];
    float factor;
    int first;

    template <int Positions>
    ATTNC_DEVICE void at(Position<Positions> const &position, float (&cosine)[Count], float (&sine)[Count]) const {
      QuarterTurns turns[Count];
      bool far = false;
      // Never part of a fused multiply-add: the angle is a float.
      auto angle = [&](int i) { return __fmul_rn(Style::position(first + i, position), theta[i]); };
#pragma unroll
      for (int i = 0; i < Count; ++i) {
        far |= !(fabsf(angle(i)) <= kFarAngle);
        turns[i] = near_quarter_turns(angle(i));
      }
      if (far) {
#pragma unroll
        for (int i = 0; i < Count; ++i)
          if (!(fabsf(angle(i)) <= kFarAngle))
            turns[i] = far_quarter_turns(angle(i));
      }
#pragma unroll
      for (int i = 0; i < Count; ++i) {
        turn(turns[i], sine[i], cosine[i]);
        sine[i] *= factor;
        cosine[i] *= factor;
      }
    }
  };

  template <class Style, int Count> ATTNC_DEVICE Pairs<Style, Count> of(int first) const {
    Pairs<Style, Count> pairs;
    pairs.factor = factor;
    pairs.first = first;
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      const bool inside = Style::kPairs % Count == 0 || first + i < Style::kPairs;
      pairs.theta[i] = inside ? theta[first + i] : 0.0f;
      if (stretch != 0.0f)
        pairs.theta[i] *= exp2f(static_cast<float>(first + i) * stretch);
    }
    return pairs;
  }
};

ATTNC_DEVICE Frequencies frequencies(const float *theta, float factor = 1.0f, float stretch = 0.0f) {
  return {theta, factor, stretch};
}

/// Rows of cosines and sines, by position or by token; 0 outside their shape.
template <class T, int Rank> struct CosSin {
  SideTensor<T, Rank> cos, sin;

  template <class Style, int Count> struct Pairs {
    SideTensor<T, Rank> cos, sin;
    int first;

    /// The row that pair `first + i` reads.
    template <int Positions>
    ATTNC_DEVICE auto row(SideTensor<T, Rank> const &table, Position<Positions> const &position, int which) const {
      if constexpr (Rank == 2) // one position for all pairs, or one a section
        return table.row(position.values[which]);
      else if constexpr (Rank == 3)
        return table.row(position.values[0], position.values[1]);
      else
        return table.row(position.values[0], position.values[1], position.values[2]);
    }
    template <int Positions>
    ATTNC_DEVICE void read(SideTensor<T, Rank> const &table, Position<Positions> const &position,
                           float (&out)[Count]) const {
      constexpr int kRows = Style::kSections == 0 ? 1 : Style::kSections;
#pragma unroll
      for (int i = 0; i < Count; ++i)
        out[i] = 0.0f;
#pragma unroll
      for (int which = 0; which < kRows; ++which) {
        const auto *elements = row(table, position, which);
#pragma unroll
        for (int i = 0; i < Count; ++i) {
          const bool inside = Style::kPairs % Count == 0 || first + i < Style::kPairs;
          if (elements && inside && (kRows == 1 || Style::section(first + i) == which))
            out[i] = to_float(elements[first + i]);
        }
      }
    }
    template <int Positions>
    ATTNC_DEVICE void at(Position<Positions> const &position, float (&cosine)[Count], float (&sine)[Count]) const {
      read(cos, position, cosine);
      read(sin, position, sine);
    }
  };

  template <class Style, int Count> ATTNC_DEVICE Pairs<Style, Count> of(int first) const { return {cos, sin, first}; }
};

template <class T, int Rank>
ATTNC_DEVICE CosSin<T, Rank> cos_sin(SideTensor<T, Rank> const &cos, SideTensor<T, Rank> const &sin) {
  return {cos, sin};
}

} // namespace attnc::attn
