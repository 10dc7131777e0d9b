---@meta decimal

--- Exact decimal numbers. `+ - *` and comparisons work among decimals and integers; floats are refused, because `0.1` has
--- lost its exactness before anyone can look at it.
---@class decimal.module
---@overload fun(value: string|integer|decimal): decimal
local module = {}

--- An exact number; `decimal "12.50"` makes one. Its scale is kept: "40.00" stays "40.00".
---@class decimal
---@operator add(decimal|integer): decimal
---@operator sub(decimal|integer): decimal
---@operator mul(decimal|integer): decimal
---@operator div(decimal|integer): decimal
---@operator unm: decimal
local decimal = {}

--- A number from text that may be none, or is written as people write it.
---@param text string
---@param options? { point?: string, group?: string } decimal point ("." when left out) and mark between thousands (none)
---@return decimal? number
---@return table? err `invalid_argument`
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal.parse("1.234,50", { point = ",", group = "." }):text() == "1234.50")
--- assert(select(2, decimal.parse "12 EUR").code == "invalid_argument")
--- ```
function module.parse(text, options) end

--- Whether a value is a decimal.
---@param value any
---@return boolean
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal.is(decimal "1") and not decimal.is(1))
--- ```
function module.is(value) end

--- The sum of a list's items, or of one field of each. What is nil counts nothing.
---@param list table
---@param field? string
---@return decimal
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal.sum({ { price = decimal "0.10" }, { price = decimal "0.20" }, {} }, "price"):text() == "0.30")
--- ```
function module.sum(list, field) end

--- The smallest.
---@param first decimal|integer
---@param ... decimal|integer
---@return decimal
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal.min(3, decimal "2.5"):text() == "2.5")
--- ```
function module.min(first, ...) end

--- The largest.
---@param first decimal|integer
---@param ... decimal|integer
---@return decimal
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal.max(3, decimal "2.5"):text() == "3")
--- ```
function module.max(first, ...) end

--- With so many decimals.
---@param decimals? integer 0 when left out
---@param how? "half_up"|"half_even"|"down"|"up"|"floor"|"ceil" half_up (ties away from zero) when left out
---@return decimal
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal("2.345"):round(2):text() == "2.35" and decimal("2.345"):round(2, "half_even"):text() == "2.34")
--- ```
function decimal:round(decimals, how) end

--- The quotient with so many decimals. `a / b` gives up to 20 of them.
---@param by decimal|integer
---@param decimals integer
---@param how? "half_up"|"half_even"|"down"|"up"|"floor"|"ceil"
---@return decimal
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal("10"):div(3, 4):text() == "3.3333")
--- ```
function decimal:div(by, decimals, how) end

--- Without its sign.
---@return decimal
---
--- ```lua
--- assert(require("decimal")("-2.50"):abs():text() == "2.50")
--- ```
function decimal:abs() end

--- -1, 0 or 1.
---@return integer
---
--- ```lua
--- assert(require("decimal")("-2.50"):sign() == -1)
--- ```
function decimal:sign() end

--- How many decimals it is written with.
---@return integer
---
--- ```lua
--- assert(require("decimal")("2.50"):scale() == 2)
--- ```
function decimal:scale() end

--- Whether it is zero, with however many decimals.
---@return boolean
---
--- ```lua
--- assert(require("decimal")("0.00"):is_zero())
--- ```
function decimal:is_zero() end

--- Whether it has no fraction.
---@return boolean
---
--- ```lua
--- local decimal = require "decimal"
--- assert(decimal("3.00"):is_integer() and not decimal("3.50"):is_integer())
--- ```
function decimal:is_integer() end

--- Equal by value, also to an integer: `==` is never true between a decimal and an integer, because Lua asks no one there.
---@param other decimal|integer
---@return boolean
---
--- ```lua
--- local two = require("decimal") "2.0"
--- assert(two:equals(2) and two ~= 2)
--- ```
function decimal:equals(other) end

--- As an integer; raises when there is a fraction.
---@return integer
---
--- ```lua
--- assert(require("decimal")("3.00"):integer() == 3)
--- ```
function decimal:integer() end

--- As text, with its scale.
---@return string
---
--- ```lua
--- assert(require("decimal")("40.00"):text() == "40.00")
--- ```
function decimal:text() end

--- As text without trailing zeros.
---@return string
---
--- ```lua
--- assert(require("decimal")("40.50"):compact() == "40.5")
--- ```
function decimal:compact() end

return module
