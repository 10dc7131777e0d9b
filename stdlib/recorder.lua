-- Records a mapping: while the file runs, paths and assignments build rows, each with the line it was written on. What
-- comes out is data (runtime/mapping/definition.h); the compiler there checks fields and types.

return function(host)
  local EXPR = {}      -- key of a proxy's expression
  local TARGET = {}    -- key of a target's state
  local documents = {} -- of this environment, in the order they were begun
  local remove = setmetatable({}, { __tostring = function() return "remove" end, __metatable = "remove" })

  -- Faults are the author's: they name the author's line, however deep in here they are noticed.
  local function fail(text, ...)
    local file, line, column = host.position()
    error((line > 0 and ("%s:%d:%d: "):format(file, line, column) or "") .. text:format(...), 0)
  end

  -- A fault that leaves the rest of the file readable: it is told with all others, and recording goes on. `word` stands in
  -- the code, so that its column can be found.
  local function complain(word, text, ...)
    local document = documents[#documents]
    if not document then fail(text, ...) end
    local file, line, column = host.position()
    document.problems[#document.problems + 1] = {
      at = { file = file, line = line, column = column }, message = text:format(...), word = word, in_value = true,
    }
  end

  local OTHER_SIGNS = { ["//"] = "__idiv", ["%"] = "__mod", ["^"] = "__pow", ["&"] = "__band", ["|"] = "__bor", ["~"] = "__bxor" }
  local MOST = 10000
  local UNKNOWN = { given = "?" }   -- stands for a value that could not be recorded; a file with faults is never run

  local Path = { __metatable = "path" }
  local Value = { __metatable = "value" }   -- a computed value: transforms, but no fields

  local function path_of(expr) return setmetatable({ [EXPR] = expr }, Path) end
  local function value_of(expr) return setmetatable({ [EXPR] = expr }, Value) end
  local function is_proxy(value) return type(value) == "table" and rawget(value, EXPR) ~= nil end

  local methods = {}

  local function method_named(value)
    for name, method in pairs(methods) do
      if rawequal(method, value) then return name end
    end
  end

  -- A Lua value as an expression of the definition.
  local function expression(value)
    if is_proxy(value) then return rawget(value, EXPR) end
    local kind = type(value)
    if kind == "function" then
      local name = method_named(value)
      if name then
        complain(name, "'%s' is a transform: call it, :%s(…); a field of that name is written record:field \"%s\"", name, name, name)
      else
        complain(nil, "a function stands where a value is expected; own code is with(record, function(o) … end)")
      end
      return UNKNOWN
    end
    if kind == "table" then
      if getmetatable(value) == "target" then
        complain(nil, "a field of the target stands where a value is expected: it has none while the mapping is read")
      else
        complain(nil, "a table stands where a value is expected; a list or record is filled field by field, or by with(record, function)")
      end
      return UNKNOWN
    end
    if value == nil then
      complain(nil, "nil stands where a value is expected; null empties the field at the remote, and a layer takes a row out by remove")
      return UNKNOWN
    end
    if kind == "number" and (value ~= value or value == math.huge or value == -math.huge) then
      complain(nil, "%s is no number that a record can hold", tostring(value))
      return UNKNOWN
    end
    return value
  end

  local function step(path, key)
    if math.type(key) == "integer" then return ("%s[%d]"):format(path, key) end
    if key:find "^[%a_][%w_]*$" then return path == "" and key or path .. "." .. key end
    return ("%s[\"%s\"]"):format(path, key)
  end

  local function deeper(expr, key)
    local out = {}
    for name, value in pairs(expr) do out[name] = value end
    out.path = step(expr.path or "", key)
    return path_of(out)
  end

  -- Transforms by name, as methods of paths and values.
  for _, name in ipairs(host.transforms()) do
    methods[name] = function(self, ...)
      if not is_proxy(self) then
        complain(name, "%s is called with a colon, on a path: path:%s(…)", name, name)
        return value_of(UNKNOWN)
      end
      local with = host.array {}
      for index = 1, select("#", ...) do with[index] = expression((select(index, ...))) end
      return value_of { ["do"] = name, on = expression(self), with = #with > 0 and with or nil }
    end
  end
  -- :lookup "items", or :lookup("countries", "cost_center") of a table with several columns
  function methods.lookup(self, name, column)
    if type(name) ~= "string" then complain("lookup", ":lookup takes the name of a look-up or table, got %s", host.type(name)) end
    return value_of { ["do"] = "lookup", on = expression(self), name = tostring(name), column = column }
  end
  function methods.pick(self, cases)
    local pick, otherwise = {}, nil
    if type(cases) ~= "table" or is_proxy(cases) then
      complain("pick", ":pick takes a table, as in :pick { DE = \"D1\", otherwise = \"NL\" }")
      return value_of(UNKNOWN)
    end
    for key, value in pairs(cases) do
      if key == "otherwise" then otherwise = expression(value) else pick[tostring(key)] = expression(value) end
    end
    return value_of { ["do"] = "pick", on = expression(self), table = pick, otherwise = otherwise }
  end
  -- :when(yes, no) or :when{ yes, otherwise = no }
  function methods.when(self, yes, no)
    if type(yes) == "table" and not is_proxy(yes) then yes, no = yes[1], yes.otherwise end
    local out = { ["do"] = "when", on = expression(self), ["then"] = expression(yes) }
    if no ~= nil then out["else"] = expression(no) end
    return value_of(out)
  end
  function methods.field(self, name)
    if type(name) ~= "string" then complain("field", ":field takes the field's name") end
    return deeper(expression(self), tostring(name))
  end

  local function like(word)
    local best = host.closest and host.closest(word)
    return best and ("; did you mean :%s()?"):format(best) or ""
  end

  local function no_such(name)
    complain(name, "there is no transform '%s'%s", tostring(name), like(tostring(name)))
    return function() return value_of(UNKNOWN) end
  end

  function Path.__index(self, key)
    local kind = math.type(key)
    if kind == "integer" then
      if key < 1 then
        complain(nil, "paths count from 1: the first is [1]")
        key = 1
      end
      if key > MOST then fail("a path counts to %d; loops over the source are for with(record, function)", MOST) end   -- ipairs never ends
      return deeper(rawget(self, EXPR), key)
    end
    if type(key) ~= "string" then
      complain(nil, "a path has fields and numbers, not %s; what depends on the record is for with(record, function)",
        is_proxy(key) and "another path" or host.type(key))
      return value_of(UNKNOWN)
    end
    return methods[key] or deeper(rawget(self, EXPR), key)
  end
  -- What a computed value has are transforms; a field of it is a fault whether it is called or not.
  function Value.__index(_, key) return methods[key] or no_such(key) end

  -- `order.note:uper()`: the path order.note.uper is called with order.note.
  function Path.__call(self, first)
    local path = rawget(self, EXPR).path or ""
    local name = path:match "([%w_]+)$" or path
    if is_proxy(first) then
      local near = like(name)
      complain(name, "there is no transform '%s'%s%s a field is written with a dot: .%s", name, near, near ~= "" and " Or" or ";", name)
    else
      complain(name, "'%s' is a field and can't be called; a transform is written with a colon, path:%s(…)", name, methods[name] and name or "upper")
    end
    return value_of(UNKNOWN)
  end

  local function refuse(what, value, instead)
    return function()
      complain(nil, "'%s' has no say on a mapping's path: it would be decided now, not for each record; %s", what, instead)
      return value
    end
  end
  local function operator(name)
    return function(a, b) return value_of { [name] = host.array { expression(a), expression(b) } } end
  end

  for _, meta in ipairs { Path, Value } do
    function meta.__newindex(_, key) complain(tostring(key), "a source record can't be changed; assign fields of the target") end
    function meta.__concat(a, b)
      -- a .. b .. c is one concatenation.
      local parts = host.array { expression(a) }
      local right = expression(b)
      if is_proxy(b) and right.concat and not right.separator then
        for _, part in ipairs(right.concat) do parts[#parts + 1] = part end
      else
        parts[#parts + 1] = right
      end
      return value_of { concat = parts }
    end
    meta.__add, meta.__sub, meta.__mul = operator "add", operator "subtract", operator "multiply"
    function meta.__div(a, b) return value_of { divide = host.array { expression(a), expression(b) }, scale = 10, rounding = "half_even" } end
    function meta.__unm(a) return value_of { ["do"] = "negate", on = expression(a) } end
    meta.__eq = refuse("==", false, "write :is(…)")
    meta.__lt, meta.__le = refuse("<", false, "write :below(…) or :above(…)"), refuse("<=", false, "write :above(…):is_false()")
    meta.__len = refuse("#", 0, "use with(record, function)")
    function meta.__pairs() fail "pairs can't walk a path: make lines with :each, or use with(record, function)" end
    for sign, name in pairs(OTHER_SIGNS) do
      meta[name] = function()
        complain(nil, "mappings compute with + - * / and :round(decimals), not with '%s'; all else is for with(record, function)", sign)
        return value_of(UNKNOWN)
      end
    end
    function meta.__tostring()
      complain(nil, "a path has no text while the mapping is read; join with .. or write :text(), all else is for with(record, function)")
      return ""
    end
  end
  function Value.__call()
    complain(nil, "a computed value can't be called")
    return value_of(UNKNOWN)
  end

  -- Targets.

  local Target = { __metatable = "target" }
  local target_methods = {}
  local NAMED = "a target has named fields; lines are made by :each(\"name\", list) and :one(\"name\", condition)"

  local function target(document, group, path) return setmetatable({ [TARGET] = { document = document, group = group, path = path } }, Target) end

  local function add_row(document, row)
    local file, line, column = host.position()
    row.at = { file = file, line = line, column = column }
    document.rows[#document.rows + 1] = row
  end

  local function extend(path, key)
    local out = host.array {}
    for index, each in ipairs(path) do out[index] = each end
    out[#out + 1] = key
    return out
  end

  function Target.__newindex(self, key, value)
    local state = rawget(self, TARGET)
    if type(key) ~= "string" then return complain(nil, NAMED) end
    local path = extend(state.path, key)
    if rawequal(value, remove) then
      if not state.document.layer then return complain(key, "only a layer removes; leave the row out") end
      add_row(state.document, { remove = path, ["in"] = state.group })
      return
    end
    add_row(state.document, { set = path, ["in"] = state.group, expr = expression(value) })
  end

  function Target.__index(self, key)
    if target_methods[key] then return target_methods[key] end
    if type(key) ~= "string" then fail(NAMED) end
    local state = rawget(self, TARGET)
    return target(state.document, state.group, extend(state.path, key))
  end

  for _, name in ipairs { "__eq", "__lt", "__le", "__len", "__pairs", "__concat", "__add", "__sub", "__mul", "__div", "__unm" } do
    Target[name] = function()
      complain(nil, "a target field has no value while the mapping is read: compute from the source record")
      return name == "__len" and 0 or value_of(UNKNOWN)
    end
  end
  function Target.__call(self)
    local path = rawget(self, TARGET).path
    fail("a target has :each, :one, :group and :check, not :%s", tostring(path[#path]))
  end
  function Target.__tostring() return "target" end

  -- lines:each("product", order.products, { when = … }?) -> source row, line
  function target_methods.each(self, group, over, options)
    local state = rawget(self, TARGET)
    if type(group) ~= "string" then fail(":each takes the group's name and a list of the source, as in Lines:each(\"product\", order.products)") end
    if not is_proxy(over) then
      fail(":each goes over a list of the source record, got %s; write Lines:each(\"%s\", order.products)", host.type(over), group)
    end
    local row = { each = state.path, group = group, over = expression(over), ["in"] = state.group }
    if options and options.when ~= nil then row.when = expression(options.when) end
    add_row(state.document, row)
    return path_of { path = "", of = group }, target(state.document, group, host.array {})
  end

  -- lines:one("shipping", order.cost:nonzero()) -> line
  function target_methods.one(self, group, when)
    local state = rawget(self, TARGET)
    if type(group) ~= "string" then
      fail ":one takes the group's name and a condition, as in Lines:one(\"shipping\", order.shipping_cost:nonzero())"
    end
    add_row(state.document, { one = state.path, group = group, when = when ~= nil and expression(when) or nil, ["in"] = state.group })
    return target(state.document, group, host.array {})
  end

  -- For layers: the base group's source row and line.
  function target_methods.group(self, group)
    local state = rawget(self, TARGET)
    return path_of { path = "", of = group }, target(state.document, group, host.array {})
  end

  -- invoice:check{ expect =, equals =, within = "0.02"?, says = "…"? }, or of totals.of(order)
  function target_methods.check(self, check)
    local state = rawget(self, TARGET)
    if type(check) == "table" and check.totals then
      add_row(state.document, { check = check })
      return
    end
    if type(check) ~= "table" or check.expect == nil or check.equals == nil then
      return complain("check", ":check takes { expect = what the mapping made, equals = what the source says, within = \"0.02\", says = \"invoice total\" }")
    end
    local within = check.within ~= nil and tostring(check.within) or nil
    add_row(state.document, { check = { expect = expression(check.expect), equals = expression(check.equals), within = within, says = check.says } })
  end

  local function begin(document)
    document.rows, document.problems, document.functions = host.array {}, host.array {}, {}
    local file, line, column = host.position()
    document.at = { file = file, line = line, column = column }
    documents[#documents + 1] = document
    return path_of { path = "" }, target(document, nil, host.array {})
  end

  local names = { remove = remove }

  -- has(order.note) outside of functions is a condition for :when; inside them values are at hand.
  names.has = host.has and function(value, ...)
    if is_proxy(value) then return value_of { ["do"] = "present", on = expression(... and value[...] or value) } end
    return host.has(value, ...)
  end

  function names.mapping(options)
    if type(options) ~= "table" or not options.name or not options.from or not options.to then
      fail("mapping: expected { name =, from = \"system.record\", to = \"system.Record\" }")
    end
    for key in pairs(options) do
      if key ~= "name" and key ~= "from" and key ~= "to" then fail("mapping: unknown field '%s'; it has name, from and to", tostring(key)) end
    end
    return begin { mapping = options.name, from = options.from, to = options.to }
  end

  function names.layer(name)
    if type(name) ~= "string" then fail("layer: expected the mapping's name") end
    return begin { layer = name }
  end

  local function by_name(kind)
    return setmetatable({}, {
      __index = function(_, name) return path_of { [kind] = name } end,
      __call = function(_, name)
        complain(kind, "write %s.%s", kind, tostring(name))
        return value_of(UNKNOWN)
      end,
      __newindex = function() fail("%s can't be changed", kind) end,
      __metatable = kind,
    })
  end
  names.setting, names.job = by_name "setting", by_name "job"
  names.given = setmetatable({}, {
    __call = function(_, name) return path_of { given = name } end,
    __index = function(_, name)
      complain("given", "write given \"%s\"", tostring(name))
      return value_of(UNKNOWN)
    end,
    __newindex = function() fail("given can't be changed") end,
    __metatable = "given",
  })

  -- with(record, function(record, line, ctx) … end): one field in Lua. `record` may be a part of the source or a group's row.
  names["with"] = function(source, run)
    if not is_proxy(source) or type(run) ~= "function" then
      complain("with", "with takes a source record and a function: with(order, function(o) return … end)")
      return value_of(UNKNOWN)
    end
    local document = documents[#documents]
    if not document then fail("with: there is no mapping here") end
    local expr = rawget(source, EXPR)
    local keys = {}
    for key in (expr.path or ""):gmatch "[^%.%[%]\"]+" do keys[#keys + 1] = math.tointeger(tonumber(key)) or key end
    document.functions[#document.functions + 1] = function(record, line, ctx)
      local part = record
      if expr.of then part = line end
      for _, key in ipairs(keys) do part = part ~= nil and part[key] or nil end
      if part == nil then return nil end
      return run(part, line, ctx)
    end
    local _, line = host.position()
    return value_of { call = #document.functions - 1, name = "line " .. line }
  end

  local OF = { which = true, within = true, says = true }

  names.totals = {
    -- totals.of(order, { which = "net"?, within = "0.02"?, says = "…"? }): the totals that both types declare
    of = function(source, options)
      if not is_proxy(source) or (rawget(source, EXPR).path or "") ~= "" or rawget(source, EXPR).of then
        fail("totals.of: expected the source record of the mapping")
      end
      for key in pairs(options or {}) do
        if not OF[key] then fail("totals.of: unknown option '%s'; known are which, within, says", tostring(key)) end
      end
      local which, within = options and options.which or "", options and options.within
      if which ~= "" and which ~= "net" and which ~= "gross" then fail("totals.of: which: expected \"net\" or \"gross\"") end
      return { totals = which, within = within ~= nil and tostring(within) or nil, says = options and options.says }
    end,
    -- totals.sum("SalesInvoiceLines", function(line) return line.Quantity * line.NetPrice end)
    sum = function(list, of)
      local line = setmetatable({}, { __index = function(_, name) return value_of { target = name } end, __metatable = "line" })
      return value_of { sum = list, of = expression(of(line)) }
    end,
    field = function(name) return value_of { target = name } end,
  }

  return {
    names = names,
    recorded = function()
      local out = host.array {}
      for index, document in ipairs(documents) do
        out[index] = {
          mapping = document.mapping, layer = document.layer, from = document.from, to = document.to, at = document.at,
          rows = document.rows, problems = document.problems,
        }
      end
      return out, documents
    end,
  }
end
