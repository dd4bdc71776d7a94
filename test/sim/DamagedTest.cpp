// DamagedTest.cpp - text that is not quite PTX: an error or a bounded run, never a crash or a hang.
#include "test/sim/SimHarness.h"

#include <random>

namespace attnc::simtest {
namespace {

/// Loads `text`; if that works, runs every kernel it may still have for a bounded time.
void survive(const std::string &text) {
  SimOptions options;
  options.maxInstructions = 20000;
  Sim sim(options);
  Status status = sim.load(text);
  if (!status.ok()) {
    EXPECT_FALSE(status.message().empty());
    return;
  }
  void *in = sim.allocate(4096), *out = sim.allocate(4096);
  (void)sim.arg(in).arg(out).arg(uint32_t(7)).launch("sample", 64, {2, 1, 1}, 256);
}

TEST(Damaged, TheUndamagedSampleRuns) {
  Sim sim;
  ASSERT_TRUE(sim.load(readKernel("sample.ptx")).ok());
  uint32_t *in = sim.buffer(std::vector<uint32_t>(1024, 3)), *out = sim.buffer(std::vector<uint32_t>(1024));
  Status status = sim.arg(in).arg(out).arg(uint32_t(7)).launch("sample", 64, {1, 1, 1}, 256);
  ASSERT_TRUE(status.ok()) << status.str();
  EXPECT_EQ(out[5], 3u + 7u);
}

TEST(Damaged, EveryTruncation) {
  std::string text = readKernel("sample.ptx");
  ASSERT_GT(text.size(), 500u);
  for (size_t length = 0; length < text.size(); ++length)
    survive(text.substr(0, length));
}

TEST(Damaged, RandomMutations) {
  std::string text = readKernel("sample.ptx");
  std::mt19937 random(12345);
  const std::string alphabet =
      "0123456789abcdefxrf%.,;:{}[]()<>@!+-|\"/* \n$_\x80\xff" + std::string(1, '\0');
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
      size_t at = random() % damaged.size(), length = 1 + random() % 12;
      switch (random() % 4) {
      case 0:
        damaged[at] = alphabet[random() % alphabet.size()];
        break;
      case 1:
        damaged.erase(at, length);
        break;
      case 2:
        damaged.insert(at, damaged.substr(random() % damaged.size(), length));
        break;
      case 3:
        damaged.insert(at, std::to_string(random() * 2654435761ull));
        break;
      }
      if (damaged.empty())
        damaged = ";";
    }
    survive(damaged);
  }
}

TEST(Damaged, AbsurdSizesAreRefused) {
  auto refused = [](const std::string &text, const std::string &part) {
    Sim sim;
    Status status = sim.load(text);
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find(part), std::string::npos) << status.str();
  };
  const std::string head = ".version 9.0\n.target sm_90\n.address_size 64\n";
  refused("", ".version");
  refused("\x7f"
          "ELF",
          "unexpected character");
  refused("int main", "expected a directive");
  refused(head + ".global .b8 x[99999999999];", "256 MiB");
  refused(head + ".global .b8 x[4000000][4000000];", "256 MiB");
  refused(head + ".visible .entry k() { .reg .b32 %r<4000000000>; ret; }", "register count");
  refused(head + ".visible .entry k() { .shared .b8 x[60000]; ret; }", "48 KiB");
  refused(head + ".visible .entry k(.param .b8 p[40000]) { ret; }", "32764");
  refused(head + ".visible .entry k() " + std::string(100, '{'), "nested scopes");
  refused(head + ".visible .entry k() { mov.u32 " + std::string(50, '{'), "nested operands");
  refused(head + ".address_size 32", "64");
  refused(head + ".visible .entry k() { .reg .u32 a; .reg .u32 a; }", "declared twice");
  refused(head + ".visible .entry k() { A: A: ret; }", "defined twice");
  refused(head + ".extern .global .u32 x;", "no definition");
}

} // namespace
} // namespace attnc::simtest
