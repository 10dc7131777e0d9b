# Benchmarks: figures, never tests, so ALL does not build them. `benchmarks` builds every *_bench.cc (Google Benchmark);
# ml-connector-bench holds the workloads that run the program. tests/bench/run.sh calls both.
find_package(benchmark REQUIRED)
add_custom_target(benchmarks)
file(GLOB micro CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/*_bench.cc)
foreach(source ${micro})
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE mlc_vault benchmark::benchmark)
  add_dependencies(benchmarks ${name})
endforeach()
# Its figures stand beside a bound and the machine's facts, as those of the workloads do.
target_sources(store_bench PRIVATE ${CMAKE_SOURCE_DIR}/tests/bench/machine.cc ${CMAKE_SOURCE_DIR}/tests/bench/raw_sqlite.cc)
target_sources(mapping_bench PRIVATE ${CMAKE_SOURCE_DIR}/tests/bench/order/by_hand.cc ${CMAKE_SOURCE_DIR}/tests/bench/order/order.cc)
# W2 with functions in Lua.
add_executable(functions_bench EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/order/functions_bench.cc ${CMAKE_SOURCE_DIR}/tests/bench/order/order.cc)
target_link_libraries(functions_bench PRIVATE mlc_bindings mlc_source_dir GTest::gtest benchmark::benchmark)
add_dependencies(benchmarks functions_bench)

file(GLOB workloads CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/*.cc)
list(REMOVE_ITEM workloads ${micro})
add_executable(ml-connector-bench EXCLUDE_FROM_ALL ${workloads})
target_link_libraries(ml-connector-bench PRIVATE mlc_store SQLite::SQLite3)

# W5 and W6 stand on the harness of the system tests.
if(TARGET ml-connector)
  add_executable(ml-connector-bench-w5 EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/orders/w5_orders.cc ${CMAKE_SOURCE_DIR}/tests/bench/machine.cc)
  target_link_libraries(ml-connector-bench-w5 PRIVATE mlc_system_harness SQLite::SQLite3)
  add_dependencies(ml-connector-bench-w5 ml-connector)
  add_executable(ml-connector-bench-w6 EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/reload/w6_reload.cc ${CMAKE_SOURCE_DIR}/tests/bench/machine.cc)
  target_link_libraries(ml-connector-bench-w6 PRIVATE mlc_system_harness)
  add_dependencies(ml-connector-bench-w6 ml-connector)
endif()
