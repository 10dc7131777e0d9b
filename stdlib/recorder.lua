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

  local Path = { __metatable = "path" }
  local Value = { __metatable = "value" }   -- a computed value: transforms, but no fields

  local function path_of(expr) return setmetatable({ [EXPR] = expr }, Path) end
  local function value_of(expr) return setmetatable({ [EXPR] = expr }, Value) end
  local function is_proxy(value) return type(value) == "table" and rawget(value, EXPR) ~= nil end

  -- A Lua value as an expression of the definition.
  local function expression(value)
    if is_proxy(value) then return rawget(value, EXPR) end
    if type(value) == "function" then
      fail("a function stands where a value is expected; a field of that name is written record:field \"name\", own code is with(record, function)")
    end
    if type(value) == "table" then fail("a table stands where a value is expected") end
    if value == nil then fail("nil stands where a value is expected") end
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
  local methods = {}
  for _, name in ipairs(host.transforms()) do
    methods[name] = function(self, ...)
      if not is_proxy(self) then fail(":%s is called with a colon, on a path", name) end
      local with = host.array {}
      for index = 1, select("#", ...) do with[index] = expression((select(index, ...))) end
      return value_of { ["do"] = name, on = expression(self), with = #with > 0 and with or nil }
    end
  end
  function methods.lookup(self, name) return value_of { ["do"] = "lookup", on = expression(self), name = name } end
  function methods.pick(self, cases)
    local pick, otherwise = {}, nil
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
  function methods.field(self, name) return deeper(expression(self), name) end

  local function no_such(_, name) fail("there is no transform '%s'", tostring(name)) end

  function Path.__index(self, key)
    local kind = math.type(key)
    if kind == "integer" then
      if key < 1 then fail("paths count from 1") end
      return deeper(rawget(self, EXPR), key)
    end
    if type(key) ~= "string" then fail("a path has fields and numbers, not %s", host.type(key)) end
    return methods[key] or deeper(rawget(self, EXPR), key)
  end
  function Value.__index(_, key) return methods[key] or no_such(nil, key) end

  local function refuse(what)
    return function() fail("%s has no say on a path: use :is, :when, :default or with(record, function)", what) end
  end
  local function operator(name)
    return function(a, b) return value_of { [name] = host.array { expression(a), expression(b) } } end
  end

  for _, meta in ipairs { Path, Value } do
    function meta.__newindex() fail("a source record can't be changed") end
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
    meta.__eq, meta.__lt, meta.__le = refuse "==", refuse "<", refuse "<="
    meta.__len, meta.__pairs = refuse "#", refuse "pairs"
    function meta.__call() fail("a path can't be called") end
    function meta.__tostring() return "path" end
  end

  -- Targets.

  local Target = { __metatable = "target" }
  local target_methods = {}

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

  local function once(document, group, path)
    local name = (group or "") .. "/" .. table.concat(path, ".")
    local _, line = host.position()
    if document.assigned[name] then
      fail("%s is assigned twice; the first time in line %d", table.concat(path, "."), document.assigned[name])
    end
    document.assigned[name] = line
  end

  function Target.__newindex(self, key, value)
    local state = rawget(self, TARGET)
    if type(key) ~= "string" then fail("a target has named fields") end
    local path = extend(state.path, key)
    once(state.document, state.group, path)
    if rawequal(value, remove) then
      if not state.document.layer then fail("only a layer can remove") end
      add_row(state.document, { remove = path, ["in"] = state.group })
      return
    end
    add_row(state.document, { set = path, ["in"] = state.group, expr = expression(value) })
  end

  function Target.__index(self, key)
    if target_methods[key] then return target_methods[key] end
    if type(key) ~= "string" then fail("a target has named fields; lines are made by :each and :one") end
    local state = rawget(self, TARGET)
    return target(state.document, state.group, extend(state.path, key))
  end

  for _, name in ipairs { "__eq", "__lt", "__le", "__len", "__pairs", "__concat", "__add", "__sub", "__mul", "__div", "__unm" } do
    Target[name] = function() fail("a target field has no value yet: compute from the source record") end
  end

  -- lines:each("product", order.products, { when = … }?) -> source row, line
  function target_methods.each(self, group, over, options)
    local state = rawget(self, TARGET)
    if type(group) ~= "string" then fail(":each: expected the group's name and a list of the source") end
    local row = { each = state.path, group = group, over = expression(over), ["in"] = state.group }
    if options and options.when ~= nil then row.when = expression(options.when) end
    add_row(state.document, row)
    return path_of { path = "", of = group }, target(state.document, group, host.array {})
  end

  -- lines:one("shipping", order.cost:nonzero()) -> line
  function target_methods.one(self, group, when)
    local state = rawget(self, TARGET)
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
    if type(check) ~= "table" or check.expect == nil or check.equals == nil then fail(":check: expected { expect =, equals = }") end
    local within = check.within ~= nil and tostring(check.within) or nil
    add_row(state.document, { check = { expect = expression(check.expect), equals = expression(check.equals), within = within, says = check.says } })
  end

  local function begin(document)
    document.rows, document.assigned, document.functions = host.array {}, {}, {}
    documents[#documents + 1] = document
    return path_of { path = "" }, target(document, nil, host.array {})
  end

  local names = { remove = remove }

  function names.mapping(options)
    if type(options) ~= "table" or not options.name or not options.from or not options.to then
      fail("mapping: expected { name =, from = \"system.record\", to = \"system.Record\" }")
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
      __newindex = function() fail("%s can't be changed", kind) end,
      __metatable = kind,
    })
  end
  names.setting, names.job = by_name "setting", by_name "job"
  function names.given(name) return path_of { given = name } end

  -- with(record, function(record, line, ctx) … end): one field in Lua. `record` may be a part of the source or a group's row.
  names["with"] = function(source, run)
    if not is_proxy(source) or type(run) ~= "function" then fail("with: expected a source record and a function") end
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
        out[index] = { mapping = document.mapping, layer = document.layer, from = document.from, to = document.to, rows = document.rows }
      end
      return out, documents
    end,
  }
end
