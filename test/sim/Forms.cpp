// Forms.cpp - see Forms.h.
#include "test/sim/Forms.h"

namespace attnc::simtest {

void expectForm(const std::string &body, char result, const std::vector<Row> &rows, const Expected &expected,
                const Format *format, bool halves, const std::string &arch) {
  std::vector<uint64_t> got = evaluate(body, result, rows, arch);
  uint64_t mask = result == 'd' ? ~0ull : result == 'w' ? 0xffffffffull : result == 'h' ? 0xffff : 1;
  int shown = 0;
  for (size_t i = 0; i < rows.size() && shown < 3; ++i) {
    uint64_t want = expected(rows[i]) & mask;
    bool same = got[i] == want;
    if (!same && format != nullptr && !halves)
      same = format->isNan(got[i]) && format->isNan(want);
    if (!same && halves) {
      same = true;
      for (int shift : {0, 16}) {
        uint64_t x = got[i] >> shift & 0xffff, y = want >> shift & 0xffff;
        same &= x == y || (format->isNan(x) && format->isNan(y));
      }
    }
    if (!same)
      ADD_FAILURE() << body << " of " << std::hex << rows[i][0] << ", " << rows[i][1] << ", " << rows[i][2]
                    << ": expected " << want << ", got " << got[i] << " (" << ++shown << ")";
  }
}

std::string reg(int bits, int i) {
  return (bits == 16 ? "%h" : bits == 32 ? "%r" : bits == 1 ? "%p" : "%rd") + std::to_string(i);
}
char resultOf(int bits) { return bits == 16 ? 'h' : bits == 32 ? 'w' : bits == 1 ? 'p' : 'd'; }

std::string form(const std::string &op, const std::vector<int> &bits) {
  std::string text = op;
  for (size_t i = 0; i < bits.size(); ++i)
    text += (i == 0 ? " " : ", ") + reg(bits[i], static_cast<int>(i));
  return text + ";";
}

std::vector<Row> floatCodes(const Format &format) {
  uint64_t one = format.round({1, 0}), step = uint64_t(1) << format.mantissaBits;
  std::vector<uint64_t> magnitudes = {0,
                                      1,
                                      2,
                                      step - 1,
                                      step,
                                      step + 1,
                                      one - 1,
                                      one,
                                      one + 1,
                                      one + step / 2,
                                      one + 3 * step + step / 4,
                                      format.round({Quad(1) / 3, 0}),
                                      format.top - step,
                                      format.top,
                                      format.infinity(),
                                      format.nan()};
  std::vector<uint64_t> codes;
  for (uint64_t magnitude : magnitudes)
    for (uint64_t minus : {uint64_t(0), format.sign()})
      codes.push_back(minus | magnitude);
  std::vector<Row> rows;
  for (uint64_t a : codes)
    for (uint64_t b : codes)
      rows.push_back({a, b, codes[rows.size() * 7 % codes.size()], 0});
  return rows;
}

std::vector<Row> integerRows() { return pairs(edgeIntegers(), edgeIntegers()); }

std::vector<Row> packedRows(const std::vector<Row> &rows) {
  std::vector<Row> result;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row &low = rows[i], &high = rows[(i * 5 + 3) % rows.size()];
    result.push_back({low[0] | high[0] << 16, low[1] | high[1] << 16, low[2] | high[2] << 16, 0});
  }
  return result;
}

template <> const char *typeName<uint8_t>() { return "u8"; }
template <> const char *typeName<int8_t>() { return "s8"; }
template <> const char *typeName<uint16_t>() { return "u16"; }
template <> const char *typeName<int16_t>() { return "s16"; }
template <> const char *typeName<uint32_t>() { return "u32"; }
template <> const char *typeName<int32_t>() { return "s32"; }
template <> const char *typeName<uint64_t>() { return "u64"; }
template <> const char *typeName<int64_t>() { return "s64"; }

} // namespace attnc::simtest
