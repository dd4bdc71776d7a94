// SpecReaderTest.cpp - what the catalogue and small specs mean: values, defaults, places, files.
#include "TestSpecs.h"

#include <cmath>
#include <unistd.h>

using namespace attnc;
using namespace attnc::test;

namespace {
Spec good(const std::string &text) {
  Result<Spec> spec = readSpecText(text, "good.yaml");
  EXPECT_TRUE(spec.ok()) << spec.status().str();
  return spec.ok() ? *spec : *readSpecText(edited({}), "base.yaml");
}
} // namespace

TEST(SpecReader, Llama3) {
  Result<Spec> read = readSpec(catalogPath("llama3-prefill"));
  ASSERT_TRUE(read.ok()) << read.status().str();
  const Spec &spec = *read;
  EXPECT_EQ(spec.file, catalogPath("llama3-prefill"));
  EXPECT_EQ(spec.name.value, "llama3_prefill");
  EXPECT_EQ(spec.queryHeads.value, 32);
  EXPECT_EQ(spec.kvHeads.value, 8);
  EXPECT_EQ(spec.group(), 4);
  EXPECT_EQ(spec.headDim.value, 128);
  EXPECT_EQ(spec.dtype.value, DType::BF16);
  EXPECT_EQ(spec.layout.value, TokenLayout::Packed);
  EXPECT_EQ(spec.anchor.value, Anchor::BottomRight);
  EXPECT_FALSE(spec.anchor.where.valid());
  EXPECT_EQ(spec.mask.kind, MaskNode::Kind::Causal);
  EXPECT_EQ(spec.mask.where.line, 9);
  EXPECT_EQ(spec.mask.where.column, 7);
  EXPECT_DOUBLE_EQ(spec.score.scale.value, 1 / std::sqrt(128.0));
  EXPECT_FALSE(spec.score.scale.where.valid());
  EXPECT_TRUE(spec.outputs.lse);
}

TEST(SpecReader, Gemma2) {
  Spec spec = *readSpec(catalogPath("gemma2-prefill"));
  EXPECT_EQ(spec.headDim.value, 256);
  ASSERT_EQ(spec.mask.kind, MaskNode::Kind::All);
  ASSERT_EQ(spec.mask.operands.size(), 2u);
  EXPECT_EQ(spec.mask.operands[0].kind, MaskNode::Kind::Causal);
  EXPECT_EQ(spec.mask.operands[1].kind, MaskNode::Kind::Window);
  EXPECT_EQ(spec.mask.operands[1].left, 4095);
  EXPECT_EQ(spec.mask.operands[1].right, 0);
  EXPECT_EQ(spec.score.scale.value, 0.0625);
  EXPECT_EQ(spec.score.softcap->value, 50.0);
}

TEST(SpecReader, BertAndTheExpressionMask) {
  Spec bert = *readSpec(catalogPath("bert-encoder"));
  EXPECT_EQ(bert.queryHeads.value, 12);
  EXPECT_EQ(bert.kvHeads.value, 12);
  EXPECT_EQ(bert.layout.value, TokenLayout::Padded);
  EXPECT_EQ(bert.lengths.value, LengthsKind::Both);
  EXPECT_EQ(bert.mask.kind, MaskNode::Kind::None);
  EXPECT_FALSE(bert.outputs.lse);

  Spec chat = *readSpec(catalogPath("expression-mask"));
  ASSERT_EQ(chat.mask.kind, MaskNode::Kind::Expression);
  EXPECT_EQ(exprText(*chat.mask.expr), "kv < prefix[b] or kv <= q and q - kv < recent");
  ASSERT_EQ(chat.inputs.size(), 1u);
  EXPECT_EQ(chat.inputs[0].dtype, DType::I32);
  EXPECT_EQ(chat.inputs[0].shape, (std::vector<SideDim>{{"batch", 0}}));
  ASSERT_EQ(chat.params.size(), 1u);
  EXPECT_EQ(chat.params[0].defaultValue, 1024.0);
}

