// ReadDeclarations.cpp - the sections `inputs:` and `params:`.
//
// Must not know what reads them. Both are sorted by name: their order in the YAML means nothing.
#include "specs/SpecReader.h"

#include "specs/ExprLexer.h"
#include "specs/FieldReader.h"
#include "specs/FormatKeys.h"

#include <algorithm>
#include <limits>

namespace attnc {
namespace {

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();

template <class T> void sortByName(std::vector<T> &items) {
  std::sort(items.begin(), items.end(), [](const T &a, const T &b) { return a.name < b.name; });
}

Result<const YamlNode *> required(const YamlEntry &owner, std::string_view key) {
  if (const YamlEntry *entry = owner.value.find(key))
    return &entry->value;
  return Status(Code::InvalidSpec,
                "expected '" + std::string(key) + "' in " + inQuotes(owner.key) + ", got none",
                owner.where); // K5
}

Result<SideDim> readDim(const YamlNode &node) {
  SideDim dim;
  bool number = node.isScalar() && node.plain && !node.text.empty() &&
                (node.text[0] == '-' || (node.text[0] >= '0' && node.text[0] <= '9'));
  if (number) { // S20
    ATTNC_ASSIGN_OR_RETURN(dim.size, readInt(node, "shape", 1, kMaxInt));
    return dim;
  }
  ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(node, "shape", keys::kDims, keys::kNone)); // S20
  dim.name = keys::kDims[choice];
  return dim;
}

Result<SideInput> readInput(const YamlEntry &entry) {
  ATTNC_RETURN_IF_ERROR(expectMap(entry.value, entry.key));
  ATTNC_RETURN_IF_ERROR(checkKeys(entry.value, inQuotes(entry.key), keys::kInput, keys::kInputReserved));
  SideInput input;
  input.name = entry.key;
  input.where = entry.where;
  ATTNC_ASSIGN_OR_RETURN(const YamlNode *dtype, required(entry, "dtype"));
  ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(*dtype, "dtype", keys::kInputDtypes, keys::kNone)); // S21
  input.dtype = *parseDType(keys::kInputDtypes[choice]);
  ATTNC_ASSIGN_OR_RETURN(const YamlNode *shape, required(entry, "shape"));
  if (shape->kind != YamlNode::Kind::Sequence)
    return Status(Code::InvalidSpec, "expected a list of dims for 'shape', got " + describe(*shape),
                  shape->where);
  for (const YamlNode &item : shape->items) {
    ATTNC_ASSIGN_OR_RETURN(SideDim dim, readDim(item));
    input.shape.push_back(std::move(dim));
  }
  return input;
}

Result<ScalarParam> readParam(const YamlEntry &entry) {
  ATTNC_RETURN_IF_ERROR(expectMap(entry.value, entry.key));
  ATTNC_RETURN_IF_ERROR(checkKeys(entry.value, inQuotes(entry.key), keys::kParam, keys::kParamReserved));
  ScalarParam param;
  param.name = entry.key;
  param.where = entry.where;
  ATTNC_ASSIGN_OR_RETURN(const YamlNode *type, required(entry, "type"));
  ATTNC_ASSIGN_OR_RETURN(size_t choice, readChoice(*type, "type", keys::kParamTypes, keys::kNone)); // S22
  param.dtype = *parseDType(keys::kParamTypes[choice]);
  const YamlEntry *given = entry.value.find("default");
  if (!given)
    return param;
  if (param.dtype == DType::I32) { // S22
    ATTNC_ASSIGN_OR_RETURN(int64_t value,
                           readInt(given->value, "default", -kLargestInteger, kLargestInteger));
    param.defaultValue = static_cast<double>(value);
    return param;
  }
  ATTNC_ASSIGN_OR_RETURN(double value, readFloat(given->value, "default"));
  if (!(value >= -std::numeric_limits<float>::max() && value <= std::numeric_limits<float>::max())) // S22
    return Status(Code::InvalidSpec, "expected a finite f32 for 'default', got " + describe(given->value),
                  given->value.where);
  param.defaultValue = value;
  return param;
}

/// A section that declares nothing has no effect: that is an error, as everywhere.
Status expectEntries(const YamlNode &node, std::string_view key) {
  ATTNC_RETURN_IF_ERROR(expectMap(node, key));
  if (node.entries.empty()) // S20, S22
    return Status(Code::InvalidSpec, "expected an entry in '" + std::string(key) + "', got nothing",
                  node.where);
  return Status::success();
}

} // namespace

Result<std::vector<SideInput>> readInputs(const YamlNode &node) {
  ATTNC_RETURN_IF_ERROR(expectEntries(node, "inputs"));
  std::vector<SideInput> inputs;
  for (const YamlEntry &entry : node.entries) {
    ATTNC_ASSIGN_OR_RETURN(SideInput input, readInput(entry));
    inputs.push_back(std::move(input));
  }
  sortByName(inputs);
  return inputs;
}

Result<std::vector<ScalarParam>> readParams(const YamlNode &node) {
  ATTNC_RETURN_IF_ERROR(expectEntries(node, "params"));
  std::vector<ScalarParam> params;
  for (const YamlEntry &entry : node.entries) {
    ATTNC_ASSIGN_OR_RETURN(ScalarParam param, readParam(entry));
    params.push_back(std::move(param));
  }
  sortByName(params);
  return params;
}

} // namespace attnc
