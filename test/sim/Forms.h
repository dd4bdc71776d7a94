// Forms.h - a table-driven check of one instruction against a host function, and names for its loops.
#pragma once

#include "test/sim/ExactMath.h"
#include "test/sim/SimHarness.h"

#include <functional>

namespace attnc::simtest {

using Expected = std::function<uint64_t(const Row &)>;

/// Runs `body` (evaluate() of SimHarness.h) for every row and compares with `expected`, cut to the result's
/// width. With a format, any two NaNs are the same; `halves` compares both halves of a word so.
void expectForm(const std::string &body, char result, const std::vector<Row> &rows, const Expected &expected,
                const Format *format = nullptr, bool halves = false, const std::string &arch = "sm_90");

/// Register i of an operand of `bits`: %h1, %r1, %rd1.
std::string reg(int bits, int i);
/// 'h', 'w' or 'd'.
char resultOf(int bits);
/// "op d, a, b;" with operands of the widths given, the destination first.
std::string form(const std::string &op, const std::vector<int> &bits);

/// Every pair of codes of `format` that break things, with a third one.
std::vector<Row> floatCodes(const Format &format);
std::vector<Row> integerRows();
/// Both halves of a word from one row each: rows of pairs.
std::vector<Row> packedRows(const std::vector<Row> &rows);

/// "s32" of int32_t.
template <class T> const char *typeName();

} // namespace attnc::simtest
