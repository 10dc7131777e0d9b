// `..` with a metamethod, made safe for the packaged Lua. The fix for CVE-2022-33099 in Debian's 5.4.4 (luaV_concat in lvm.c) keeps
// a pointer to the top of the stack across the metamethod. When that makes the stack grow, or a collection shrinks it meanwhile,
// the pointer is stale: locals turn into nil, or the program crashes. Upstream's release has it right ("may invalidate 'top'").
//
// The linker gives us the call that runs the metamethod (--wrap in cmake/rooms.cmake). It runs in a coroutine of its own and the
// collector stands still until it is done, so that the stack of whoever wrote `..` stays where it is. docs/decisions/0021-concatenation-of-the-packaged-lua.md.
#pragma once
#include "runtime/script/lua.h"

namespace mlc::script {

// The coroutine whose `..` is answered by this one; nullptr when it answers none.
lua_State* joined_by(lua_State* L);

}  // namespace mlc::script
