# The whole program: commands, intake and faults, against `ml-connector sandbox` in processes of their own.
if(TARGET ml-connector)
  add_library(mlc_system_harness STATIC
    ${CMAKE_SOURCE_DIR}/tests/system/child.cc ${CMAKE_SOURCE_DIR}/tests/system/web.cc ${CMAKE_SOURCE_DIR}/tests/system/harness.cc)
  target_link_libraries(mlc_system_harness PUBLIC mlc_crypto mlc_source_dir OpenSSL::SSL nlohmann_json::nlohmann_json GTest::gtest GTest::gtest_main)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/system/harness.cc PROPERTIES COMPILE_DEFINITIONS MLC_PROGRAM="$<TARGET_FILE:ml-connector>")

  # Every test starts several processes and most keep a core busy: one at a time.
  function(mlc_system_test folder timeout)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cc)
    if(NOT sources)
      return()
    endif()
    add_executable(${folder}_test ${sources})
    target_link_libraries(${folder}_test PRIVATE mlc_system_harness)
    add_dependencies(${folder}_test ml-connector)
    gtest_discover_tests(${folder}_test TEST_PREFIX "${folder}." DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT ${timeout} LABELS "system" RESOURCE_LOCK whole_program)
  endfunction()

  mlc_system_test(system 300)
  # A night's run takes longer: MLC_KILLS=10000 with `ctest --timeout`.
  mlc_system_test(faults 1200)
endif()
