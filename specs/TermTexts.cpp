// TermTexts.cpp - one function a named term: its arguments in, an expression out.
//
// Must not read YAML. Definitions follow semantics 3.3 to 3.7.
#include "specs/TermTexts.h"

#include "specs/NumberText.h"

#include <algorithm>
#include <cmath>

namespace attnc {

const std::string &TermValues::text(std::string_view key) const {
  static const std::string kNone = "none"; // an optional tensor that is not given
  auto found = std::find_if(term.arguments.begin(), term.arguments.end(),
                            [&](const auto &argument) { return argument.first == key; });
  return found == term.arguments.end() ? kNone : found->second;
}

const SideInput &TermValues::tensor(std::string_view key) const {
  const std::string &name = text(key);
  return *std::find_if(scope.names.inputs.begin(), scope.names.inputs.end(),
                       [&](const SideInput &input) { return input.name == name; });
}

Result<std::vector<std::string>> TermValues::indices(const SideInput &input, std::string_view row,
                                                     std::string_view key,
                                                     std::vector<std::string> last) const {
  auto wrong = [&](const std::string &expected) {
    std::string shape;
    for (const SideDim &dim : input.shape)
      shape += (shape.empty() ? "" : ", ") + (dim.name.empty() ? std::to_string(dim.size) : dim.name);
    return Status(Code::InvalidSpec, // S27
                  "expected " + expected + " for '" + term.name + "', got '" + input.name + "' of shape [" +
                      shape + "]",
                  term.where)
        .note("the input is declared here", input.where);
  };
  if (input.shape.size() < last.size())
    return wrong("at least " + std::to_string(last.size()) + " axes");
  std::vector<std::string> result;
  for (size_t axis = 0; axis < input.shape.size(); ++axis) {
    const SideDim &dim = input.shape[axis];
    const size_t fromEnd = input.shape.size() - axis;
    std::string index;
    if (fromEnd <= last.size())
      index = last[last.size() - fromEnd];
    else if (dim.name == "batch")
      index = "b";
    else if (dim.name == "heads")
      index = "h";
    else if (dim.name == "kv_heads")
      index = "kvh";
    else if (dim.name == "q_len" && !row.empty())
      index = row;
    else if (dim.name == "kv_len" && !key.empty())
      index = key;
    else if (dim.size == 1)
      index = "0";
    else
      return wrong(std::string("axes batch, heads, kv_heads") + (row.empty() ? "" : ", q_len") +
                   (key.empty() ? "" : ", kv_len") + " or 1" + (last.empty() ? "" : " before the last axes"));
    result.push_back(std::move(index));
  }
  return result;
}

static std::string inBrackets(const std::vector<std::string> &indices) {
  std::string text;
  for (const std::string &index : indices)
    text += (text.empty() ? "[" : ", ") + index;
  return text.empty() ? "" : text + "]";
}

Result<std::string> TermValues::read(const SideInput &input, std::string_view row, std::string_view key,
                                     std::vector<std::string> last) const {
  ATTNC_ASSIGN_OR_RETURN(std::vector<std::string> all, indices(input, row, key, std::move(last)));
  return input.name + inBrackets(all);
}

Result<std::string> TermValues::row(const SideInput &input) const {
  ATTNC_ASSIGN_OR_RETURN(std::vector<std::string> all, indices(input, "", "", {"0"}));
  all.pop_back();
  return input.name + inBrackets(all);
}

Result<std::string_view> TermValues::oneOf(std::string_view first, std::string_view second) const {
  const bool hasFirst = text(first) != "none", hasSecond = text(second) != "none";
  if (hasFirst == hasSecond) // S27
    return Status(Code::InvalidSpec,
                  "expected either '" + std::string(first) + "' or '" + std::string(second) + "' for '" +
                      term.name + "', got " + (hasFirst ? "both" : "neither"),
                  term.where);
  return hasFirst ? first : second;
}

Result<std::string> TermValues::value(std::string_view key) const {
  const std::string &name = text(key);
  for (const SideInput &input : scope.names.inputs)
    if (input.name == name)
      return read(input, "q_row", "");
  return name;
}

/// `words` hold bits, 32 a word, along their last axis.
static Result<std::string> bitText(const TermValues &values, const SideInput &words, std::string_view row,
                                   const std::string &position, std::vector<std::string> last) {
  last.back() = "(" + last.back() + ") // 32";
  ATTNC_ASSIGN_OR_RETURN(std::string word, values.read(words, row, "", std::move(last)));
  return "bit(" + word + ", " + position + ")";
}

//===- Masks ------------------------------------------------------------------------------------------===//

Result<std::string> prefixText(const TermValues &values) {
  ATTNC_ASSIGN_OR_RETURN(std::string length, values.value("length"));
  return "kv <= q or kv < " + length;
}

Result<std::string> streamingText(const TermValues &values) {
  return "kv <= q and (q - kv < " + values.text("window") + " or kv < " + values.text("keep") + ")";
}

/// Queries before the first key (bottom_right, more queries than keys) belong to no document. Of a query past
/// the last start no end is known: it reads as 0, and nothing is visible.
Result<std::string> documentsText(const TermValues &values) {
  ATTNC_ASSIGN_OR_RETURN(std::string_view form, values.oneOf("ids", "starts"));
  const SideInput &input = values.tensor(form);
  if (form == "ids") {
    ATTNC_ASSIGN_OR_RETURN(std::string ofQuery, values.read(input, "", "q"));
    ATTNC_ASSIGN_OR_RETURN(std::string ofKey, values.read(input, "", "kv"));
    return "q >= 0 and " + ofQuery + " == " + ofKey;
  }
  ATTNC_ASSIGN_OR_RETURN(std::string starts, values.row(input));
  const std::string next = "search(" + starts + ", q)";
  ATTNC_ASSIGN_OR_RETURN(std::string begin, values.read(input, "", "", {next + " - 1"}));
  ATTNC_ASSIGN_OR_RETURN(std::string end, values.read(input, "", "", {next}));
  return "q >= 0 and " + begin + " <= kv and kv < " + end;
}

/// The last q_len keys are the queries' own tokens: a row sees all keys before them, and of them its
/// ancestors.
Result<std::string> treeText(const TermValues &values) {
  ATTNC_ASSIGN_OR_RETURN(std::string_view form, values.oneOf("visible", "parents"));
  const SideInput &input = values.tensor(form);
  const std::string token = "kv - (kv_len - q_len)";
  std::string ancestor;
  if (form == "parents") {
    ATTNC_ASSIGN_OR_RETURN(std::string parents, values.row(input));
    ancestor = "reaches(" + parents + ", q_row, " + token + ")";
  } else if (input.dtype == DType::Bool) {
    ATTNC_ASSIGN_OR_RETURN(ancestor, values.read(input, "q_row", "", {token}));
  } else {
    ATTNC_ASSIGN_OR_RETURN(ancestor, bitText(values, input, "q_row", token, {token}));
  }
  return "kv < kv_len - q_len or " + ancestor;
}

Result<std::string> tensorText(const TermValues &values) {
  return values.read(values.tensor("visible"), "q_row", "kv");
}

Result<std::string> bitsText(const TermValues &values) {
  return bitText(values, values.tensor("words"), "q_row", "kv", {"kv"});
}

Result<std::string> blockSparseText(const TermValues &values) {
  const std::string row = "q_row // " + values.text("q_block"), column = "kv // " + values.text("kv_block");
  const SideInput &map = values.tensor("map");
  if (map.dtype == DType::Bool)
    return values.read(map, "", "", {row, column});
  return bitText(values, map, "", column, {row, column});
}

/// Row r's blocks are the columns indices[indptr[r]] to indices[indptr[r + 1] - 1], ascending.
Result<std::string> bsrText(const TermValues &values) {
  const SideInput &pointers = values.tensor("indptr"), &columns = values.tensor("indices");
  const std::string row = "q_row // " + values.text("q_block"), column = "kv // " + values.text("kv_block");
  ATTNC_ASSIGN_OR_RETURN(std::string begin, values.read(pointers, "", "", {row}));
  ATTNC_ASSIGN_OR_RETURN(std::string end, values.read(pointers, "", "", {row + " + 1"}));
  ATTNC_ASSIGN_OR_RETURN(std::string blocks, values.row(columns));
  const std::string next = "search(" + blocks + ", " + column + ", " + begin + ", " + end + ")";
  ATTNC_ASSIGN_OR_RETURN(std::string found, values.read(columns, "", "", {next + " - 1"}));
  return next + " > " + begin + " and " + found + " == " + column;
}

/// Blocks near the diagonal, and every `stride`-th block column, shifted by head.
Result<std::string> stridedText(const TermValues &values) {
  const bool blocks = values.integer("block") > 1;
  const std::string size = values.text("block"), shift = values.text("head_step");
  const std::string row = blocks ? "q // " + size : "q", column = blocks ? "kv // " + size : "kv";
  const std::string shifted = shift == "0" ? column + " + 1" : column + " + h * " + shift + " + 1";
  return "kv <= q and (" + row + " - " + column + " < " + values.text("local") + " or (" + shifted + ") % " +
         values.text("stride") + " == 0)";
}

Result<std::string> leftPaddingText(const TermValues &values) {
  ATTNC_ASSIGN_OR_RETURN(std::string length, values.value("length"));
  return "kv >= " + length;
}

//===- Scores -----------------------------------------------------------------------------------------===//

/// The query at position q has seen q + 1 tokens.
Result<std::string> lognText(const TermValues &values) {
  const double base = std::log(static_cast<double>(values.integer("trained")));
  return "s * (log(q + 1) / " + floatText(base) + " if q >= " + values.text("trained") + " else 1.0)";
}

Result<std::string> biasText(const TermValues &values) {
  ATTNC_ASSIGN_OR_RETURN(std::string bias, values.read(values.tensor("tensor"), "q_row", "kv"));
  return "s + " + bias;
}

/// Head g of n: 2^(-8 (g + 1) / p) below the largest power of two p <= n, odd powers of the 2p sequence from
/// there.
static std::string slopeText(int64_t heads, const std::string &head) {
  int64_t power = 1;
  while (power * 2 <= heads)
    power *= 2;
  const double step = 8.0 / static_cast<double>(power);
  const std::string first = "exp2(" + floatText(-step) + " * (" + head + " + 1))";
  if (power == heads)
    return first;
  return "(" + first + " if " + head + " < " + std::to_string(power) + " else exp2(" + floatText(-step / 2) +
         " * (2 * (" + head + " - " + std::to_string(power) + ") + 1)))";
}

/// `total_heads` and `first_head` say which slopes to compute: those of the spec's heads are among them.
static Status checkSlice(const TermValues &values) {
  const int64_t heads = values.queryHeads(), total = values.integer("total_heads");
  const std::string &first = values.text("first_head");
  if (values.text("slopes") != "computed") {
    if (total == heads && first == "0")
      return Status::success();
    return Status(
        Code::InvalidSpec, // S28
        "expected 'total_heads' and 'first_head' with computed slopes only, got them with the input '" +
            values.text("slopes") + "'",
        values.where());
  }
  const bool literal = first.find_first_not_of("0123456789") == first.npos;
  const int64_t offset = literal ? std::stoll(first) : 0;
  if (total >= heads + offset)
    return Status::success();
  return Status(Code::InvalidSpec, // S28
                "expected 'total_heads' to be at least " + std::to_string(heads + offset) + ", the " +
                    std::to_string(heads) + " query heads after 'first_head', got " + std::to_string(total),
                values.where());
}

Result<std::string> alibiText(const TermValues &values) {
  ATTNC_RETURN_IF_ERROR(checkSlice(values));
  std::string slope;
  if (values.text("slopes") == "computed") {
    ATTNC_ASSIGN_OR_RETURN(std::string offset, values.value("first_head"));
    slope = slopeText(values.integer("total_heads"), offset == "0" ? "h" : "(h + " + offset + ")");
  } else {
    ATTNC_ASSIGN_OR_RETURN(slope, values.read(values.tensor("slopes"), "", ""));
  }
  if (values.text("scaled") == "true")
    slope = values.scale() + " * " + slope;
  return values.text("form") == "signed" ? "s + " + slope + " * (kv - q)" : "s - " + slope + " * abs(q - kv)";
}

/// T5: half of the buckets are single distances, the others grow with the logarithm up to `max_distance`.
/// Each threshold is found with the f32 arithmetic of the models that were trained with it.
Result<std::string> relativeBiasText(const TermValues &values) {
  const SideInput &table = values.tensor("table");
  const bool bidirectional = values.text("bidirectional") == "true";
  const bool headsFirst = !table.shape.empty() && table.shape[0].name == "heads";
  int64_t buckets = 0;
  if (table.shape.size() == 2 && table.shape[headsFirst ? 0 : 1].name == "heads")
    buckets = table.shape[headsFirst ? 1 : 0].size;
  const int64_t side = bidirectional ? buckets / 2 : buckets, exact = side / 2;
  if (exact < 1 || (bidirectional && buckets % 2 != 0) || buckets > 256) // S27
    return Status(Code::InvalidSpec,
                  std::string("expected a table of [buckets, heads] or [heads, buckets] with ") +
                      (bidirectional ? "an even number of 4" : "2") +
                      " to 256 buckets for 'relative_bias', got '" + table.name + "'",
                  values.where())
        .note("the input is declared here", table.where);
  const int64_t farthest = values.integer("max_distance");
  if (farthest <= exact) // S27
    return Status(Code::InvalidSpec,
                  "expected a max_distance above " + std::to_string(exact) +
                      ", half of the buckets of a side, got " + std::to_string(farthest),
                  values.where());
  const std::string distance = bidirectional ? "abs(kv - q)" : "max(q - kv, 0)";
  std::string bucket = std::to_string(exact);
  const float span = static_cast<float>(std::log(double(farthest) / double(exact)));
  int64_t reached = 0;
  for (int64_t n = exact; n <= farthest && reached < side - 1 - exact; ++n) {
    const float ratio = std::log(static_cast<float>(n) / static_cast<float>(exact)) / span;
    const auto larger =
        std::min<int64_t>(static_cast<int64_t>(ratio * static_cast<float>(side - exact)), side - 1 - exact);
    for (; reached < larger; ++reached)
      bucket += " + (1 if " + distance + " >= " + std::to_string(n) + " else 0)";
  }
  bucket = "(" + distance + " if " + distance + " < " + std::to_string(exact) + " else " + bucket + ")";
  if (bidirectional)
    bucket += " + (" + std::to_string(side) + " if kv > q else 0)";
  return "s + " + table.name + (headsFirst ? "[h, " + bucket + "]" : "[" + bucket + ", h]");
}

} // namespace attnc
