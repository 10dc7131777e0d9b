# What docs/deploy promises, with the real nginx and systemd. 77 = the tool is not on this machine.
if(TARGET ml-connector)
  add_test(NAME deploy.nginx COMMAND ${CMAKE_SOURCE_DIR}/tests/deploy/nginx_test.sh $<TARGET_FILE:ml-connector>)
  set_tests_properties(deploy.nginx PROPERTIES LABELS system TIMEOUT 120 SKIP_RETURN_CODE 77)
endif()
add_test(NAME deploy.unit COMMAND ${CMAKE_SOURCE_DIR}/tests/deploy/unit_test.sh)
set_tests_properties(deploy.unit PROPERTIES LABELS system TIMEOUT 60 SKIP_RETURN_CODE 77)
