// rope_pairs.cuh - which two elements of a row rotate together, and how a thread gets at several such pairs at once.
//
// A style is Dim rotary columns and, where tokens have several positions, how many pairs turn by each. Must not know angles.
#pragma once

#include "attnc/tile/element_pair.cuh"
#include "attnc/tile/shared_tile.cuh"

namespace attnc::attn {

/// The positions of a row; of tables by token, its indices.
template <int Count> struct Position {
  int values[Count];
};
ATTNC_DEVICE Position<1> as_position(int position) { return {{position}}; }
template <int Count> ATTNC_DEVICE Position<Count> as_position(Position<Count> const &position) { return position; }

/// Which of several positions pair `pair` turns by.
template <int... Sections> ATTNC_DEVICE int section_of(int pair) {
  int section = 0, end = 0;
  ((end += Sections, section += pair >= end ? 1 : 0), ...);
  return section;
}

/// The one of `here` and `later` that belongs to the section of `pair`. By value, so that nothing is indexed.
template <int End, int Section, int... More, class... Floats>
ATTNC_DEVICE float of_section(int pair, float here, Floats... later) {
  if constexpr (sizeof...(later) == 0)
    return here;
  else
    return pair < End + Section ? here : of_section<End + Section, More...>(pair, later...);
}
/// The position that pair `pair` turns by.
template <int... Sections, int Count>
ATTNC_DEVICE float position_of(int pair, Position<Count> const &position) {
  const auto at = [&](int i) { return static_cast<float>(position.values[i]); };
  if constexpr (Count == 1)
    return at(0);
  else if constexpr (Count == 2)
    return of_section<0, Sections...>(pair, at(0), at(1));
  else if constexpr (Count == 3)
    return of_section<0, Sections...>(pair, at(0), at(1), at(2));
  else
    return of_section<0, Sections...>(pair, at(0), at(1), at(2), at(3));
}

__host__ __device__ constexpr int largest_divisor(int a, int b) { return b == 0 ? a : largest_divisor(b, a % b); }

/// `Bytes` of one row: 2, 4, 8 or 16, as words.
template <int Bytes> struct SharedPiece {
  unsigned words[Bytes < 4 ? 1 : Bytes / 4];

  ATTNC_DEVICE void load(unsigned address) {
    if constexpr (Bytes == 16) {
      const atom::Bytes16 bytes = atom::load_shared_16(address);
#pragma unroll
      for (int i = 0; i < 4; ++i)
        words[i] = bytes.words[i];
    } else if constexpr (Bytes == 8) {
      atom::load_shared_8(words, address);
    } else if constexpr (Bytes == 4) {
      words[0] = atom::load_shared_4(address);
    } else {
      words[0] = atom::load_shared_2(address);
    }
  }
  ATTNC_DEVICE void store(unsigned address) const {
    if constexpr (Bytes == 16)
      atom::store_shared_16(address, {{words[0], words[1], words[2], words[3]}});
    else if constexpr (Bytes == 8)
      atom::store_shared_8(address, words);
    else if constexpr (Bytes == 4)
      atom::store_shared_4(address, words[0]);
    else
      atom::store_shared_2(address, words[0]);
  }
};

/// (a, b) turned by an angle.
struct Turned {
  float a, b;
};
ATTNC_DEVICE Turned turned(float a, float b, float cosine, float sine) {
  return {__fmaf_rn(a, cosine, -(b * sine)), __fmaf_rn(b, cosine, a * sine)};
}

/// Pairs (j, j + Dim / 2): the halves of the rotary columns.
template <int Dim, int... Sections> struct Neox {
  static constexpr int kPairs = Dim / 2;
  static constexpr int kSections = sizeof...(Sections);
  ATTNC_DEVICE static int section(int pair) { return section_of<Sections...>(pair); }
  template <int Count> ATTNC_DEVICE static float position(int pair, Position<Count> const &position) {
    return position_of<Sections...>(pair, position);
  }

  /// Pairs in a piece: as many as 16 bytes hold, or divide the halves.
  template <class T> static constexpr int kPiece = largest_divisor(kPairs, 16 / static_cast<int>(sizeof(T)));

  /// Some neighbouring pairs of a row: a's, and b's half the columns away.
  template <class T> struct Piece {
    static constexpr int kCount = kPiece<T>;
    SharedPiece<kCount * static_cast<int>(sizeof(T))> a, b;

    template <class Tile> ATTNC_DEVICE void load(Tile const &tile, int row, int pair) {
      a.load(tile.address(row, pair));
      b.load(tile.address(row, pair + kPairs));
    }
    template <class Tile> ATTNC_DEVICE void store(Tile const &tile, int row, int pair) const {
      a.store(tile.address(row, pair));
      b.store(tile.address(row, pair + kPairs));
    }
    template <class Rounder> ATTNC_DEVICE void turn(float const (&cosine)[kCount], float const (&sine)[kCount], int) {
      if constexpr (sizeof(T) == 4) {
#pragma unroll
        for (int i = 0; i < kCount; ++i) {
          const Turned x = turned(__uint_as_float(a.words[i]), __uint_as_float(b.words[i]), cosine[i], sine[i]);
          a.words[i] = __float_as_uint(x.a);
          b.words[i] = __float_as_uint(x.b);
        }
      } else if constexpr (kCount == 1) {
        const Turned x = turned(low_of<T>(a.words[0]), low_of<T>(b.words[0]), cosine[0], sine[0]);
        a.words[0] = Rounder::template pair<T>(x.a, 0.0f);
        b.words[0] = Rounder::template pair<T>(x.b, 0.0f);
      } else {
#pragma unroll
        for (int i = 0; i < kCount / 2; ++i) {
          const Turned low = turned(low_of<T>(a.words[i]), low_of<T>(b.words[i]), cosine[2 * i], sine[2 * i]);
          const Turned high =
              turned(high_of<T>(a.words[i]), high_of<T>(b.words[i]), cosine[2 * i + 1], sine[2 * i + 1]);
          a.words[i] = Rounder::template pair<T>(low.a, high.a);
          b.words[i] = Rounder::template pair<T>(low.b, high.b);
        }
      }
    }
  };
};

/// Pairs (2j, 2j + 1): neighbours.
template <int Dim, int... Sections> struct Gptj {
  static constexpr int kPairs = Dim / 2;
  static constexpr int kSections = sizeof...(Sections);
  ATTNC_DEVICE static int section(int pair) { return section_of<Sections...>(pair); }
  template <int Count> ATTNC_DEVICE static float position(int pair, Position<Count> const &position) {
    return position_of<Sections...>(pair, position);
  }

  /// 16 bytes always: columns behind the rotary ones, which may share the last piece, stay as they are.
  template <class T> static constexpr int kPiece = 8 / static_cast<int>(sizeof(T));

  template <class T> struct Piece {
    static constexpr int kCount = kPiece<T>;
    SharedPiece<16> both;

    template <class Tile> ATTNC_DEVICE void load(Tile const &tile, int row, int pair) {
      both.load(tile.address(row, 2 * pair));
    }
    template <class Tile> ATTNC_DEVICE void store(Tile const &tile, int row, int pair) const {
      both.store(tile.address(row, 2 * pair));
    }
    template <class Rounder>
    ATTNC_DEVICE void turn(float const (&cosine)[kCount], float const (&sine)[kCount], int first) {
#pragma unroll
      for (int i = 0; i < kCount; ++i) {
        if (kPairs % kCount != 0 && first + i >= kPairs)
          continue;
        if constexpr (sizeof(T) == 4) {
          const Turned x =
              turned(__uint_as_float(both.words[2 * i]), __uint_as_float(both.words[2 * i + 1]), cosine[i], sine[i]);
          both.words[2 * i] = __float_as_uint(x.a);
          both.words[2 * i + 1] = __float_as_uint(x.b);
        } else {
          const Turned x = turned(low_of<T>(both.words[i]), high_of<T>(both.words[i]), cosine[i], sine[i]);
          both.words[i] = Rounder::template pair<T>(x.a, x.b);
        }
      }
    }
  };
};

} // namespace attnc::attn
