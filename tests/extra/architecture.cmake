add_executable(architecture_test ${CMAKE_SOURCE_DIR}/tests/architecture/house_test.cc)
target_link_libraries(architecture_test PRIVATE mlc_options mlc_source_dir GTest::gtest GTest::gtest_main)
gtest_discover_tests(architecture_test TEST_PREFIX "${MLC_TEST_PREFIX}architecture." PROPERTIES LABELS unit)
add_dependencies(unit_tests architecture_test)
