# Installs everything into an empty folder as the README says, builds consumer/ against it, and runs the example and
# attnc from there, with a cache folder that is new.
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -DGENERATOR=... -DCXX=... -DSPEC=... -DSAYS=... -P ConsumerTest.cmake
file(REMOVE_RECURSE ${WORK})
set(ENV{ATTNC_CACHE_DIR} ${WORK}/cache)
set(run COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix OUTPUT_QUIET ${run})
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/consumer -B ${WORK}/build
                        -DCMAKE_PREFIX_PATH=${WORK}/prefix -DEXAMPLES=${SOURCE}/examples -DCMAKE_CXX_COMPILER=${CXX}
                OUTPUT_QUIET ${run})
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build OUTPUT_QUIET ${run})
execute_process(COMMAND ${WORK}/prefix/bin/attnc compile ${SPEC} --no-cache ${run})
execute_process(COMMAND ${WORK}/build/jit_example ${SPEC} OUTPUT_VARIABLE text ${run})
if(NOT text MATCHES "${SAYS}")
  message(FATAL_ERROR "expected ${SAYS} from the installed example, got ${text}")
endif()
