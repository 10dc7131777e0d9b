-- The pure bindings as scripts meet them: what is refused, with the words that it is refused in.

local csv, decimal, json, text, time, xml = require "csv", require "decimal", require "json", require "text", require "time", require "xml"
local spec = require "spec"
local expect = spec.expect

local function each(cases, check)
  for index, case in ipairs(cases) do
    local ok, err = pcall(check, case)
    if not ok then error(("case %d: %s"):format(index, tostring(err)), 2) end
  end
end

return {
  ["unknown options name themselves and what is known"] = function()
    expect(function() csv.parse("a", { seperator = ";" }) end):raises "unknown option 'seperator'; known are separator, header"
    expect(function() xml.encode({ name = "a" }, { decl = true }) end):raises "known are declaration"
    expect(function() decimal.parse("1", { komma = "," }) end):raises "known are point, group"
  end,

  ["modules of the service profile say what a job uses instead"] = function()
    each({ { "http", "an operation of the system" }, { "clock", "job:now()" }, { "log", "job:note" }, { "timers", "retryable" } }, function(case)
      expect(function() require(case[1]) end):raises(case[2])
    end)
  end,

  ["xml keeps order, text and attributes"] = function()
    local root = xml.parse [=[<?xml version="1.0"?>
      <!-- a comment --><s:Order xmlns:s="urn:x" id="118">
        <Line n="1"><![CDATA[a < b]]></Line> tail
        <Empty/>
      </s:Order>]=]
    expect(root.name):equals "s:Order"
    expect(root.attributes.id):equals "118"
    expect(#root):equals(3)
    expect(root[1][1]):equals "a < b"
    expect(text.trim(root[2])):equals "tail"
    expect(#root[3]):equals(0)
    expect(xml.text(xml.parse "<a> </a>")):equals " "
    expect(#xml.parse("<a> <b/> </a>", { keep_space = true })):equals(3)
    local sent = xml.encode(root)
    expect(xml.encode(xml.parse(sent))):equals(sent)
  end,

  ["xml refuses what is not well-formed, and every document type"] = function()
    each({
      { "<a><b></a>", "mismatched" }, { "<a/><b/>", "junk" }, { "<a x='1' x='2'/>", "duplicate" }, { "<a>&nbsp;</a>", "undefined" },
      { "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type" }, { "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type" },
      { "<a>\1</a>", "invalid token" }, { "", "no element" }, { "<a>\xff</a>", "invalid token" }, { "<a b=1/>", "well-formed" },
      { ("<a>"):rep(65) .. ("</a>"):rep(65), "too deep" },
    }, function(case) expect(xml.parse(case[1])):fails(case[2]) end)
    expect(xml.parse(("<a>"):rep(64) .. ("</a>"):rep(64)).name):equals "a"
    local _, err = xml.parse "<a>\n  <b></c>"
    expect(err.message):contains "line 2"
  end,

  ["xml escapes what it writes and refuses what XML can't carry"] = function()
    expect(xml.encode({ name = "a", attributes = { q = '"<&>\n' }, "<&>]]>\r" }, { declaration = false }))
      :equals '<a q="&quot;&lt;&amp;&gt;&#10;">&lt;&amp;&gt;]]&gt;&#13;</a>'
    each({
      { { name = "1a" }, "no name of an element" }, { { name = "a b" }, "no name" }, { {}, "has a name" }, { { name = "a", "\0" }, "can't carry" },
      { { name = "a", attributes = { ["x>"] = 1 } }, "no name of an attribute" }, { { name = "a", 0.5 }, "got float" },
      { { name = "a", colour = 1 }, "unknown field 'colour'" },
    }, function(case) expect(function() xml.encode(case[1]) end):raises(case[2]) end)
    local loop = { name = "a" }
    loop[1] = loop
    expect(function() xml.encode(loop) end):raises "64 deep"
  end,

  ["csv goes out and comes back"] = function()
    local rows = { { sku = 'A"1', note = "x;y" }, { sku = "B", note = "two\nlines" }, { note = json.null } }
    local sent = csv.encode(rows, { columns = { "sku", "note" }, separator = ";" })
    expect(csv.parse(sent, { separator = ";" })):equals { { sku = 'A"1', note = "x;y" }, { sku = "B", note = "two\nlines" }, { sku = "", note = "" } }
    expect(csv.parse("a,b\n", { header = false })):equals { { "a", "b" } }
    expect(csv.parse ""):equals {}
    expect(csv.parse "a,a\n1,2\n"):fails "columns 1 and 2 are both named 'a'"
    expect(csv.parse "a,\n1,2\n"):fails "column 2 has no name"
    expect(csv.parse "a\n\xe9\n"):fails "not UTF-8"
    expect(function() csv.encode({ { a = 0.1 } }, { columns = { "a" } }) end):raises "row 1, column a"
    expect(function() csv.encode({}, {}) end):raises "columns"
  end,

  ["decimal reads numbers as people write them"] = function()
    each({
      { "1.234,50", ",", ".", "1234.50" }, { "1.234.567", ",", ".", "1234567" }, { "-12,5", ",", nil, "-12.5" }, { "1'234.5", ".", "'", "1234.5" },
      { "12", ",", ".", "12" }, { "1 234", nil, " ", "1234" },
    }, function(case) expect(decimal.parse(case[1], { point = case[2], group = case[3] }):text()):equals(case[4]) end)
    each({ { "1.23,4", ",", "." }, { "12.34", ",", nil }, { "1.2345,6", ",", "." }, { ".123", ",", "." }, { "1,2,3", ",", nil }, { "1.234.56", ",", "." } },
      function(case) expect(decimal.parse(case[1], { point = case[2], group = case[3] })):fails "invalid_argument" end)
    expect(decimal.max(1, decimal "1.5", 0)):equals(decimal "1.5")
    expect(function() decimal.min(1, 0.5) end):raises "argument 2"
  end,

  ["XS3: wall-clock times without offset become instants on both DST nights"] = function()
    local zone = "America/Los_Angeles"
    each({
      { "2026-03-08T01:59:59", "2026-03-08T09:59:59Z" }, { "2026-03-08T02:00:00", "2026-03-08T10:00:00Z" },
      { "2026-03-08T02:59:59", "2026-03-08T10:00:00Z" }, { "2026-03-08T03:00:00", "2026-03-08T10:00:00Z" },
      { "2026-11-01T00:59:59", "2026-11-01T07:59:59Z" }, { "2026-11-01T01:00:00", "2026-11-01T08:00:00Z" },
      { "2026-11-01T02:00:00", "2026-11-01T10:00:00Z" }, { "2026-10-31T23:30:00.9970000", "2026-11-01T06:30:00.997Z" },
    }, function(case) expect(time.from_local(case[1], zone)):equals(case[2]) end)
    expect(time.from_local("2026-11-01 01:00:00", zone, "latest")):equals "2026-11-01T09:00:00Z"
    each({ "2026-11-01", "2026-11-01T25:00:00", "2026-02-29T10:00:00", "2026-11-01T10:00:00Z", "2026-11-01T10:00:00.", "" },
      function(wrong) expect(time.from_local(wrong, zone)):fails "no local time" end)
  end,

  ["dates move by months and fall on weekdays"] = function()
    each({ { "2024-01-31", 1, "2024-02-29" }, { "2024-03-31", -1, "2024-02-29" }, { "2025-12-15", 1, "2026-01-15" }, { "2024-02-29", 12, "2025-02-28" } },
      function(case) expect(time.add_months(case[1], case[2])):equals(case[3]) end)
    each({ { "2026-03-08", 7 }, { "2026-11-01", 7 }, { "1969-12-31", 3 }, { "2000-02-29", 2 } },
      function(case) expect(time.weekday(case[1])):equals(case[2]) end)
    expect(time.month_end "2026-12-05"):equals "2026-12-31"
    expect(function() time.add_months("9999-12-01", 1) end):raises "outside 1 to 9999"
    local parts = time.parts("2026-01-01T07:30:59Z", "America/Los_Angeles")
    expect(parts):equals { year = 2025, month = 12, day = 31, hour = 23, minute = 30, second = 59, weekday = 3, offset = -28800 }
    expect(time.instant("2026-01-05", "08:30:15", "UTC")):equals "2026-01-05T08:30:15Z"
    expect(function() time.instant("2026-01-05", "8:30x", "UTC") end):raises "argument 2"
    expect(function() time.instant("2026-01-05", "25:00", "UTC") end):raises "argument 2"
    expect(time.seconds_between("1970-01-01T00:00:01Z", "1970-01-01T00:00:00.25Z")):equals(decimal "-0.75")
  end,

  ["letters have plain forms, and CJK says that it has none"] = function()
    each({
      { "Łódź", "Lodz" }, { "Ørsted", "Orsted" }, { "Straße", "Strasse" }, { "Đorđe Æðelred Þór", "Dorde AEdelred Thor" }, { "ﬁ½", "fi1/2" },
      { "Nguyễn Thị", "Nguyen Thi" }, { "“a”–b…", '"a"-b...' }, { "Ёлка Щука", "Elka Shchuka" }, { "e\u{301}", "e" }, { "Ｎｏ．１", "No.1" },
    }, function(case) expect(text.ascii(case[1])):equals(case[2]) end)
    expect(text.ascii "a東"):fails "'東'"
    expect(text.ascii "\xff"):fails "not UTF-8"
    expect(text.length "東京 1"):equals(4)
  end,
}
