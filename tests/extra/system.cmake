# The whole program: commands, intake and faults, against `ml-connector sandbox` in processes of their own.
if(TARGET ml-connector)
  add_library(mlc_system_harness STATIC
    ${CMAKE_SOURCE_DIR}/tests/system/child.cc ${CMAKE_SOURCE_DIR}/tests/system/terminal.cc ${CMAKE_SOURCE_DIR}/tests/system/web.cc ${CMAKE_SOURCE_DIR}/tests/system/harness.cc
    ${CMAKE_SOURCE_DIR}/tests/system/receiver.cc)
  target_link_libraries(mlc_system_harness PUBLIC mlc_crypto mlc_source_dir OpenSSL::SSL nlohmann_json::nlohmann_json GTest::gtest GTest::gtest_main)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/system/harness.cc PROPERTIES COMPILE_DEFINITIONS MLC_PROGRAM="$<TARGET_FILE:ml-connector>")

  # The tests drive the released program, so a sanitizer build has none of them.
  if(MLC_TEST_PREFIX)
    return()
  endif()

  # Tests of one program, those that `filter` takes, on `properties`.
  function(mlc_discover program filter)
    string(REPLACE "_test" "" prefix ${program})
    gtest_discover_tests(${program} TEST_PREFIX "${prefix}." TEST_FILTER ${filter} DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS system ${ARGN})
  endfunction()
  # All that a release build is tested with besides the unit suites; what is not built can't be discovered.
  add_custom_target(process_tests)
  add_dependencies(process_tests architecture_test)
  foreach(folder system faults)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cc)
    add_executable(${folder}_test ${sources})
    target_link_libraries(${folder}_test PRIVATE mlc_system_harness)
    add_dependencies(${folder}_test ml-connector)
    add_dependencies(process_tests ${folder}_test)
  endforeach()
  target_link_libraries(system_test PRIVATE SQLite::SQLite3)  # makes stores as older programs left them

  # Every test starts several processes and most keep a core busy: one at a time, the longest first, unit tests beside them.
  mlc_discover(system_test * TIMEOUT 300 RESOURCE_LOCK whole_program COST 100)
  mlc_discover(faults_test -KillLoop.* TIMEOUT 1200 RESOURCE_LOCK whole_program COST 500)
  # Kills mostly wait for their moment, so they go beside everything. A night's run takes longer: MLC_KILLS=10000 with
  # `ctest --timeout`.
  mlc_discover(faults_test KillLoop.* TIMEOUT 1800 COST 1000)
endif()
