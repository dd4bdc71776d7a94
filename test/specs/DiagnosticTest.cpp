// DiagnosticTest.cpp - errors as a compiler prints them.
#include "TestSpecs.h"

#include <filesystem>
#include <unistd.h>

using namespace attnc;
using namespace attnc::test;

namespace {

/// A file that is gone with its scope.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string &text) {
    char name[] = "/tmp/attnc-diagnostic-XXXXXX";
    int descriptor = mkstemp(name);
    EXPECT_GE(descriptor, 0);
    close(descriptor);
    path = name;
    std::ofstream(path, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

} // namespace

TEST(Diagnostic, SourceLineCaretAndNote) {
  TemporaryFile file(edited({"heads: {query: 8, kv: 3}"}));
  EXPECT_EQ(renderDiagnostic(readSpec(file.path).status()),
            file.path +
                ":4:16: error: expected query heads to be a multiple of the kv heads (3), got 8\n"
                "  heads: {query: 8, kv: 3}\n"
                "                 ^\n" +
                file.path +
                ":4:23: note: the kv heads are given here\n"
                "  heads: {query: 8, kv: 3}\n"
                "                        ^\n");
}

TEST(Diagnostic, CaretStandsUnderTheCharacterInUtf8) {
  TemporaryFile file("\xef\xbb\xbf"
                     "a: \xc3\xa9\xe2\x82\xac x\r\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "m", {file.path, 1, 10})),
            file.path + ":1:10: error: m\n  a: \xc3\xa9\xe2\x82\xac x\n        ^\n");
}

TEST(Diagnostic, UnreadableSourcesShowNone) {
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "m", {"/nowhere/a.yaml", 3, 4})),
            "/nowhere/a.yaml:3:4: error: m\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::Internal, "m")), "error: m\n");
  EXPECT_EQ(renderDiagnostic(Status::success()), "");
  TemporaryFile file("a: 1\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "m", {file.path, 7, 1})),
            file.path + ":7:1: error: m\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "m", {file.path, 1, 99})),
            file.path + ":1:99: error: m\n  a: 1\n      ^\n")
      << "past the end: behind the last character";
}

TEST(Diagnostic, HarmlessToTerminals) {
  TemporaryFile file("a: \033[31m\t\xff!\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "m", {file.path, 1, 4})),
            file.path + ":1:4: error: m\n  a: ?[31m ?!\n     ^\n");
  EXPECT_EQ(renderDiagnostic(Status(Code::InvalidSpec, "got 'x\033[31m'\n\tlog")),
            "error: got 'x?[31m'\n\tlog\n");
}

TEST(Diagnostic, LongLinesAreCut) {
  TemporaryFile file(std::string(500, 'x') + "!" + std::string(500, 'y') + "\n");
  std::string text = renderDiagnostic(Status(Code::InvalidSpec, "m", {file.path, 1, 501}));
  EXPECT_EQ(text, file.path + ":1:501: error: m\n  ..." + std::string(100, 'x') + "!" + std::string(59, 'y') +
                      "...\n  " + std::string(103, ' ') + "^\n");
}

TEST(Diagnostic, ColourOnRequest) {
  Status status(Code::InvalidSpec, "m", {"/nowhere/a.yaml", 3, 4});
  EXPECT_EQ(renderDiagnostic(status, true),
            "\033[1m/nowhere/a.yaml:3:4: \033[0m\033[1;31merror: \033[0m\033[1mm\033[0m\n");
}
