// PrintCheckOps.cpp - the launch of debug builds that checks lengths and tables.
#include "codegen/cuda/Printer.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

/// What says where tokens lie: the page, the ring and the tokens that are kept; nothing where all defaults
/// do.
std::string Printer::placesOf(tile::DimAttr page, tile::DimAttr ring, tile::DimAttr keep) {
  if (!page && !ring)
    return "";
  std::string arguments = page ? dim(page) : "1";
  for (tile::DimAttr each : {ring, keep})
    if (each)
      arguments += ", " + dim(each);
  return "<" + arguments + ">";
}

/// A table from the request's entry on.
std::string Printer::at(Value pointer, Value position) {
  return "&" + expr(pointer, kUnary) + "[" + expr(position) + "]";
}

std::string Printer::check(tile::CheckPagesOp op) {
  use("block/check_pages");
  std::string call = "warp::check_" + std::string(op.getTable() ? "pages" : "length") +
                     placesOf(op.getPageAttr(), op.getRingAttr(), op.getKeepAttr()) + "(";
  if (op.getTable())
    call += at(op.getTable(), op.getFirst()) + ", " + expr(op.getPageCount()) + ", " +
            at(op.getCleaned(), op.getFirst()) + ", ";
  return call + expr(op.getLength()) + ", " + expr(op.getRoom()) + ", " +
         at(op.getReadable(), op.getRequest()) + ")";
}

std::string Printer::check(tile::CheckAppendOp op) {
  use("block/check_append");
  std::string call = "warp::check_" + std::string(op.getTable() ? "append" : "places") +
                     placesOf(op.getPageAttr(), op.getRingAttr(), op.getKeepAttr()) + "(";
  if (op.getTable())
    call += at(op.getTable(), op.getFirst()) + ", " + expr(op.getPageCount()) + ", ";
  call += expr(op.getBegin()) + ", " + expr(op.getCount()) + ", " + expr(op.getRoom());
  return call + (op.getOldest() ? ", " + expr(op.getOldest()) : "") + ")";
}

std::string Printer::check(tile::CheckBeamsOp op) {
  use("block/check_beams");
  std::string call = "warp::check_beams" + placesOf(op.getPageAttr(), op.getRingAttr(), op.getKeepAttr()) +
                     "(" + at(op.getBeams(), op.getFirstBeam()) + ", " + expr(op.getWidth()) + ", " +
                     expr(op.getMost()) + ", " + expr(op.getPrompt()) + ", " +
                     at(op.getCleaned(), op.getFirstBeam()) + ", " + expr(op.getLength()) + ", " +
                     expr(op.getRoom());
  if (op.getTable())
    call += ", " + at(op.getTable(), op.getFirst()) + ", " + expr(op.getPageCount()) + ", " +
            expr(op.getStride());
  return call + ")";
}

void Printer::print(tile::StoreReportOp op) {
  use("block/check_pages");
  line() << "warp::store_report(" << at(op.getDst(), op.getRequest()) << ", " << list(op.getReports())
         << ");";
  end();
}
