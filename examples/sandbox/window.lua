-- A fixed window of calls: so many in each span of time, counted from the span's start.

local Window = {}
Window.__index = Window

function Window.new(span_ms) return setmetatable({ span_ms = span_ms, start = -1, used = 0 }, Window) end

-- Moves to the window of `now_ms`. Windows start at multiples of their span, as full minutes and UTC days do.
function Window:roll(now_ms)
  local start = now_ms - now_ms % self.span_ms
  if start ~= self.start then self.start, self.used = start, 0 end
end

function Window:left(limit) return math.max(0, limit - self.used) end
function Window:take() self.used = self.used + 1 end
function Window:ends_at() return self.start + self.span_ms end

return Window
