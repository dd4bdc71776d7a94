# Installs the runtime into an empty folder, builds consumer/ against it, and runs the examples from there.
# cmake -DBUILD=... -DSOURCE=... -DWORK=... -DBUNDLE=... -DGENERATOR=... -P ConsumerTest.cmake
file(REMOVE_RECURSE ${WORK})
set(run COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component runtime
                OUTPUT_QUIET ${run})
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/consumer -B ${WORK}/build
                        -DCMAKE_PREFIX_PATH=${WORK}/prefix -DEXAMPLES=${SOURCE}/examples
                        -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_C_COMPILER=${CC}
                ${run})
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build ${run})
execute_process(COMMAND ${WORK}/build/run_bundle ${BUNDLE} sim ${run})
execute_process(COMMAND ${WORK}/build/run_bundle_c ${BUNDLE} sim ${run})
execute_process(COMMAND ${WORK}/build/page_pool_c ${run})
