// BuildId.cpp - the build id of the loaded file that this code is in.
//
// Must not be kept by hand: a version number in a cache key is one that someone forgets to raise.
#include "runtime/jit/BuildId.h"

#include "runtime/core/Digest.h"

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <link.h>
#include <sstream>

namespace attnc {
namespace {

struct Search {
  uintptr_t address; ///< of code in the file we look for
  std::string id;    ///< hex digits
};

bool contains(const dl_phdr_info &info, uintptr_t address) {
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const auto &segment = info.dlpi_phdr[i];
    const uintptr_t begin = info.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin && address < begin + segment.p_memsz)
      return true;
  }
  return false;
}

/// Looks for the NT_GNU_BUILD_ID note in one note segment.
void readNotes(const char *at, const char *end, std::string &out) {
  auto aligned = [](uint32_t size) { return (size + 3u) & ~3u; };
  while (static_cast<size_t>(end - at) >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof(note));
    const char *name = at + sizeof(note);
    const char *description = name + aligned(note.n_namesz);
    const char *next = description + aligned(note.n_descsz);
    if (next > end || next < at)
      return;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      constexpr char digits[] = "0123456789abcdef";
      for (uint32_t i = 0; i < note.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(description[i]);
        out += digits[byte >> 4];
        out += digits[byte & 15];
      }
      return;
    }
    at = next;
  }
}

int visit(dl_phdr_info *info, size_t, void *data) {
  auto &search = *static_cast<Search *>(data);
  if (!contains(*info, search.address))
    return 0;
  for (int i = 0; i < info->dlpi_phnum && search.id.empty(); ++i)
    if (const auto &segment = info->dlpi_phdr[i]; segment.p_type == PT_NOTE) {
      const auto *begin = reinterpret_cast<const char *>(info->dlpi_addr + segment.p_vaddr);
      readNotes(begin, begin + segment.p_memsz, search.id);
    }
  return 1;
}

std::string findBuildId() {
  const auto address = reinterpret_cast<uintptr_t>(&visit);
  Search search{address, ""};
  dl_iterate_phdr(visit, &search);
  if (search.id.size() >= 16)
    return "gnu-" + search.id;
  Dl_info info;
  std::ostringstream content;
  if (dladdr(reinterpret_cast<void *>(address), &info) && info.dli_fname)
    content << std::ifstream(info.dli_fname, std::ios::binary).rdbuf();
  if (content.view().empty()) // a statically linked executable has no name there
    content << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
  return "sha256-" + sha256Hex(content.view());
}

} // namespace

const std::string &compilerBuildId() {
  static const std::string id = findBuildId();
  return id;
}

} // namespace attnc
