// DeclarationRulesTest.cpp - rules S18..S25: inputs, params, outputs, schedule.
#include "RuleCases.h"

using namespace attnc;
using namespace attnc::test;

namespace {

std::string manyInputs(int count) {
  std::string out = "inputs: {";
  for (int i = 10; i < 10 + count; ++i)
    out += "i" + std::to_string(i) + ": {shape: [heads], dtype: f32}, ";
  return out + "}";
}
std::string manyParams(int count) {
  std::string out = "params: {";
  for (int i = 10; i < 10 + count; ++i)
    out += "p" + std::to_string(i) + ": {type: f32}, ";
  return out + "}";
}

const std::string kBias = "inputs: {bias: {shape: [heads, q_len, kv_len], dtype: f32}}";

const std::vector<Bad> kBad{
    {"S18",
     {"inputs: {_x: {shape: [heads], dtype: f32}}"},
     "expected a letter, then letters, digits and '_', at most 64, for a name, got '_x'",
     9,
     10},
    {"S18",
     {"params: {kv: {type: i32}}"},
     "expected a new name, got 'kv', which is a variable of expressions",
     9,
     10},
    {"S18",
     {"params: {max: {type: i32}}"},
     "expected a new name, got 'max', which is a function of expressions",
     9,
     10},
    {"S18",
     {"params: {if: {type: i32}}"},
     "expected a new name, got 'if', which is a word of expressions",
     9,
     10},
    {"S18",
     {"inputs: {out: {shape: [heads], dtype: f32}}"},
     "expected a new name, got 'out', which is a tensor of every kernel",
     9,
     10},
    {"S18",
     {"inputs: {cu_q: {shape: [heads], dtype: i32}}"},
     "expected a new name, got 'cu_q', which is a tensor of every kernel",
     9,
     10},
    {"S18",
     {"params: {batch: {type: i32}}"},
     "expected a new name, got 'batch', which is a dim of every kernel",
     9,
     10},
    {"S18",
     {"inputs: {w: {shape: [heads], dtype: f32}}", "params: {w: {type: i32}}"},
     "expected a name once among inputs and params, got 'w' again",
     10,
     10,
     9,
     10},
    {"S19", {kBias}, "expected a mask or score that reads the input 'bias', got none", 9, 10},
    {"S19",
     {"params: {w: {type: i32}}"},
     "expected a mask or score that reads the parameter 'w', got none",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [], dtype: f32}}"},
     "expected 1 to 4 dims in the shape of 'x', got 0",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [1, 2, 3, 4, 5], dtype: f32}}"},
     "expected 1 to 4 dims in the shape of 'x', got 5",
     9,
     10},
    {"S20",
     {"inputs: {x: {shape: [0], dtype: f32}}"},
     "expected 'shape' between 1 and 2147483647, got 0",
     9,
     22},
    {"S20",
     {"inputs: {x: {shape: [head], dtype: f32}}"},
     "expected batch, heads, kv_heads, q_len, kv_len, total_q or total_kv for 'shape', got 'head'; did you "
     "mean 'heads'",
     9,
     22},
    {"S20",
     {"inputs: {x: {shape: [65536, 65536], dtype: f32}}"},
     "expected at most 2147483648 elements in the fixed dims of 'x', got more",
     9,
     10},
    {"S20",
     {"layout: padded", "inputs: {x: {shape: [total_q], dtype: f32}}"},
     "expected dim 'total_q' of 'x' only with the packed layout, got it with padded",
     9,
     10,
     7,
     9},
    {"S21",
     {"inputs: {x: {shape: [heads], dtype: i64}}"},
     "expected f32, f16, bf16, i32 or bool for 'dtype', got 'i64'",
     9,
     37},
    {"S22", {"params: {x: {type: f16}}"}, "expected f32 or i32 for 'type', got 'f16'", 9, 20},
    {"S22",
     {"params: {x: {type: i32, default: 1.5}}"},
     "expected an integer for 'default', got '1.5'",
     9,
     34},
    {"S22",
     {"params: {x: {type: i32, default: 1073741825}}"},
     "expected 'default' between -1073741824 and 1073741824, got 1073741825",
     9,
     34},
    {"S22",
     {"params: {x: {type: f32, default: .inf}}"},
     "expected a finite f32 for 'default', got '.inf'",
     9,
     34},
    {"S23", {"outputs: [lse]"}, "expected 'out' in 'outputs', got none", 9, 10},
    {"S23", {"outputs: [out, lse, out]"}, "expected each output once, got 'out' again", 9, 21, 9, 11},
    {"S24", {"schedule: {}"}, "expected a field to pin in 'schedule', got nothing", 9, 1},
    {"S24",
     {"schedule: {tile_q: 60}"},
     "expected 'tile_q' to be a multiple of 16 between 16 and 256, got 60",
     9,
     20},
    {"S24",
     {"schedule: {tile_kv: 512}"},
     "expected 'tile_kv' to be a multiple of 16 between 16 and 256, got 512",
     9,
     21},
    {"S24", {"schedule: {stages: 9}"}, "expected 'stages' between 1 and 4, got 9", 9, 20},
    {"S24", {"schedule: {warps: 0}"}, "expected 'warps' between 1 and 8, got 0", 9, 19},
    {"S25", {manyInputs(17)}, "expected at most 16 inputs, got 17", 9, 570},
    {"S25", {manyParams(33)}, "expected at most 32 params, got 33", 9, 586},
};

} // namespace

TEST(DeclarationRules, HaveTheirMessageAndPlace) { expectRules(kBad); }
