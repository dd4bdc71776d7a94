# Runs the example with a cache folder that is new: a kernel of an earlier run would hide that none can be built.
# cmake -DEXAMPLE=... -DSPEC=... -DWORK=... -DSAYS=... -P ExampleTest.cmake
file(REMOVE_RECURSE ${WORK})
set(ENV{ATTNC_CACHE_DIR} ${WORK}/cache)
execute_process(COMMAND ${EXAMPLE} ${SPEC} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
if(NOT text MATCHES "${SAYS}")
  message(FATAL_ERROR "expected ${SAYS} from ${EXAMPLE}, got ${text}")
endif()

# Without its argument it says what it wants.
execute_process(COMMAND ${EXAMPLE} RESULT_VARIABLE code ERROR_VARIABLE text)
if(NOT code EQUAL 1 OR NOT text MATCHES "usage: jit_example SPEC")
  message(FATAL_ERROR "expected exit code 1 and a usage line without an argument, got ${code} and ${text}")
endif()
