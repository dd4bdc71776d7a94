// IntegerFormsTest.cpp - every integer instruction of the lane tables in every type, by loops over the types.
#include "test/sim/Forms.h"

#include <algorithm>

namespace attnc::simtest {
namespace {

__extension__ typedef __int128 Wide;

template <class T> T as(uint64_t cell) { return static_cast<T>(cell); }
template <class T> uint64_t cell(Wide value) { return static_cast<uint64_t>(static_cast<T>(value)); }

template <class T> void arithmetic() {
  constexpr int bits = sizeof(T) * 8;
  constexpr bool isSigned = static_cast<T>(-1) < static_cast<T>(0);
  const std::string t = typeName<T>();
  const std::vector<Row> rows = integerRows();
  auto two = [&](const std::string &op, const std::function<Wide(T, T)> &host) {
    expectForm(form(op + "." + t, {bits, bits, bits}), resultOf(bits), rows,
               [&](const Row &r) { return cell<T>(host(as<T>(r[0]), as<T>(r[1]))); });
  };
  two("add", [](T a, T b) { return Wide(a) + b; });
  two("sub", [](T a, T b) { return Wide(a) - b; });
  two("mul.lo", [](T a, T b) { return Wide(uint64_t(a) * uint64_t(b)); });
  two("mul.hi", [](T a, T b) { // 64-bit unsigned products need all 128 bits
    __extension__ typedef unsigned __int128 UWide;
    return isSigned ? Wide(a) * Wide(b) >> bits : Wide(UWide(a) * UWide(b) >> bits);
  });
  two("div", [](T a, T b) { return b == 0 ? Wide(-1) : Wide(a) / Wide(b); });
  two("rem", [](T a, T b) { return b == 0 ? Wide(a) : Wide(a) % Wide(b); });
  two("min", [](T a, T b) { return Wide(std::min(a, b)); });
  two("max", [](T a, T b) { return Wide(std::max(a, b)); });
  auto three = [&](const std::string &op, const std::function<Wide(T, T, T)> &host) {
    expectForm(form(op + "." + t, {bits, bits, bits, bits}), resultOf(bits), rows,
               [&](const Row &r) { return cell<T>(host(as<T>(r[0]), as<T>(r[1]), as<T>(r[2]))); });
  };
  three("mad.lo", [](T a, T b, T c) { return Wide(uint64_t(a) * uint64_t(b) + uint64_t(c)); });
  three("mad.hi", [](T a, T b, T c) {
    __extension__ typedef unsigned __int128 UWide;
    return (isSigned ? Wide(a) * Wide(b) >> bits : Wide(UWide(a) * UWide(b) >> bits)) + c;
  });
  three("sad", [](T a, T b, T c) { return Wide(c) + (a < b ? Wide(b) - Wide(a) : Wide(a) - Wide(b)); });
  expectForm(form("shr." + t, {bits, bits, 32}), resultOf(bits), rows, [](const Row &r) {
    uint32_t n = as<uint32_t>(r[1]);
    return cell<T>(n >= bits ? (isSigned && as<T>(r[0]) < 0 ? Wide(-1) : Wide(0)) : Wide(as<T>(r[0])) >> n);
  });
  if constexpr (isSigned) {
    expectForm(form("abs." + t, {bits, bits}), resultOf(bits), rows, [](const Row &r) {
      Wide v = as<T>(r[0]);
      return cell<T>(v < 0 ? -v : v);
    });
    expectForm(form("neg." + t, {bits, bits}), resultOf(bits), rows,
               [](const Row &r) { return cell<T>(-Wide(as<T>(r[0]))); });
  }
}

template <class T, class W> void widening() {
  constexpr int bits = sizeof(T) * 8;
  const std::string t = typeName<T>();
  const std::vector<Row> rows = integerRows();
  expectForm(form("mul.wide." + t, {2 * bits, bits, bits}), resultOf(2 * bits), rows,
             [](const Row &r) { return cell<W>(Wide(as<T>(r[0])) * as<T>(r[1])); });
  expectForm(form("mad.wide." + t, {2 * bits, bits, bits, 2 * bits}), resultOf(2 * bits), rows,
             [](const Row &r) { return cell<W>(Wide(as<T>(r[0])) * as<T>(r[1]) + as<W>(r[2])); });
}

template <class U> void bitwise() {
  constexpr int bits = sizeof(U) * 8;
  const std::string b = ".b" + std::to_string(bits);
  const std::vector<Row> rows = integerRows();
  auto check = [&](const std::string &body, const Expected &expected) {
    expectForm(body, resultOf(bits), rows, [&](const Row &r) { return uint64_t(U(expected(r))); });
  };
  check(form("and" + b, {bits, bits, bits}), [](const Row &r) { return r[0] & r[1]; });
  check(form("or" + b, {bits, bits, bits}), [](const Row &r) { return r[0] | r[1]; });
  check(form("xor" + b, {bits, bits, bits}), [](const Row &r) { return r[0] ^ r[1]; });
  check(form("not" + b, {bits, bits}), [](const Row &r) { return ~r[0]; });
  check(form("cnot" + b, {bits, bits}), [](const Row &r) { return uint64_t(U(r[0]) == 0); });
  check(form("mov" + b, {bits, bits}), [](const Row &r) { return r[0]; });
  check(form("shl" + b, {bits, bits, 32}),
        [](const Row &r) { return as<uint32_t>(r[1]) >= bits ? 0 : r[0] << as<uint32_t>(r[1]); });
  check(form("shr" + b, {bits, bits, 32}), [](const Row &r) {
    return as<uint32_t>(r[1]) >= bits ? 0 : uint64_t(U(r[0])) >> as<uint32_t>(r[1]);
  });
  check("selp" + b + " " + reg(bits, 0) + ", " + reg(bits, 1) + ", " + reg(bits, 2) + ", %p3;",
        [](const Row &r) { return r[2] & 1 ? r[0] : r[1]; });
  const std::vector<Row> chosen = rows;
  for (const char *ftz : {"", ".ftz"})
    check("slct" + std::string(ftz) + b + ".f32 " + reg(bits, 0) + ", " + reg(bits, 1) + ", " + reg(bits, 2) +
              ", %r3;",
          [&](const Row &r) {
            float c = asFloat(r[2]);
            bool zero = c != 0 && std::abs(c) < 1.17549435e-38f && *ftz != 0;
            return zero || c >= 0 ? r[0] : r[1];
          });
  check("slct" + b + ".s32 " + reg(bits, 0) + ", " + reg(bits, 1) + ", " + reg(bits, 2) + ", %r3;",
        [](const Row &r) { return as<int32_t>(r[2]) >= 0 ? r[0] : r[1]; });
}

TEST(IntegerForms, ArithmeticOfEveryType) {
  arithmetic<uint16_t>();
  arithmetic<int16_t>();
  arithmetic<uint32_t>();
  arithmetic<int32_t>();
  arithmetic<uint64_t>();
  arithmetic<int64_t>();
  widening<uint16_t, uint32_t>();
  widening<int16_t, int32_t>();
  widening<uint32_t, uint64_t>();
  widening<int32_t, int64_t>();
}

TEST(IntegerForms, BitsOfEveryWidth) {
  bitwise<uint16_t>();
  bitwise<uint32_t>();
  bitwise<uint64_t>();
}

} // namespace
} // namespace attnc::simtest
