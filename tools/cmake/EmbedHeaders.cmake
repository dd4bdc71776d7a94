# Embeds text files in a binary as a sorted table of name and text.
#
# attnc_embed_headers(output.cpp PREFIX attnc HEADERS core.cuh atom/exp2.cuh ...)
#   writes output.cpp in the build tree, which defines attnc::deviceHeaders() of codegen/device/DeviceHeaders.h.
#   Header names are relative to the caller's source folder; in the table they get `PREFIX/` in front.
#   The file is written again whenever a header changes; nothing is read from the source tree at run time.
#
# The same file is the script that writes it (cmake -P), so that the work happens at build time.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(ATTNC_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(attnc_embed_headers output)
    cmake_parse_arguments(ARG "" "PREFIX" "HEADERS" ${ARGN})
    list(SORT ARG_HEADERS COMPARE STRING)
    list(TRANSFORM ARG_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DROOT=${CMAKE_CURRENT_SOURCE_DIR}" "-DPREFIX=${ARG_PREFIX}"
              "-DHEADERS=${ARG_HEADERS}" -P ${ATTNC_EMBED_SCRIPT}
      DEPENDS ${paths} ${ATTNC_EMBED_SCRIPT}
      COMMENT "Embedding the device library"
      VERBATIM)
  endfunction()
  return()
endif()

set(table "// Written by EmbedHeaders.cmake.\n#include \"codegen/device/DeviceHeaders.h\"\n\n")
string(APPEND table "namespace {\nconstexpr attnc::DeviceHeader kHeaders[] = {\n")
foreach(header IN LISTS HEADERS)
  file(READ "${ROOT}/${header}" text)
  string(FIND "${text}" ")attnc\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "expected no `)attnc\"` in ${header}: it ends the raw string that embeds the file")
  endif()
  string(APPEND table "    {\"${PREFIX}/${header}\", R\"attnc(${text})attnc\"},\n")
endforeach()
string(APPEND table "};\n} // namespace\n\n")
string(APPEND table "std::span<const attnc::DeviceHeader> attnc::deviceHeaders() { return kHeaders; }\n")
file(WRITE "${OUTPUT}" "${table}")
