// Status.cpp - the text of errors.
//
// Must not print anything: whoever receives a Status decides where it goes.
#include "attnc/Status.h"

namespace attnc {

std::string_view codeName(Code code) {
  switch (code) {
  case Code::Ok:
    return "ok";
  case Code::InvalidArgument:
    return "invalid argument";
  case Code::InvalidSpec:
    return "invalid spec";
  case Code::Unsupported:
    return "unsupported";
  case Code::NotFound:
    return "not found";
  case Code::IoError:
    return "input/output error";
  case Code::Corrupt:
    return "corrupt";
  case Code::CompileFailed:
    return "compile failed";
  case Code::DeviceError:
    return "device error";
  case Code::Mismatch:
    return "mismatch";
  case Code::Internal:
    return "internal error";
  case Code::Exhausted:
    return "exhausted";
  }
  return "unknown code";
}

std::string Location::str() const {
  std::string out = file;
  if (line <= 0)
    return out;
  if (out.empty())
    out = "<input>";
  out += ':' + std::to_string(line);
  if (column > 0)
    out += ':' + std::to_string(column);
  return out;
}

static void appendLine(std::string &out, const Location &where, std::string_view kind,
                       std::string_view message) {
  if (!out.empty())
    out += '\n';
  if (std::string place = where.str(); !place.empty())
    out += place + ": ";
  out += kind;
  out += ": ";
  out += message;
}

std::string Status::str() const {
  if (ok())
    return "ok";
  std::string out;
  appendLine(out, place, "error", text);
  for (const Note &note : extra)
    appendLine(out, note.where, "note", note.message);
  return out;
}

} // namespace attnc
