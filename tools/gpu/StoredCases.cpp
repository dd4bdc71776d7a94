// StoredCases.cpp - cases.json and the files of expected values.
//
// Must not trust what it reads: sizes are checked against the file.
#include "tools/gpu/StoredCases.h"

#include "runtime/core/Digest.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace attnc::gpu {
namespace {

using Json = nlohmann::json;

Result<std::string> readFile(const std::filesystem::path &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) // a device may have no end
    return Status(Code::NotFound, path.string() + ": expected a file, got none");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file)
    return Status(Code::NotFound, path.string() + ": cannot read the file");
  return content.str();
}

Status writeFile(const std::filesystem::path &path, const std::string &bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  return file ? Status::success() : Status(Code::IoError, path.string() + ": cannot write the file");
}

Json requestJson(const cli::ProblemRequest &request) {
  return {
      {"dims", request.dims}, {"lens", request.lens}, {"scalars", request.scalars}, {"seed", request.seed}};
}

void requestFrom(const Json &json, cli::ProblemRequest &out) {
  json.at("dims").get_to(out.dims);
  json.at("lens").get_to(out.lens);
  json.at("scalars").get_to(out.scalars);
  json.at("seed").get_to(out.seed);
}

/// The file: a line of JSON (names, dtypes, shapes), the numbers, SHA-256 of all that.
constexpr size_t kDigestChars = 64;

float widened(double bound, double value) {
  const double rounding = std::abs(value - static_cast<double>(static_cast<float>(value)));
  const double sum = std::isfinite(value) ? bound + rounding : bound;
  const auto stored = static_cast<float>(sum);
  return stored < sum ? std::nextafter(stored, std::numeric_limits<float>::infinity()) : stored;
}

void append(std::string &out, float value) {
  out.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

} // namespace

Status writeCases(const std::filesystem::path &folder, const StoredCases &cases) {
  Json stored = Json::array(), grid = Json::array();
  for (const StoredCase &item : cases.cases)
    stored.push_back({{"kernel", item.kernel},
                      {"name", item.name},
                      {"file", item.file},
                      {"request", requestJson(item.request)}});
  for (const TimedCase &item : cases.grid)
    grid.push_back({{"kernel", item.kernel}, {"request", requestJson(item.request)}});
  return writeFile(folder / "cases.json",
                   Json{{"attnc", cases.attnc}, {"cases", stored}, {"grid", grid}}.dump(1) + "\n");
}

Result<StoredCases> readCases(const std::filesystem::path &folder) {
  ATTNC_ASSIGN_OR_RETURN(std::string text, readFile(folder / "cases.json"));
  try {
    const Json json = Json::parse(text);
    StoredCases out;
    json.at("attnc").get_to(out.attnc);
    for (const Json &item : json.at("cases")) {
      StoredCase one;
      item.at("kernel").get_to(one.kernel);
      item.at("name").get_to(one.name);
      item.at("file").get_to(one.file);
      requestFrom(item.at("request"), one.request);
      out.cases.push_back(std::move(one));
    }
    for (const Json &item : json.at("grid")) {
      TimedCase one;
      item.at("kernel").get_to(one.kernel);
      requestFrom(item.at("request"), one.request);
      out.grid.push_back(std::move(one));
    }
    return out;
  } catch (const Json::exception &error) {
    return Status(Code::Corrupt, (folder / "cases.json").string() + ": " + error.what());
  }
}

Status writeExpected(const std::filesystem::path &path, const ReferenceResult &result) {
  Json outputs = Json::array();
  std::string numbers;
  for (const ReferenceOutput &output : result.outputs) {
    outputs.push_back({{"name", output.name},
                       {"dtype", dtypeName(output.dtype)},
                       {"shape", output.shape},
                       {"in_place", output.inPlace()},
                       {"half_bytes", output.halfBytes}});
    for (double value : output.values)
      append(numbers, static_cast<float>(value));
    for (size_t i = 0; i < output.bounds.size(); ++i)
      append(numbers, widened(output.bounds[i], output.values[i]));
    for (const bool written : output.written)
      numbers.push_back(written ? 1 : 0);
  }
  const std::string body = outputs.dump() + "\n" + numbers;
  return writeFile(path, sha256Hex(body) + body);
}

Result<ReferenceResult> readExpected(const std::filesystem::path &path) {
  ATTNC_ASSIGN_OR_RETURN(std::string bytes, readFile(path));
  auto corrupt = [&](const char *what) { return Status(Code::Corrupt, path.string() + ": " + what); };
  if (bytes.size() < kDigestChars ||
      sha256Hex(std::string_view(bytes).substr(kDigestChars)) != bytes.substr(0, kDigestChars))
    return corrupt("expected the reference's values, got a damaged file");
  const size_t end = bytes.find('\n');
  if (end == std::string::npos)
    return corrupt("expected a line of names and shapes, got none");
  const Json outputs = Json::parse(bytes.begin() + kDigestChars,
                                   bytes.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
  ReferenceResult out;
  size_t at = end + 1;
  auto take = [&](std::vector<double> &values, size_t count) {
    for (size_t i = 0; i < count && at + sizeof(float) <= bytes.size(); ++i, at += sizeof(float)) {
      float value;
      std::memcpy(&value, bytes.data() + at, sizeof(value));
      values.push_back(value);
    }
    return values.size() == count;
  };
  try {
    for (const Json &item : outputs) {
      ReferenceOutput output;
      item.at("name").get_to(output.name);
      output.dtype = parseDType(item.at("dtype").get<std::string>()).value_or(DType::F32);
      item.at("shape").get_to(output.shape);
      item.at("half_bytes").get_to(output.halfBytes);
      auto count = static_cast<size_t>(output.parts());
      for (int64_t size : output.shape)
        count *= static_cast<size_t>(size);
      if (count > bytes.size() || !take(output.values, count) || !take(output.bounds, count))
        return corrupt("expected more values");
      if (item.at("in_place").get<bool>()) {
        if (count > bytes.size() - at)
          return corrupt("expected more values");
        for (size_t i = 0; i < count; ++i)
          output.written.push_back(bytes[at++] != 0);
      }
      out.outputs.push_back(std::move(output));
    }
  } catch (const Json::exception &) {
    return corrupt("expected names and shapes in JSON");
  }
  return out;
}

} // namespace attnc::gpu
