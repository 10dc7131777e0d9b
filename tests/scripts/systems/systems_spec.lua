-- What holds for every system: operations refer to types and to operations that exist, and writes say their kind.

local root = ...
local flow = require "flow"

local SYSTEMS = { "bigcommerce", "exact_online", "fedex", "shipstation", "ups" }
local SCALARS = { text = true, integer = true, decimal = true, boolean = true, guid = true, date = true, instant = true }
local METHODS = { "GET", "POST", "PUT", "PATCH", "DELETE" }

local function method_of(operation)
  for _, method in ipairs(METHODS) do
    if operation[method] then return method, operation[method] end
  end
end

local function each_operation(check)
  for _, name in ipairs(SYSTEMS) do
    local system = flow.load(root, "scripts/systems/" .. name)
    assert(system.name == name)
    for operation_name, operation in pairs(system.operations) do
      local ok, why = pcall(check, system, operation, operation_name)
      if not ok then error(name .. ", " .. operation_name .. ": " .. tostring(why), 0) end
    end
  end
end

-- Whether a path of names, positions and "*" leads through declared fields.
local function leads(types, type_name, path)
  for step in path:gmatch "[^.]+" do
    if step ~= "*" and not step:find "^%d+$" then
      local field = types[type_name] and types[type_name].fields[step]
      if not field then return nil, ("%s: %s has no field %s"):format(path, tostring(type_name), step) end
      type_name = field.of
    end
  end
  return true
end

-- What stands in a template's body fits the type that is asked for, and what it takes of the write's body the write's type.
local function holes(types, written, asked_for, body)
  for name, value in pairs(body or {}) do
    local field = assert(types[asked_for].fields[name], asked_for .. " has no field " .. name)
    if type(value) == "table" then
      holes(types, written, field.of, value)
    elseif type(value) == "string" then
      for path in value:gmatch "{body%.([^}]-)%??}" do assert(leads(types, written, path)) end
    end
  end
end

return {
  ["operations have one method, a path and known types"] = function()
    each_operation(function(system, operation)
      local method, path = method_of(operation)
      assert(method and path:sub(1, 1) == "/", "no method with a path")
      for _, type_name in ipairs { operation.gives or false, operation.takes or false } do
        if type_name then assert(system.types[type_name], "no type " .. type_name) end
      end
    end)
  end,
  ["writes declare the kind of their effect"] = function()
    each_operation(function(_, operation)
      local method = method_of(operation)
      if method ~= "GET" and not operation.reads then
        assert(operation.effect and operation.effect.kind:match "^[ABCD]$", "a write without an effect")
      end
    end)
  end,
  ["look-ups, reads back and confirmations name operations and fields that exist"] = function()
    each_operation(function(system, operation)
      local effect, confirm = operation.effect or {}, operation.confirm or {}
      for _, name in ipairs { effect.look_up or false, effect.read or false, confirm.read or false } do
        if name then assert(system.operations[name], "no operation " .. name) end
      end
      if effect.asks then
        local found = system.operations[effect.look_up].gives
        for _, path in ipairs { effect.found or false, effect.field or false, effect.id or false, effect.gone and effect.gone.field or false } do
          if path then assert(leads(system.types, found, path)) end
        end
        for _, path in ipairs(type(effect.by) == "table" and effect.by or { effect.by }) do assert(leads(system.types, operation.takes, path)) end
        if effect.parts then assert(leads(system.types, operation.takes, effect.parts)) end
        local look_up, fetch = system.operations[effect.look_up], effect.fetch and system.operations[effect.fetch.read]
        holes(system.types, operation.takes, look_up.takes, effect.asks.body)
        if effect.fetch then holes(system.types, operation.takes, assert(fetch, "no operation " .. effect.fetch.read).takes, effect.fetch.asks.body) end
      elseif effect.by then
        local given, field = system.operations[effect.look_up].gives, effect.field or effect.by
        assert(system.types[given].fields[field], given .. " has no field " .. field)
      end
      if effect.ask then assert(system.types[operation.takes].fields[effect.ask], "no field " .. effect.ask) end
      if effect.updatable then assert(system.types[operation.gives].fields[effect.updatable.field], "no field " .. effect.updatable.field) end
      if operation.batch then assert(system.operations[operation.batch.as], "no operation " .. operation.batch.as) end
      for _, field in ipairs(confirm.compare or {}) do assert(system.types[operation.takes].fields[field], "no field " .. field) end
    end)
  end,
  ["lists of Exact Online select fields that their type has, and always select"] = function()
    local exact = flow.load(root, "scripts/systems/exact_online")
    for name, operation in pairs(exact.operations) do
      if name:find "%.list$" then
        for field in operation.query["$select"]:gmatch "%w+" do
          assert(exact.types[operation.gives].fields[field], name .. " selects " .. field)
        end
      end
    end
  end,
  ["records and lists in types name types that exist"] = function()
    for _, name in ipairs(SYSTEMS) do
      local system = flow.load(root, "scripts/systems/" .. name)
      for type_name, declared in pairs(system.types) do
        for field, is in pairs(declared.fields) do
          local needs = is.type == "list" or is.type == "record"
          assert(needs == (is.of ~= nil), type_name .. "." .. field)
          local scalar = is.type == "list" and SCALARS[is.of]
          if needs and not scalar then assert(system.types[is.of], type_name .. "." .. field .. ": no type " .. is.of) end
        end
      end
    end
  end,
  ["a word that no field can have is refused by name"] = function()
    local record = require "record"
    local ok, why = pcall(record, {}, { Name = "text obligatory" })
    assert(not ok and why:find "Name" and why:find "obligatory")
  end,
}
