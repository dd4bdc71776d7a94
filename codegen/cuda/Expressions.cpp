// Expressions.cpp - scalar SSA values as C++ expressions with the fewest parentheses.
#include "codegen/cuda/Printer.h"

#include "llvm/ADT/TypeSwitch.h"
#include <charconv>

using namespace mlir;
using namespace attnc;
using namespace attnc::codegen;

namespace {
/// C++'s comparison that means the same; empty for unsigned ones.
StringRef symbolOf(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return "==";
  case arith::CmpIPredicate::ne:
    return "!=";
  case arith::CmpIPredicate::slt:
    return "<";
  case arith::CmpIPredicate::sle:
    return "<=";
  case arith::CmpIPredicate::sgt:
    return ">";
  case arith::CmpIPredicate::sge:
    return ">=";
  default:
    return "";
  }
}

/// C++'s comparison that means the same, also of NaN; empty if there is none.
StringRef symbolOf(arith::CmpFPredicate predicate) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return "==";
  case arith::CmpFPredicate::UNE:
    return "!=";
  case arith::CmpFPredicate::OLT:
    return "<";
  case arith::CmpFPredicate::OLE:
    return "<=";
  case arith::CmpFPredicate::OGT:
    return ">";
  case arith::CmpFPredicate::OGE:
    return ">=";
  default:
    return "";
  }
}
} // namespace

std::string Printer::floatLiteral(const llvm::APFloat &value) {
  if (value.isInfinity())
    return value.isNegative() ? "kNegInf" : "-kNegInf";
  char digits[32];
  auto [last, error] = std::to_chars(digits, digits + sizeof digits, value.convertToFloat());
  std::string literal(digits, last); // the shortest text that reads back as the same float
  if (literal.find_first_of(".en") == std::string::npos)
    literal += ".0";
  return literal + "f";
}

std::string Printer::expr(Value value, int context) {
  if (StringRef name = names.of(value); !name.empty())
    return name.str();
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    StringRef name = kernel.argumentName(argument.getArgNumber());
    return ("p." + name + (Names::reserved(name) ? "_" : "")).str();
  }
  int own = kPrimary;
  std::string result = exprOf(value.getDefiningOp(), own);
  return own < context ? "(" + result + ")" : result;
}

std::string Printer::list(ValueRange operands) {
  std::string result;
  for (auto [index, operand] : llvm::enumerate(operands))
    result += (index ? ", " : "") + expr(operand);
  return result;
}

std::string Printer::call(StringRef function, ValueRange operands) {
  return function.str() + "(" + list(operands) + ")";
}

std::string Printer::infix(Operation *op, StringRef symbol, int own) {
  // The right operand binds one tighter, a - (b - c), unless regrouping changes nothing.
  bool regroups = isa<arith::AndIOp>(op);
  return joined({expr(op->getOperand(0), own), " ", symbol.str(), " ",
                 expr(op->getOperand(1), regroups ? own : own + 1)});
}

/// Function that a scalar op calls, with the header that declares it; empty if it is not a call.
static std::pair<StringRef, StringRef> callee(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::pair<StringRef, StringRef>>(op)
      .Case<arith::FloorDivSIOp>([](auto) { return std::pair("floor_div", "core"); })
      .Case<arith::CeilDivSIOp>([](auto) { return std::pair("ceil_div", "core"); })
      .Case<arith::MinSIOp>([](auto) { return std::pair("min", "core"); })
      .Case<arith::MaxSIOp>([](auto) { return std::pair("max", "core"); })
      .Case<tile::RoundDownOp>([](auto) { return std::pair("round_down", "core"); })
      .Case<tile::RoundUpOp>([](auto) { return std::pair("round_up", "core"); })
      .Case<tile::ClampOp>([](auto) { return std::pair("clamp", "core"); })
      .Case<arith::MinNumFOp>([](auto) { return std::pair("fminf", "core"); })
      .Case<arith::MaxNumFOp>([](auto) { return std::pair("fmaxf", "core"); })
      .Case<tile::BitOp>([](auto) { return std::pair("bit", "core"); })
      .Case<math::AbsFOp>([](auto) { return std::pair("fabsf", "core"); })
      .Case<math::ExpOp>([](auto) { return std::pair("attn::exp", "attn/math"); })
      .Case<math::Exp2Op>([](auto) { return std::pair("attn::exp2", "attn/math"); })
      .Case<math::LogOp>([](auto) { return std::pair("attn::log", "attn/math"); })
      .Case<math::SqrtOp>([](auto) { return std::pair("attn::sqrt", "attn/math"); })
      .Case<math::TanhOp>([](auto) { return std::pair("attn::tanh", "attn/math"); })
      .Case<math::ErfOp>([](auto) { return std::pair("attn::erf", "attn/math"); })
      .Default([](Operation *) { return std::pair<StringRef, StringRef>(); });
}

