// CoverageTest.cpp - every row of the decode table and of the lane tables is in some kernel that the tests
// ran.
//
// Runs when the other tests have ended, and only if none of them was filtered out.
#include "runtime/sim/decode/Decoder.h"
#include "runtime/sim/lanes/Lanes.h"
#include "test/sim/SimHarness.h"

#include <iostream>

namespace attnc::simtest {
namespace {

using namespace attnc::sim;

/// "add.rn.f32" as a lane table names it: "add.f32"; and without what the decoder takes for itself.
std::string laneName(const Instr &instr) {
  const OpRow *row = findOpcode(instr.opcode);
  std::string_view ignored = row == nullptr ? "" : row->ignored;
  bool isSet = instr.opcode == "set", isSlct = instr.opcode == "slct";
  bool isPair =
      !instr.mods.empty() && instr.mods.back().ends_with("16x2") && (isSet || instr.opcode == "setp");
  std::string name = isPair ? "setp2" : isSet ? "setp" : std::string(instr.opcode);
  for (size_t i = 0; i < instr.mods.size(); ++i) {
    std::string_view mod = instr.mods[i];
    bool isLast = i + 1 == instr.mods.size();
    bool isBoolean = (isSet || instr.opcode == "setp") && (mod == "and" || mod == "or" || mod == "xor");
    if (ignored.find(" " + std::string(mod) + " ") != std::string_view::npos || isBoolean ||
        (isSet && i + 2 == instr.mods.size()))
      continue;
    bool bitwise = isSlct ? i + 2 == instr.mods.size() : row != nullptr && row->bitwise && isLast;
    name += "." + (bitwise ? "b" + std::to_string(typeBits(mod)) : std::string(mod));
  }
  return name;
}

class Coverage : public ::testing::Environment {
public:
  void TearDown() override {
    const testing::UnitTest &unit = *testing::UnitTest::GetInstance();
    if (unit.test_to_run_count() != unit.total_test_count())
      return;
    std::set<std::string_view> opcodes;
    std::set<std::string> lanes;
    for (const std::string &text : instructionsLoaded()) {
      Instr instr;
      for (size_t at = 0, dot; at <= text.size(); at = dot + 1) {
        dot = std::min(text.find('.', at), text.size());
        std::string_view part = std::string_view(text).substr(at, dot - at);
        if (at == 0)
          instr.opcode = part;
        else
          instr.mods.push_back(part);
      }
      opcodes.insert(instr.opcode);
      lanes.insert(laneName(instr));
    }
    for (const OpRow &row : opcodeTable())
      EXPECT_TRUE(opcodes.contains(row.opcode)) << "no test runs '" << row.opcode << "' of the decode table";
    size_t rows = 0;
    for (size_t f = 0; f < kLaneFamilies; ++f) {
      LaneRows family = baseline::families[f]();
      rows += family.count;
      for (size_t i = 0; i < family.count; ++i) {
        std::string name = family.rows[i].name;
        if (name.ends_with(".low")) // the same instruction with a wider source register
          name.resize(name.size() - 4);
        EXPECT_TRUE(lanes.contains(name)) << "no test runs '" << name << "' of the lane tables";
      }
    }
    std::cout << "coverage: " << opcodeTable().size() << " opcodes, " << rows << " forms of the lane tables, "
              << instructionsLoaded().size() << " instructions in the tests\n";
  }
};

[[maybe_unused]] testing::Environment *const coverage = testing::AddGlobalTestEnvironment(new Coverage);

} // namespace
} // namespace attnc::simtest
