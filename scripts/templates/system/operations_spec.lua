-- What must hold of these declarations whatever the remote: ml-connector test

local spec = require "spec"
local operations, types = require "orders", require "types"

local cases = {}
for name, operation in pairs(operations) do cases[#cases + 1] = { name = name, operation = operation } end

spec.case("{name} takes and gives declared records", cases, function(case)
  for _, word in ipairs { "takes", "gives" } do
    local record = case.operation[word]
    if record then spec.expect(types[record] ~= nil):is_true() end
  end
end)

spec.it("a create whose answer was lost is looked for by a field that is sent", function()
  local effect = operations["orders.create"].effect
  spec.expect(operations[effect.look_up].GET ~= nil):is_true()
  spec.expect(types.Order.fields[effect.by].mandatory):is_true()
end)