std::string Printer::exprOf(Operation *op, int &own) {
  if (auto [function, header] = callee(op); !function.empty()) {
    use(header);
    return call(function, op->getOperands());
  }
  auto at = [&](int precedence) { return own = precedence; };
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case([&](tile::ConstantOp c) {
        auto real = dyn_cast<FloatAttr>(c.getValue());
        (real ? floats : ints)[c.getName()] = {
            real ? floatLiteral(real.getValue()) : std::to_string(cast<IntegerAttr>(c.getValue()).getInt()),
            place(c)};
        return c.getName().str();
      })
      .Case([&](tile::TableOp table) {
        tables[table.getName()] = tableDefinition(table);
        return table.getName().str();
      })
      .Case([&](arith::ConstantOp c) {
        if (auto real = dyn_cast<FloatAttr>(c.getValue())) {
          if (real.getValue().isNegative())
            at(kUnary);
          return floatLiteral(real.getValue());
        }
        auto integer = cast<IntegerAttr>(c.getValue());
        if (integer.getType().isInteger(1))
          return std::string(integer.getValue().isZero() ? "false" : "true");
        if (integer.getInt() < 0)
          at(kUnary);
        return std::to_string(integer.getInt());
      })
      .Case<arith::AddIOp, arith::AddFOp>([&](auto) { return infix(op, "+", at(kSum)); })
      .Case<arith::SubIOp, arith::SubFOp>([&](auto) { return infix(op, "-", at(kSum)); })
      .Case<arith::MulIOp, arith::MulFOp>([&](auto) { return infix(op, "*", at(kProduct)); })
      .Case<arith::DivSIOp, arith::DivFOp>([&](auto) { return infix(op, "/", at(kProduct)); })
      .Case<arith::RemSIOp>([&](auto) { return infix(op, "%", at(kProduct)); })
      .Case<arith::AndIOp>([&](auto) { return infix(op, "&&", at(kAnd)); })
      .Case<arith::OrIOp>([&](auto) {
        at(kOr);
        auto side = [&](Value value) { // a && b inside || is clearer in parentheses
          return expr(value, value.getDefiningOp<arith::AndIOp>() ? kPrimary : kOr);
        };
        return joined({side(op->getOperand(0)), " || ", side(op->getOperand(1))});
      })
      .Case([&](arith::XOrIOp x) {
        if (auto constant = x.getRhs().getDefiningOp<arith::ConstantOp>();
            constant && !cast<IntegerAttr>(constant.getValue()).getValue().isZero()) {
          at(kUnary);
          return "!" + expr(x.getLhs(), kUnary);
        }
        return infix(op, "!=", at(kEquality));
      })
      .Case<arith::CmpIOp, arith::CmpFOp>([&](auto compare) {
        StringRef symbol = symbolOf(compare.getPredicate());
        if (symbol.empty())
          return noPrinter(op);
        return infix(op, symbol, at(symbol == "==" || symbol == "!=" ? kEquality : kRelation));
      })
      .Case([&](arith::SelectOp s) {
        at(kTernary);
        return joined({expr(s.getCondition(), kTernary + 1), " ? ", expr(s.getTrueValue(), kTernary + 1),
                       " : ", expr(s.getFalseValue(), kTernary)});
      })
      .Case([&](arith::NegFOp n) {
        at(kUnary);
        return "-" + expr(n.getOperand(), kUnary + 1);
      })
      .Case<arith::IndexCastOp, arith::SIToFPOp, arith::UIToFPOp, arith::ExtUIOp>([&](auto cast) {
        Type from = cast.getIn().getType(), to = cast.getType();
        if (element(from) == element(to))
          return expr(cast.getIn(), own = kPrimary);
        return element(to) + "(" + expr(cast.getIn()) + ")";
      })
      .Case([&](tile::LoadOp load) {
        return joined({expr(load.getPointer(), kPrimary), "[", expr(load.getPosition()), "]"});
      })
      .Case<tile::CheckPagesOp, tile::CheckAppendOp, tile::CheckBeamsOp>(
          [&](auto each) { return check(each); })
      .Case([&](tile::BlockIdOp id) {
        std::string axis(1, "xyz"[id.getAxis()]);
        if (!id.getFromEnd())
          return "int(blockIdx." + axis + ")";
        return "int(gridDim." + axis + " - 1 - blockIdx." + axis + ")";
      })
      .Case([&](tile::CurrentOp current) {
        if (current.getAhead() == 0)
          return expr(current.getRing()) + ".current()";
        return expr(current.getRing()) + ".ahead<" + std::to_string(current.getAhead()) + ">()";
      })
      .Case([&](tile::ReadSideOp read) {
        use("attn/side_tensor");
        return call(expr(read.getSide()) + ".read", read.getIndices());
      })
      .Case([&](tile::SearchSideOp search) {
        use("attn/side_tensor");
        SmallVector<Value> operands = {search.getFrom(), search.getTo(), search.getValue()};
        operands.append(search.getIndices().begin(), search.getIndices().end());
        return call(expr(search.getSide()) + ".search", operands);
      })
      .Case([&](tile::ReachesOp reaches) {
        use("attn/side_tensor");
        SmallVector<Value> operands = {reaches.getNode(), reaches.getAncestor()};
        operands.append(reaches.getIndices().begin(), reaches.getIndices().end());
        return call(expr(reaches.getSide()) + ".reaches", operands);
      })
      .Case([&](tile::NextTileOp next) {
        return joined({names.of(next.getWalk()).str(), ".next(", expr(next.getFrom()), ")"});
      })
      .Case([&](tile::TileIsFullOp full) {
        return joined({names.of(full.getWalk()).str(), ".is_full(", expr(full.getKey()), ")"});
      })
      .Case([&](tile::SoftcapOp cap) {
        use("attn/softcap");
        return joined({"attn::softcap(", expr(cap.getScore()), ", ", expr(cap.getCap()), ", 1.0f / ",
                       expr(cap.getCap(), kUnary), ")"});
      })
      .Default([&](Operation *other) { return noPrinter(other); });
}

std::string Printer::noPrinter(Operation *op) {
  op->emitError("expected an op that the CUDA printer knows, got '") << op->getName() << "'";
  valid = false;
  return {};
}
