// TestKernel.cpp - see TestKernel.h.
#include "test/reference/TestKernel.h"

#include "codegen/reference/Elements.h"
#include "dialect/attn/Attn.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <random>

namespace attnc::test {

std::string KernelText::str() const {
  int outDim = valueDim ? valueDim : dim;
  auto tokens = [&](int count, int width) {
    return "!attn.tokens<" + std::to_string(count) + "x" + std::to_string(width) + "x" + dtype + ", " +
           layout + ">";
  };
  std::string q = tokens(heads, dim), k = tokens(kvHeads, dim), v = tokens(kvHeads, outDim);
  std::string out = tokens(heads, outDim);
  std::string rows = "!attn.rows<" + std::to_string(heads) + "xf32, " + layout + ">";
  bool runtimeScale = scale[0] == '%';
  auto region = [](const std::string &body, const std::string &arguments) {
    return body.empty() ? std::string("{}") : "{\n^bb0(" + arguments + "):\n " + body + "\n}";
  };
  std::string positions = "%b: index, %h: index, %i: index, %j: index, %n: index, %m: index";
  return "attn.kernel @test(%q: " + q + " {attn.name = \"q\"}, %k: " + k + " {attn.name = \"k\"}, %v: " + v +
         " {attn.name = \"v\"}" + extraArguments + ")\n    -> (" + out + " {attn.name = \"out\"}, " + rows +
         " {attn.name = \"lse\"}) attributes {lengths = #attn<lengths " + lengths + ">} {\n" +
         "  %o, %lse = attn.attention %q, %k, %v " + (runtimeScale ? "scale_operand " : "scale ") + scale +
         " " + leave + "statistics [\"lse\"] anchor " + anchor + " score " + region(score, "%s: f32, " + positions) + " mask " +
         region(mask, positions) + " : (" + q + ", " + k + ", " + v + (runtimeScale ? ", f32" : "") +
         ") -> (" + out + ", " + rows + ")\n  attn.return %o, %lse : " + out + ", " + rows + "\n}\n";
}

Result<std::unique_ptr<ReferenceEngine>> createEngine(const std::string &text) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<attn::AttnDialect, mlir::arith::ArithDialect, mlir::math::MathDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return Status(Code::InvalidArgument, "the test's IR does not parse:\n" + text);
  return ReferenceEngine::create(*module); // outlives the context
}

HostTensor::HostTensor(DType dtype, std::vector<int64_t> shape) : dtype(dtype), shape(std::move(shape)) {
  int64_t count = 1;
  for (int64_t extent : this->shape)
    count *= extent;
  bytes.resize(size_t(count * dtypeSize(dtype)));
}

HostTensor::HostTensor(DType dtype, std::vector<int64_t> shape, const std::vector<double> &values)
    : HostTensor(dtype, std::move(shape)) {
  for (size_t i = 0; i < values.size(); ++i)
    set(int64_t(i), values[i]);
}

void HostTensor::fillNormal(uint32_t seed, double deviation) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, deviation);
  for (int64_t i = 0; i < size(); ++i)
    set(i, normal(random));
}

Tensor HostTensor::view() { return {bytes.data(), dtype, shape, {}}; }

double HostTensor::get(int64_t linear) const {
  return reference::loadElement(const_cast<HostTensor *>(this)->view(), linear);
}

void HostTensor::set(int64_t linear, double value) { reference::storeElement(view(), linear, value); }

} // namespace attnc::test
