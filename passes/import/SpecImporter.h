// SpecImporter.h - builds one attn.kernel from a spec: the class behind importSpec.
#pragma once

#include "dialect/attn/Attn.h"
#include "passes/import/ImportExpr.h"
#include "passes/import/ImportSpec.h"

#include "llvm/ADT/StringMap.h"

namespace attnc {

class SpecImporter {
public:
  SpecImporter(const Spec &spec, mlir::MLIRContext &context)
      : spec(spec), builder(&context),
        nameLoc(importLocation(&context, spec.name.where,
                               mlir::FileLineColLoc::get(&context, spec.file, 1, 1))) {}

  mlir::OwningOpRef<mlir::ModuleOp> run();

private:
  mlir::Location loc(const attnc::Location &where) const {
    return importLocation(builder.getContext(), where, nameLoc);
  }
  template <class T> mlir::Location loc(const Located<T> &value) const { return loc(value.where); }

  mlir::FailureOr<mlir::Type> elementType(DType dtype, const attnc::Location &where);
  mlir::LogicalResult collectArguments();
  attn::Layout layout(llvm::StringRef axes);
  mlir::LogicalResult addTokens(llvm::StringRef name, int64_t heads, int64_t dim, mlir::Type element,
                                llvm::StringRef axes, mlir::Location where);
  mlir::Value operand(llvm::StringRef name, int64_t firstHead, int64_t heads, int64_t dim);
  void addArgument(llvm::StringRef name, mlir::Type type, mlir::Location where,
                   mlir::Attribute defaultValue = {});
  attn::KernelOp createKernel();
  mlir::FailureOr<attn::AttentionOp> createAttention(attn::KernelOp kernel);
  mlir::Value rotate(attn::TokenRole role, mlir::Value tokens);
  mlir::LogicalResult fillScore(attn::AttentionOp attention);
  mlir::LogicalResult fillMask(attn::AttentionOp attention);
  mlir::DictionaryAttr pins();

  // ImportCache.cpp
  void addCaches();
  llvm::StringRef tableName() const;
  std::string cacheName(llvm::StringRef part) const;
  std::string scaleName(llvm::StringRef part) const;
  mlir::Value pagesOf(llvm::StringRef part);
  mlir::Value cached(llvm::StringRef name, int64_t dim);
  mlir::Value join(mlir::Value prior, mlir::Value active);
  void appendTokens();
  bool isCyclic() const { return spec.cache && spec.cache->window != 0; }
  mlir::Value isHeld(const ExprScope &scope);
  llvm::SmallVector<mlir::Type> updatedCaches(llvm::SmallVectorImpl<llvm::StringRef> &names);

  const Spec &spec;
  mlir::OpBuilder builder;
  mlir::Location nameLoc;
  llvm::SmallVector<mlir::Type> types;
  mlir::Type outType;
  llvm::SmallVector<mlir::DictionaryAttr> attributes;
  llvm::SmallVector<mlir::Location> places;
  /// By name; of a cache that is appended to, what it is then.
  llvm::StringMap<mlir::Value> arguments;
  llvm::SmallVector<llvm::StringRef> statistics; ///< results of the attention behind out
};

} // namespace attnc
