// TileControlOps.cpp - kernels, loops and constants: parsing, printing, verifiers.
#include "dialect/tile/Tile.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace attnc::tile;

LogicalResult LaunchOp::verify() {
  if (getGrid().size() != 3) // C3
    return emitOpError("expected a formula for each of 3 axes of the grid, got ") << getGrid().size();
  for (auto field : getFields().getAsRange<StringAttr>()) { // C4
    auto [kind, source] = field.getValue().split(':');
    if (!llvm::is_contained({"tensor", "scalar", "dim", "workspace"}, kind) || source.empty())
      return emitOpError("expected a field of tensor:, scalar:, dim: or workspace:, got ") << field;
  }
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel) // C1
    return emitOpError("expected a kernel named ") << getKernel() << ", got none";
  if (getFields().size() != kernel.getArgumentTypes().size()) { // C2
    InFlightDiagnostic diagnostic = emitOpError("expected one field for each of ")
                                    << kernel.getArgumentTypes().size() << " kernel arguments, got "
                                    << getFields().size();
    diagnostic.attachNote(kernel.getLoc()) << "the kernel is here";
    return diagnostic;
  }
  return success();
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

StringRef KernelOp::argumentName(unsigned index) {
  auto name = getArgAttrOfType<StringAttr>(index, kNameAttr);
  return name ? name.getValue() : StringRef();
}

LogicalResult KernelOp::verify() {
  for (unsigned index = 0; index < getArgumentTypes().size(); ++index)
    if (argumentName(index).empty()) // C1
      return emitOpError("expected a name for argument ") << index << ", got none";
  if (!getResultTypes().empty()) // C2
    return emitOpError("expected no results, got ") << getResultTypes().size();
  return success();
}

LogicalResult LoopOp::verify() {
  if (bool(getFullBegin()) != bool(getFullEnd())) // C1
    return emitOpError("expected both bounds of the full range or none, got one");
  if (getBody().getNumArguments() != 1 || !getBody().getArgument(0).getType().isIndex()) // C2
    return emitOpError("expected one index block argument, got (") << getBody().getArgumentTypes() << ")";
  if (Operation *yield = getBody().front().getTerminator(); yield->getNumOperands() != 0) // C3
    return emitOpError("expected a body that yields nothing, got (") << yield->getOperandTypes() << ")";
  if (getWalk() && getWalk().getType().getStep() != getStep()) // C4
    return emitOpError("expected a walk of tiles of ") << getStep() << ", got " << getWalk().getType();
  return success();
}

LogicalResult ConstantOp::verify() {
  if (getValue().getType() != getResult().getType()) // C1
    return emitOpError("expected a value of ") << getResult().getType() << ", got " << getValue();
  return success();
}
