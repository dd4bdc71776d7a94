// TileAttrs.cpp - named sizes and schedules: parsing, printing, checks.
#include "dialect/tile/Layout.h"
#include "dialect/tile/Tile.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::tile;

static ParseResult parseDim(AsmParser &parser, std::string &name, int64_t &size) {
  return failure(parser.parseKeywordOrString(&name) || parser.parseEqual() || parser.parseInteger(size));
}

static void printDim(AsmPrinter &printer, StringRef name, int64_t size) {
  printer.printKeywordOrString(name);
  printer << " = " << size;
}

#define GET_ATTRDEF_CLASSES
#include "dialect/tile/TileAttrs.cpp.inc"

void TileDialect::registerAttrs() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/tile/TileAttrs.cpp.inc"
      >();
}

LogicalResult DimAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef name, int64_t size) {
  if (size <= 0) // C1
    return emitError() << "expected a positive size for " << name << ", got " << size;
  return success();
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t tileQ,
                                   int64_t tileKv, int64_t stages, int64_t warps) {
  if (warps < 1 || warps > 8) // C4
    return emitError() << "expected 1 to 8 warps, got " << warps;
  if (log2Exact(warps) < 0)
    return emitError() << "expected a power of two of warps, got " << warps;
  if (log2Exact(tileQ) < 0 || tileQ % (16 * warps) != 0 || tileQ > 256) // C1
    return emitError() << "expected tile_q to be a power of two from " << 16 * warps
                       << " (16 rows for each of " << warps << " warps) to 256, got " << tileQ;
  if (log2Exact(tileKv) < 0 || tileKv < 16 || tileKv > 256) // C2
    return emitError() << "expected tile_kv to be a power of two from 16 to 256, got " << tileKv;
  if (stages < 1 || stages > 4) // C3
    return emitError() << "expected 1 to 4 stages, got " << stages;
  return success();
}
