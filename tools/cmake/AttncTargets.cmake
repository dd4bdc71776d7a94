# How every attnc target is compiled: warnings, include roots, sections.

# attnc_options(target): warnings and include roots for a target of ours.
function(attnc_options target)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>
    $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}>
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/runtime/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> # false positives of GCC 12 on std::string + literal
    $<$<BOOL:${ATTNC_WERROR}>:-Werror>)
endfunction()

# attnc_library(name SOURCES... [LINK libs...]): a static library of the MLIR-free half.
function(attnc_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  attnc_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# attnc_gtest(name SOURCES... [LINK libs...]): a GoogleTest binary, registered with ctest as one test.
function(attnc_gtest name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  attnc_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
