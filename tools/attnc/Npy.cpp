// Npy.cpp - a strict reader and a writer of .npy files.
//
// The header is a Python dict literal; only the three keys that the format defines are understood.
#include "tools/attnc/Npy.h"

#include "tools/attnc/OutputFile.h"

#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace attnc::cli {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 1 << 16;
constexpr size_t kMaxRank = 16;

struct Header {
  std::string descr;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<int64_t>> shape;
};

/// Parses the header's dict literal. On failure `expected` says what should have come.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  bool parse(Header &out) {
    if (!eat('{'))
      return fail("'{'");
    while (!eat('}')) {
      std::string key;
      if (!quoted(key) || !eat(':'))
        return fail("a quoted key and ':'");
      if (key == "descr"           ? !out.descr.empty()
          : key == "fortran_order" ? out.fortranOrder.has_value()
                                   : key != "shape" || out.shape)
        return fail("descr, fortran_order and shape once each, got '" + key + "'");
      if (key == "descr" && !quoted(out.descr))
        return fail("one dtype in quotes for 'descr'"); // a list is a structure of fields
      if (key == "fortran_order" && !boolean(out.fortranOrder))
        return fail("True or False for 'fortran_order'");
      if (key == "shape" && !tuple(out.shape))
        return fail("a tuple of at most 16 sizes for 'shape'");
      if (!eat(',') && peek() != '}')
        return fail("',' or '}'");
    }
    skipSpace();
    if (at != text.size())
      return fail("nothing after '}'");
    if (out.descr.empty() || !out.fortranOrder || !out.shape)
      return fail("the keys descr, fortran_order and shape");
    return true;
  }
  std::string expected;

private:
  bool fail(std::string what) {
    if (expected.empty())
      expected = std::move(what);
    return false;
  }
  void skipSpace() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t'))
      ++at;
  }
  char peek() {
    skipSpace();
    return at < text.size() ? text[at] : '\0';
  }
  bool eat(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }
  bool quoted(std::string &out) {
    const char quote = peek();
    if (quote != '\'' && quote != '"')
      return false;
    const size_t end = text.find(quote, at + 1);
    if (end == std::string_view::npos)
      return false;
    out = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return true;
  }
  bool boolean(std::optional<bool> &out) {
    skipSpace();
    for (bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text.substr(at).starts_with(word)) {
        at += word.size();
        out = value;
        return true;
      }
    }
    return false;
  }
  bool tuple(std::optional<std::vector<int64_t>> &out) {
    std::vector<int64_t> sizes;
    if (!eat('('))
      return false;
    while (!eat(')')) {
      skipSpace();
      int64_t value = 0;
      const size_t start = at;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[at] - '0', &value))
          return fail("sizes below 2^63");
      if (at == start || sizes.size() == kMaxRank)
        return false;
      sizes.push_back(value);
      if (!eat(',') && peek() != ')')
        return false;
    }
    out = std::move(sizes);
    return true;
  }

  std::string_view text;
  size_t at = 0;
};

struct Descr {
  std::string_view code;
  DType dtype;
};
constexpr Descr kDescrs[] = {{"<f2", DType::F16}, {"<f4", DType::F32}, {"<f8", DType::F64},
                             {"|i1", DType::I8},  {"|u1", DType::U8},  {"<i4", DType::I32},
                             {"<i8", DType::I64}, {"|b1", DType::Bool}};

uint32_t littleEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;)
    value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

} // namespace

