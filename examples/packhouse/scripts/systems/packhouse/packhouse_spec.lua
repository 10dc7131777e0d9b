-- What must hold of the declarations whatever Packhouse does.

local spec = require "spec"
local types = require "types"

local cases = {}
for _, area in ipairs { require "orders", require "dispatches", require "hooks" } do
  for name, operation in pairs(area) do cases[#cases + 1] = { name = name, operation = operation } end
end

spec.case("{name} takes and gives declared records", cases, function(case)
  for _, word in ipairs { "takes", "gives" } do
    local name = case.operation[word]
    if name then spec.expect(types[name] ~= nil):is_true() end
  end
end)

spec.case("{name} says what becomes of it when its answer is lost", cases, function(case)
  local operation = case.operation
  if operation.GET then return end
  spec.expect(operation.effect ~= nil):is_true()
  -- Kind D is a person's; only what may be repeated has it here.
  if operation.effect.kind == "D" then spec.expect(operation.effect.may_repeat):is_true() end
end)

spec.it("a create is looked for by a field that every order has", function()
  local orders = require "orders"
  local effect = orders["orders.create"].effect
  spec.expect(types.Order.fields[effect.by].mandatory):is_true()
  spec.expect(orders[effect.look_up].gives):equals "Order"
end)
