# Installs everything into an empty folder, builds consumer/ against it, and runs the example and attnc from there.
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -DGENERATOR=... -DCXX=... -DLIBDIR=... -DSPEC=... -P ConsumerTest.cmake
file(REMOVE_RECURSE ${WORK})
set(run COMMAND_ERROR_IS_FATAL ANY)
foreach(component runtime compiler)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component ${component}
                  OUTPUT_QUIET ${run})
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/consumer -B ${WORK}/build
                        -DCMAKE_PREFIX_PATH=${WORK}/prefix -DEXAMPLES=${SOURCE}/examples -DCMAKE_CXX_COMPILER=${CXX}
                OUTPUT_QUIET ${run})
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build OUTPUT_QUIET ${run})
execute_process(COMMAND ${WORK}/prefix/bin/attnc compile ${SPEC} ${run})
execute_process(COMMAND ${WORK}/build/jit_example ${SPEC} ${run})