Result<HostTensor> parseNpy(std::string_view bytes, const std::string &name) {
  auto corrupt = [&](const std::string &what) { return Status(Code::Corrupt, name + ": " + what); };
  auto refuse = [&](const std::string &what) { return Status(Code::InvalidArgument, name + ": " + what); };
  if (!bytes.starts_with(kMagic))
    return corrupt("expected a .npy file, got something else");
  if (bytes.size() < 10)
    return corrupt("truncated .npy file: the header is cut off");
  const int major = static_cast<uint8_t>(bytes[6]), minor = static_cast<uint8_t>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0)
    return refuse("expected .npy format 1.0, 2.0 or 3.0, got " + std::to_string(major) + "." +
                  std::to_string(minor));
  const size_t lengthBytes = major == 1 ? 2 : 4;
  const size_t start = 8 + lengthBytes;
  if (bytes.size() < start)
    return corrupt("truncated .npy file: the header is cut off");
  const size_t headerSize = littleEndian(bytes.substr(8, lengthBytes));
  if (headerSize > kMaxHeader)
    return corrupt("expected a .npy header of at most 65536 bytes, got " + std::to_string(headerSize));
  if (bytes.size() < start + headerSize)
    return corrupt("truncated .npy file: the header is cut off");

  Header header;
  HeaderParser parser(bytes.substr(start, headerSize));
  if (!parser.parse(header))
    return corrupt("malformed .npy header: expected " + parser.expected);
  if (header.descr.starts_with('>'))
    return refuse("expected little-endian elements, got big-endian '" + header.descr + "'");
  const Descr *descr = nullptr;
  for (const Descr &known : kDescrs)
    if (known.code == header.descr)
      descr = &known;
  if (!descr)
    return refuse("expected dtype f16, f32, f64, i8, u8, i32, i64 or bool, got '" + header.descr + "'");
  // One axis, or none longer than 1, is the same in both orders; refusing it anyway keeps the rule simple.
  if (*header.fortranOrder)
    return refuse("expected C order, got Fortran order (numpy.ascontiguousarray fixes it)");

  const std::string_view data = bytes.substr(start + headerSize);
  int64_t expected = dtypeSize(descr->dtype);
  for (int64_t size : *header.shape)
    if (__builtin_mul_overflow(expected, size, &expected))
      return corrupt("shape " + shapeText(*header.shape) + " is larger than any file");
  if (data.size() != static_cast<uint64_t>(expected))
    return corrupt(std::string(data.size() < static_cast<uint64_t>(expected) ? "truncated .npy file: " : "") +
                   "expected " + std::to_string(expected) + " bytes of elements for shape " +
                   shapeText(*header.shape) + ", got " + std::to_string(data.size()));
  Result<HostTensor> tensor = HostTensor::zeros(descr->dtype, *header.shape);
  if (!tensor.ok())
    return tensor.status().prefix(name + ": ");
  if (!data.empty())
    std::memcpy(tensor->bytes.data(), data.data(), data.size());
  return tensor;
}

Result<HostTensor> readNpy(const std::filesystem::path &path) {
  const std::string name = path.string();
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return Status(Code::NotFound, name + ": no such file");
  if (!std::filesystem::is_regular_file(path, error))
    return Status(Code::InvalidArgument, name + ": expected a file, got something else");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || file.bad())
    // An empty file also fails the stream; the parser words that better.
    if (std::filesystem::file_size(path, error) != 0 || error)
      return Status(Code::IoError, name + ": cannot read the file");
  return parseNpy(content.view(), name);
}

Status writeNpy(const std::filesystem::path &path, const HostTensor &tensor) {
  if (tensor.dtype == DType::BF16 || tensor.dtype == DType::E4M3 || tensor.dtype == DType::E5M2) {
    Result<HostTensor> wide = HostTensor::zeros(DType::F32, tensor.shape);
    ATTNC_RETURN_IF_ERROR(wide.status());
    for (int64_t i = 0, count = tensor.elements(); i < count; ++i)
      wide->set(i, tensor.get(i));
    return writeNpy(path, *wide);
  }
  std::string_view code;
  for (const Descr &known : kDescrs)
    if (known.dtype == tensor.dtype)
      code = known.code;
  std::string shape = "(";
  for (int64_t size : tensor.shape)
    shape += std::to_string(size) + ",";
  shape += ")";
  std::string header =
      "{'descr': '" + std::string(code) + "', 'fortran_order': False, 'shape': " + shape + ", }";
  // Data starts at a multiple of 64, as NumPy writes it.
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';

  std::string bytes(kMagic);
  bytes += {'\x01', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char *>(tensor.bytes.data()), tensor.bytes.size());
  return writeOutputFile(path, bytes);
}

} // namespace attnc::cli
