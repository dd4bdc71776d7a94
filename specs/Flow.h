// Flow.h - YAML's flow style: comma-separated entries between brackets.
//
// Private to specs/.
#pragma once

#include <string>
#include <string_view>

namespace attnc {

class Flow {
public:
  static Flow map() { return {'{', '}'}; }
  static Flow list() { return {'[', ']'}; }

  Flow &add(std::string_view item) {
    text += text.size() > 1 ? ", " : "";
    text += item;
    return *this;
  }
  Flow &add(std::string_view key, std::string_view value) {
    return add(std::string(key) + ": " + std::string(value));
  }
  bool empty() const { return text.size() == 1; }
  std::string str() const { return text + close; }

private:
  Flow(char open, char close) : text(1, open), close(close) {}
  std::string text;
  char close;
};

} // namespace attnc
