// Names.cpp - unique, readable names for storage, views and scalars.
#include "codegen/cuda/Names.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

bool Names::reserved(StringRef word) {
  static const llvm::StringSet<> words = {
      // C++ and CUDA
      "alignas", "alignof", "auto", "bool", "break", "case", "catch", "char", "class", "const", "constexpr",
      "continue", "default", "delete", "do", "double", "else", "enum", "explicit", "export", "extern",
      "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
      "operator", "private", "protected", "public", "register", "return", "short", "signed", "sizeof",
      "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef", "typename",
      "union", "unsigned", "using", "virtual", "void", "volatile", "while", "and", "or", "not", "xor",
      "and_eq", "bitand", "bitor", "compl", "not_eq", "or_eq", "xor_eq", "char8_t", "char16_t", "char32_t",
      "wchar_t", "concept", "consteval", "constinit", "requires", "co_await", "co_return", "co_yield",
      "const_cast", "dynamic_cast", "reinterpret_cast", "static_cast", "static_assert", "decltype",
      "noexcept", "nullptr", "thread_local", "typeid", "asm", "NULL", "ATTNC_DEVICE", "threadIdx", "blockIdx",
      "gridDim", "blockDim", "warpSize",
      // the device library and the emitted frame
      "attnc", "attn", "warp", "block", "atom", "f16", "bf16", "i64", "min", "max", "clamp", "floor_div",
      "floor_mod", "ceil_div", "round_up", "round_down", "fill", "p", "Params", "Fragment", "RowVector",
      "SharedTile", "SharedRing", "GlobalRows", "SideTensor", "SpanWalk", "BlockWalk", "Weights",
      "shared_memory", "exp", "log", "sqrt", "tanh", "abs", "fabsf", "fminf", "fmaxf", "main", "tf32"};
  // A reserved word is declared with '_' behind it; a name that ends so already gets one more.
  word = word.rtrim('_');
  // Constants of the text are kTileQ, kScaleLog2...
  bool constant = word.size() > 1 && word[0] == 'k' && llvm::isUpper(word[1]);
  return constant || words.contains(word);
}

Names::Names(tile::KernelOp kernel) { scope(kernel.getBody().front(), {}); }

StringRef Names::of(Value value) const {
  auto found = names.find(value);
  return found == names.end() ? StringRef() : StringRef(found->second);
}

void Names::declare(Value value, StringRef hint, llvm::StringSet<> &used) {
  std::string name = reserved(hint) ? (hint + "_").str() : hint.str();
  for (int suffix = 2; !used.insert(name).second; ++suffix)
    name = (hint + "_" + Twine(suffix)).str();
  names[value] = std::move(name);
}

void Names::scope(Block &block, llvm::StringSet<> used) {
  for (Operation &op : block) {
    llvm::TypeSwitch<Operation *>(&op)
        .Case<tile::AllocOp, tile::ReuseOp, tile::ViewRowsOp, tile::ViewSideOp, tile::LetOp, tile::ConvertOp,
              tile::FinishOp, tile::WalkSpansOp, tile::WalkBlocksOp>(
            [&](auto named) { declare(named->getResult(0), named.getName(), used); })
        .Case([&](tile::LoopOp loop) {
          llvm::StringSet<> inner = used;
          declare(loop.inductionVariable(), "kv", inner);
          scope(loop.getBody().front(), inner);
        })
        .Case([&](tile::CopyAsyncOp copy) {
          if (copy.getWhere().empty())
            return;
          llvm::StringSet<> inner = used;
          declare(copy.getWhere().getArgument(0), "key", inner);
          scope(copy.getWhere().front(), inner);
        })
        .Case([&](tile::RopeOp rope) {
          llvm::StringSet<> inner = used;
          declare(rope.getAt().getArgument(0), "row", inner);
          scope(rope.getAt().front(), inner);
        })
        .Case([&](tile::ClassifyTilesOp classify) {
          llvm::StringSet<> inner = used;
          declare(classify.getBody().getArgument(0), "row", inner);
          declare(classify.getBody().getArgument(1), "key", inner);
          scope(classify.getBody().front(), inner);
        })
        .Case<tile::MapOp, tile::MapRowsOp>([&](auto map) {
          llvm::StringSet<> inner = used;
          StringRef hints[] = {"s", "row", "column"};
          for (auto [argument, hint] : llvm::zip(map.getBody().getArguments(), hints))
            declare(argument, hint, inner);
          scope(map.getBody().front(), inner);
        });
  }
}
