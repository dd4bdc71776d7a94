// RuleCases.h - a bad spec with the message, the place and the note that it must have.
//
// Must not hold cases: each *RulesTest.cpp has those of its concern.
#pragma once

#include "TestSpecs.h"

namespace attnc::test {

/// The edits change lines of `kBase` or append to it: the first appended line is line 9.
struct Bad {
  std::string rule;
  std::vector<std::string> edits;
  std::string message;
  int line, column;
  int noteLine = 0, noteColumn = 0;
  Code code = Code::InvalidSpec;
};

inline constexpr Code kUnsupported = Code::Unsupported;

inline void expectRules(const std::vector<Bad> &cases) {
  for (const Bad &bad : cases) {
    std::string text = edited(bad.edits);
    Result<Spec> spec = readSpecText(text, "bad.yaml");
    ASSERT_FALSE(spec.ok()) << bad.rule << "\n" << text;
    Status status = spec.status();
    EXPECT_EQ(status.message(), bad.message) << bad.rule;
    EXPECT_EQ(status.where(), (Location{"bad.yaml", bad.line, bad.column}))
        << bad.rule << " " << status.str();
    EXPECT_EQ(status.code(), bad.code) << bad.rule << " " << status.str();
    ASSERT_EQ(status.notes().size(), bad.noteLine ? 1u : 0u) << bad.rule << " " << status.str();
    if (bad.noteLine) {
      EXPECT_EQ(status.notes()[0].where, (Location{"bad.yaml", bad.noteLine, bad.noteColumn}))
          << status.str();
    }
  }
}

} // namespace attnc::test
