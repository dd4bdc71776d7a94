// Record.cpp - recording, and the JSON of it.
#include "tools/gpu/golden/Record.h"

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace attnc::golden {
namespace {

using Json = nlohmann::ordered_json;

std::string today() {
  std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof(text), "%Y-%m-%d", &utc);
  return text;
}

/// Eight digits a word, a thread's words apart from the next thread's.
std::string hexOf(const std::vector<uint32_t> &words) {
  std::string text;
  char digits[10];
  for (uint32_t word : words) {
    std::snprintf(digits, sizeof(digits), "%08x", word);
    text += (text.empty() ? "" : " ") + std::string(digits);
  }
  return text;
}

Result<std::vector<uint32_t>> wordsOf(const std::string &text) {
  std::vector<uint32_t> words;
  for (size_t at = 0; at < text.size(); at += 9) {
    size_t used = 0;
    const std::string digits = text.substr(at, 8);
    if (digits.size() != 8 || digits.find_first_not_of("0123456789abcdef") != std::string::npos ||
        (at + 8 < text.size() && text[at + 8] != ' '))
      return Status(Code::Corrupt, "expected words of eight hexadecimal digits, got '" + digits + "'");
    words.push_back(static_cast<uint32_t>(std::stoul(digits, &used, 16)));
  }
  return words;
}

} // namespace

Result<Record> record(Device &device, Module &module, const Target &target) {
  Record result;
  result.arch = "sm_" + std::to_string(target.computeCapability);
  result.gpu = device.name();
  result.date = today();
  for (size_t i = 0; i < probes().size(); ++i) {
    const Probe &probe = probes()[i];
    if (probe.since > target.computeCapability)
      continue;
    Record::Entry entry;
    entry.inputs = probe.digest();
    ATTNC_ASSIGN_OR_RETURN(entry.outputs, runProbe(device, module, i));
    result.entries[probe.op] = std::move(entry);
  }
  return result;
}

Status writeRecord(const std::string &path, const Record &record) {
  Json json = {{"arch", record.arch}, {"gpu", record.gpu}, {"driver", record.driver}, {"date", record.date}};
  for (const auto &[op, entry] : record.entries)
    json["records"][op] = {{"inputs", entry.inputs}, {"outputs", hexOf(entry.outputs)}};
  std::ofstream file(path);
  file << json.dump(1) << "\n";
  file.close();
  return file ? Status::success() : Status(Code::IoError, path + ": cannot write the file");
}

Result<Record> readRecord(const std::string &path) {
  std::ifstream file(path);
  if (!file)
    return Status(Code::IoError, path + ": cannot read the file");
  auto corrupt = [&](const std::string &why) { return Status(Code::Corrupt, path + ": " + why); };
  try {
    Json json = Json::parse(file);
    Record record{json.at("arch"), json.at("gpu"), json.at("driver"), json.at("date"), {}};
    for (const auto &[op, entry] : json.at("records").items()) {
      Result<std::vector<uint32_t>> words = wordsOf(entry.at("outputs"));
      if (!words.ok())
        return corrupt(op + ": " + words.status().message());
      record.entries[op] = {entry.at("inputs"), std::move(*words)};
    }
    return record;
  } catch (const nlohmann::json::exception &error) {
    return corrupt(error.what());
  }
}

} // namespace attnc::golden
