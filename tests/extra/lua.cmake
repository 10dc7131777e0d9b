# Lua: lint of everything, and the specs of systems, integrations and simulated systems.
if(MLC_TEST_PREFIX)
  return()
endif()
add_test(NAME lua.luacheck COMMAND luacheck -q examples scripts stdlib tests/scripts WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(lua.luacheck PROPERTIES LABELS lua)
file(GLOB_RECURSE lua_specs CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/scripts/*_spec.lua)
# Those of the host need it: tests/unit/bindings/lua_spec_test.cc runs them.
list(FILTER lua_specs EXCLUDE REGEX "^tests/scripts/host/")
foreach(spec ${lua_specs})
  string(REGEX REPLACE "^tests/scripts/(.*)_spec.lua$" "\\1" name ${spec})
  add_test(NAME lua.${name} COMMAND lua5.4 ${CMAKE_SOURCE_DIR}/tests/scripts/support/spec.lua ${spec} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(lua.${name} PROPERTIES LABELS lua)
endforeach()