TEST(SpecReader, WindowsAreExact) {
  Spec spec = good(edited({"mask: {window: {left: 3}}"}));
  EXPECT_EQ(spec.mask.left, 3);
  EXPECT_FALSE(spec.mask.right.has_value());
  spec = good(edited({"mask: {sliding_window: 1}"}));
  EXPECT_EQ(spec.mask.left, 0);
  EXPECT_EQ(spec.mask.right, 0);
  spec = good(edited({"mask: {not: {any: [{chunked: 2147483647}, \"kv == 0\"]}}"}));
  EXPECT_EQ(spec.mask.operands[0].operands[0].size, 2147483647);
}

TEST(SpecReader, InputsAndParamsAreSortedByName) {
  Spec spec = good(edited({"inputs: {z: {shape: [4], dtype: f32}, a: {shape: [2, kv_len], dtype: bool}}",
                           "params: {y: {type: f32, default: -.5}, c: {type: i32}}",
                           "mask: a[0, kv] and kv < c", "score: {expr: 's * y + z[h // 2]'}"}));
  EXPECT_EQ(spec.inputs[0].name, "a");
  EXPECT_EQ(spec.inputs[1].name, "z");
  EXPECT_EQ(spec.params[0].name, "c");
  EXPECT_FALSE(spec.params[0].defaultValue.has_value());
  EXPECT_EQ(spec.params[1].defaultValue, -0.5);
}

TEST(SpecReader, SchedulePinsAndScaleParam) {
  Spec spec =
      good(edited({"schedule: {warps: 4, tile_q: 64}", "score: {scale: tau}", "params: {tau: {type: f32}}"}));
  EXPECT_EQ(spec.schedule.tileQ->value, 64);
  EXPECT_EQ(spec.schedule.warps->value, 4);
  EXPECT_EQ(spec.schedule.warps->where, (Location{"good.yaml", 9, 19}));
  EXPECT_FALSE(spec.schedule.stages.has_value());
  EXPECT_EQ(spec.score.scaleParam, "tau");
}

TEST(SpecReader, EveryMaskOperandMayBeAnAlias) {
  Spec spec = good(edited({"mask: {any: [&w {window: {left: 1, right: 1}}, {all: [causal, *w]}]}"}));
  EXPECT_EQ(spec.mask.operands[1].operands[1].left, 1);
}

TEST(SpecReader, TheRootMustBeAMapping) {
  for (auto [text, got] : {std::pair{"- a\n", "a list"}, {"word\n", "'word'"}, {"---\n", "nothing"}}) {
    Status status = readSpecText(text, "f").status();
    EXPECT_EQ(status.message(), std::string("expected a mapping of keys, got ") + got);
    EXPECT_EQ(status.where().line, 1);
  }
}

TEST(SpecReader, Files) {
  EXPECT_EQ(readSpec("/nowhere/x.yaml").status().code(), Code::NotFound);
  EXPECT_EQ(readSpec("/nowhere/x.yaml").status().str(),
            "/nowhere/x.yaml: error: expected a spec file, got no such file");
  EXPECT_EQ(readSpec("/").status().code(), Code::IoError);
  EXPECT_EQ(readSpec("/dev/zero").status().message(), "expected at most 262144 bytes, got more");
}

TEST(SpecReader, ExpressionErrorsPointIntoTheYaml) {
  struct Case {
    std::vector<std::string> edits;
    int line, column;
  };
  const Case cases[] = {
      {{"mask: kv <= qq"}, 8, 13},
      {{"mask:   'kv <= qq'"}, 8, 16},
      {{"mask: \"kv <= qq\""}, 8, 14},
      {{"mask: {all: [causal, {expr: \"kv <= qq\"}]}"}, 8, 36},
      {{"mask: |\n  kv <= q\n  and kv < qq"}, 10, 12},
      {{"mask: >-\n  kv <= q\n\n  and kv < qq"}, 11, 12},
      {{"mask: kv <= q\n  and kv < qq"}, 9, 12},
      {{"mask: causal", "score: {softcap: 5.0, expr: 's * qq'}"}, 9, 34},
  };
  for (const Case &c : cases) {
    Status status = readSpecText(edited(c.edits), "e.yaml").status();
    EXPECT_EQ(status.message().substr(0, 17), "unknown name 'qq'") << status.str();
    EXPECT_EQ(status.where(), (Location{"e.yaml", c.line, c.column})) << status.str();
  }
}
