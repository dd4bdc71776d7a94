// RooflineTest.cpp - predictions by hand, and a table that agrees with the datasheets it cites.
#include "tools/attnc/Roofline.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

using namespace attnc;
using namespace attnc::cli;

namespace {

TEST(Roofline, ByHand) {
  // 10 SMs at 1 GHz: 1000 FLOP, 16 exps and 128 instructions a clock; 1 GB/s.
  const MachineModel machine{90, "", 10, 1.0, 1e9, 1000, 16, 128, "", ""};
  const Roofline line = predict({64, 32, 40, 64, 50, 30000, 40, 2, 1e6}, machine);
  EXPECT_DOUBLE_EQ(*line.visibleFlops, 2.0 * 30000 * 104);
  const double step = 2.0 * 64 * 32 * (48 + 64); // 40 columns are three steps of 16
  EXPECT_DOUBLE_EQ(line.executedFlops, 50 * step);
  EXPECT_DOUBLE_EQ(line.step.tensor, step / 1000);
  EXPECT_DOUBLE_EQ(line.step.exp, 64 * 32 / 16.0);
  EXPECT_DOUBLE_EQ(line.step.issue, 64 * 32 * 7.3 / 128);
  EXPECT_STREQ(line.step.by(), "tensor cores");
  EXPECT_DOUBLE_EQ(line.seconds.tensor, 50 * step / 1000 / 1e10);
  EXPECT_DOUBLE_EQ(line.seconds.memory, 1e-3);
  EXPECT_STREQ(line.seconds.by(), "memory");
  EXPECT_DOUBLE_EQ(line.seconds.most(), 1e-3);
  EXPECT_DOUBLE_EQ(line.intensity, 50 * step / 1e6);
  EXPECT_DOUBLE_EQ(line.ridge, 1e10 * 1000 / 1e9);
  EXPECT_DOUBLE_EQ(line.waves, 2.0);
}

TEST(Roofline, NothingToDo) {
  const Roofline line = predict({64, 64, 64, 64, 0, 0, 0, 1, 0}, *machineModel(*Target::parse("sm_80")));
  EXPECT_EQ(line.seconds.most(), 0);
  EXPECT_EQ(line.intensity, 0);
}

TEST(MachineModel, RatesAreThoseOfTheirSource) {
  for (const Target &target : Target::all()) {
    const MachineModel *machine = machineModel(target);
    if (!target.hasMmaSync16()) { // no family that uses its tensor cores
      EXPECT_FALSE(machine) << target.name();
      continue;
    }
    ASSERT_TRUE(machine) << target.name();
    const std::string source = machine->source;
    const double cited = std::strtod(source.c_str() + source.rfind(": ") + 2, nullptr);
    EXPECT_NEAR(machine->sms * machine->gigahertz * machine->tensorFlops / 1e3, cited, cited * 0.01)
        << source;
  }
}

} // namespace
