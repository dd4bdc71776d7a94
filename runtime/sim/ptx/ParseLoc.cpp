// ParseLoc.cpp - .file, .loc and the names of inlined functions: where instructions come from.
//
// These directives end with the line, not with a semicolon. Nothing here changes what a kernel does, so text
// that is not understood is an error only where it could be taken for something else.
#include "runtime/sim/ptx/ParserImpl.h"

namespace attnc::sim {

/// `.file N "path"[, time, size]`.
Status Parser::fileDirective() {
  const int line = tokens[at - 1].line;
  ATTNC_ASSIGN_OR_RETURN(int64_t number, expectInt());
  if (peek().kind != TokenKind::String || peek().line != line)
    return unexpected("a file name");
  module.files[static_cast<int>(number)] = take().text;
  while (peek().line == line && peek().kind != TokenKind::End)
    take();
  return Status::success();
}

/// `.loc file line column[, function_name label[+offset], inlined_at file line column]`.
Status Parser::locDirective() {
  const int line = tokens[at - 1].line;
  SourcePlace place;
  auto position = [this](int &file, int &row, int &column) -> Status {
    for (int *value : {&file, &row, &column}) {
      ATTNC_ASSIGN_OR_RETURN(int64_t number, expectInt());
      *value = static_cast<int>(number);
    }
    return Status::success();
  };
  ATTNC_RETURN_IF_ERROR(position(place.file, place.line, place.column));
  while (peek().line == line && accept(',')) {
    ATTNC_ASSIGN_OR_RETURN(std::string_view attribute, expectWord());
    if (attribute == "function_name") {
      ATTNC_ASSIGN_OR_RETURN(place.function, expectWord());
      if (accept('+')) // into a section of which the label names the start
        ATTNC_RETURN_IF_ERROR(expectInt().status());
    } else if (attribute == "inlined_at") {
      SourcePlace caller;
      ATTNC_RETURN_IF_ERROR(position(caller.file, caller.line, caller.column));
      // The place of a call is told by a .loc of its own, before what was inlined there.
      auto told = lastPlaceAt.find({caller.file, caller.line, caller.column});
      place.inlinedAt = told != lastPlaceAt.end() ? told->second : addPlace(caller);
    } else {
      return error("unsupported attribute " + std::string(attribute) + " of .loc");
    }
  }
  currentPlace = place.line > 0 ? addPlace(place) : -1;
  if (currentPlace >= 0)
    lastPlaceAt[{place.file, place.line, place.column}] = currentPlace;
  return Status::success();
}

int Parser::addPlace(const SourcePlace &place) {
  auto [it, isNew] = knownPlaces.try_emplace(
      std::tuple(place.file, place.line, place.column, place.function, place.inlinedAt),
      static_cast<int>(module.places.size()));
  if (isNew)
    module.places.push_back(place);
  return it->second;
}

/// `.section .debug_str { label: .b8 95,90,0 ... }`
Status Parser::debugStrings() {
  ATTNC_RETURN_IF_ERROR(expect('{'));
  std::string *text = nullptr;
  while (!accept('}')) {
    if (peek().kind == TokenKind::End)
      return unexpected("'}'");
    if (peek().kind == TokenKind::Word && isPunct(':', 1)) {
      text = &module.debugStrings[take().text];
      take();
    } else if (peek().kind == TokenKind::Int && text != nullptr) {
      if (const char c = static_cast<char>(take().bits))
        *text += c;
    } else {
      take(); // .b8 and commas
    }
  }
  return Status::success();
}

} // namespace attnc::sim
