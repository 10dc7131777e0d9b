# Lua: lint of everything, and the specs of systems, integrations and simulated systems.
add_test(NAME lua.luacheck COMMAND luacheck -q examples scripts stdlib tests/scripts WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
file(GLOB_RECURSE lua_specs CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/scripts/*_spec.lua)
foreach(spec ${lua_specs})
  string(REGEX REPLACE "^tests/scripts/(.*)_spec.lua$" "\\1" name ${spec})
  add_test(NAME lua.${name} COMMAND lua5.4 ${CMAKE_SOURCE_DIR}/tests/scripts/support/spec.lua ${spec} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endforeach()
