-- What stands in the books, remembered as text by field: whoever changed it since was a person (C17). And what a person was
-- given right about: a field that was accepted stays theirs until the shop says something new of it.

local confirm, decimal = require "confirm", require "decimal"

local standing = {}

local function text(value)
  if value == nil then return "" end
  local ok, number = pcall(decimal, tostring(value))
  if ok and type(value) ~= "string" then return number:compact() end
  return (tostring(value):match "^(.-)%s*$")
end
standing.text = text

-- Lines of a document that was read whole.
function standing.lines(kind, found)
  local lines = found[kind.lines]
  return lines and (lines.results or lines) or {}
end

local function texts(fields, record)
  local out = {}
  for _, field in ipairs(fields) do out[field] = text(record[field]) end
  return out
end

function standing.kept(kind, found)
  local lines = {}
  for _, line in ipairs(standing.lines(kind, found)) do
    if line.Notes then lines[text(line.Notes)] = texts(kind.line, line) end
  end
  return { lines = lines, header = texts(kind.changing, found), payment = texts(kind.payment, found) }
end

local function shown(value) return value == "" and "empty" or value end

local function edits_of(fields, was, record, what, out)
  for _, field in ipairs(fields) do
    local now = text(record[field])
    if was[field] ~= nil and was[field] ~= now then out[#out + 1] = ("%s%s was %s and is %s"):format(field, what, shown(was[field]), shown(now)) end
  end
end

-- What a person changed since we wrote the document, in words; none when nobody did, or when it is not known.
function standing.edits(kind, kept, found)
  local out = {}
  if not (kept and kept.lines) then return out end
  edits_of(kind.changing, kept.header, found, "", out)
  edits_of(kind.payment, kept.payment, found, "", out)
  local seen, extra = {}, kept.accepted and kept.accepted.extra or {}
  for _, line in ipairs(standing.lines(kind, found)) do
    local notes = text(line.Notes)
    local was = kept.lines[notes]
    seen[notes] = true
    if was then
      edits_of(kind.line, was, line, " of line " .. notes, out)
    elseif not extra[line.ID] then
      out[#out + 1] = "a line was added"
    end
  end
  for notes in pairs(kept.lines) do
    if not seen[notes] then out[#out + 1] = ("line %s was removed"):format(notes) end
  end
  return out
end

-- Lines as they should be against those that stand; lines of a person's that were accepted are none of ours.
function standing.compare(kind, document, found, accepted)
  local lines = confirm.lines(document[kind.lines], standing.lines(kind, found), { by = "Notes", fields = kind.line })
  local extra = {}
  for _, line in ipairs(lines.extra) do
    if not (accepted and accepted.extra[line.ID]) then extra[#extra + 1] = line end
  end
  lines.extra = extra
  return lines
end

local function deviations_of(differences)
  local out = {}
  for _, each in ipairs(differences) do out[each.field] = { ours = text(each.sent), theirs = text(each.stands) } end
  return out
end

-- All in which what stands is not what we would send: what a person is given right about.
function standing.deviations(kind, document, found)
  local out = { header = {}, lines = {}, gone = {}, extra = {} }
  for _, fields in ipairs { kind.changing, kind.payment, { kind.customer } } do
    for field, each in pairs(deviations_of(confirm.fields(fields, document, found))) do out.header[field] = each end
  end
  local lines = standing.compare(kind, document, found)
  for _, change in ipairs(lines.changed) do out.lines[text(change.sent.Notes)] = deviations_of(change.differences) end
  for _, line in ipairs(lines.missing) do out.gone[text(line.Notes)] = true end
  for _, line in ipairs(lines.extra) do out.extra[line.ID] = true end
  return out
end

-- What is kept comes back as a record of the host, which knows pairs but not next.
local function has_any(set)
  local walk, of, first = pairs(set)
  return walk(of, first) ~= nil
end

local function take(accepted, ours, theirs)
  local any = false
  for field, each in pairs(accepted or {}) do
    if text(ours[field]) == each.ours and text(theirs[field]) == each.theirs then ours[field], any = theirs[field], true end
  end
  return any
end

-- Makes the document what was accepted, where the shop says of it what it said then. Gives whether it is another one for it.
function standing.accept(kind, accepted, document, found)
  if not accepted then return false end
  local by_notes, lines = {}, {}
  for _, line in ipairs(standing.lines(kind, found)) do by_notes[text(line.Notes)] = line end
  local any = take(accepted.header, document, found) or has_any(accepted.extra)
  for _, line in ipairs(document[kind.lines]) do
    local notes = text(line.Notes)
    local theirs = by_notes[notes]
    if theirs then any = take(accepted.lines[notes], line, theirs) or any end
    if theirs or not accepted.gone[notes] then lines[#lines + 1] = line else any = true end
  end
  document[kind.lines] = lines
  return any
end

return standing
