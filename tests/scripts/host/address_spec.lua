-- L3: addresses are wrapped, never cut; what does not fit names field and limit.

local address, countries, text = require "address", require "countries", require "text"
local expect = require("spec").expect

local function each(cases, check)
  for index, case in ipairs(cases) do
    local ok, err = pcall(check, case)
    if not ok then error(("case %d: %s"):format(index, tostring(err)), 2) end
  end
end

local function without_blanks(value)
  if type(value) == "table" then value = table.concat(value) end
  return (value:gsub("%s", ""))
end

return {
  ["L3: four lines of 60 characters keep every letter and the house number"] = function()
    local lines = {
      "Industriegebiet Nordost, Gebaeudekomplex der alten Weberei,", "Aufgang C, viertes Obergeschoss links, Lieferanteneingang am",
      "Hof hinter der Schranke, bitte zweimal klingeln und warten", "Ernst-Thaelmann-Strasse der deutschen Einheit Nebenweg 112b",
    }
    local wrapped = address.wrap(lines, { lines = 8, width = 35 })
    for _, line in ipairs(wrapped) do expect(text.length(line) <= 35):is_true() end
    expect(without_blanks(wrapped)):equals(without_blanks(lines))
    expect(wrapped[#wrapped]):contains "112b"
    local _, err = address.wrap(lines, { lines = 3, width = 35, field = "street" })
    expect({ err.code, err.field, err.limit }):equals { "does_not_fit", "street", 3 }
  end,

  ["L3: every length between fits or is refused, and nothing is lost"] = function()
    local line = "Van der Valk Boumanstraat 1-3, gebouw Zuid, verdieping 12, t.a.v. Łucja Ørsted-Æ 5"
    for width = 1, 90 do
      for most = 1, 6 do
        local wrapped, err = address.wrap(line, { lines = most, width = width })
        if wrapped then
          expect(without_blanks(wrapped)):equals(without_blanks(line))
          expect(#wrapped <= most):is_true()
          for _, each_line in ipairs(wrapped) do expect(text.length(each_line) <= width):is_true() end
        else
          expect(err.code):equals "does_not_fit"
        end
      end
    end
  end,

  ["lines that fit stay as they are, empty ones go"] = function()
    expect(address.wrap({ " Unit  4 ", "", "High Street 5" }, { lines = 2, width = 20 })):equals { "Unit 4", "High Street 5" }
    expect(address.wrap({}, { lines = 1, width = 5 })):equals {}
    expect(address.wrap("東京都千代田区丸の内一丁目九番一号", { lines = 3, width = 8 })):equals { "東京都千代田区丸", "の内一丁目九番一", "号" }
    expect(address.wrap("Donaudampfschiff 1", { lines = 3, width = 10 })):fails "the word 'Donaudampfschiff' is longer than the 10"
    expect(function() address.wrap("a", { lines = 0, width = 5 }) end):raises "from 1"
    expect(function() address.wrap("a", { rows = 1, width = 5 }) end):raises "unknown option 'rows'"
  end,

  ["L3: phones become international"] = function()
    each({
      { "020 123 4567", "NL", "+31201234567" }, { "0031 20 123 4567", "NL", "+31201234567" }, { "+31 (0)20 1234567", "DE", "+31201234567" },
      { "06-12345678", "NL", "+31612345678" }, { "612345678", "NL", "+31612345678" }, { "030/123456-78", "DE", "+493012345678" },
      { "(02) 9374 4000", "AU", "+61293744000" }, { "011 44 20 7946 0018", "US", "+442079460018" }, { "1-555-010-9999", "US", "+15550109999" },
      { "555.010.9999", "CA", "+15550109999" }, { "06 6982", "IT", "+39066982" }, { "06 69812345", "IT", "+390669812345" },
      { "612 345 678", "ES", "+34612345678" },
      { "34912345678", "ES", "+34912345678" }, { "06 20 123 4567", "HU", "+36201234567" }, { "8 (495) 123-45-67", "RU", "+74951234567" },
      { "03-1234-5678", "JP", "+81312345678" }, { "22 33 44 55", "NO", "+4722334455" }, { "02079460018", "GB", "+442079460018" },
    }, function(case)
      local number, err = address.phone(case[1], { country = case[2] })
      expect({ number = number }):equals { number = case[3] }
      if not number then expect(err.code):equals "invalid_phone" end
    end)
    local number, extension = address.phone("020 123 4567 x 89", { country = "nl" })
    expect({ number, extension }):equals { "+31201234567", "89" }
    expect(address.phone("", { country = "NL" })):is_nil()
    each({ { "n/a", "NL" }, { "12", "NL" }, { "+1 555 0199", "NL" }, { "31612345678", "NL" }, { "0123456789012345", "DE" } },
      function(case) expect(address.phone(case[1], { country = case[2] })):fails "invalid_phone" end)
    local _, err = address.phone("31612345678", { country = "NL", field = "ship-to phone" })
    expect(err.message):contains "ship-to phone: '31612345678' begins with 31: write +31, or 0 before it"
  end,

  ["L3: postcodes take their country's form"] = function()
    each({
      { "1234ab", "NL", "1234 AB" }, { " 1234  AB ", "nl", "1234 AB" }, { "NL-1234 AB", "NL", "1234 AB" }, { "0123 AB", "NL" }, { "1234 A", "NL" },
      { "D-10115", "DE", "10115" }, { "1011", "DE" }, { "sw1a1aa", "GB", "SW1A 1AA" }, { "M1 1AE", "GB", "M1 1AE" }, { "EC1A1BB", "GB", "EC1A 1BB" },
      { "SW1A", "GB" }, { "90210", "US", "90210" }, { "90210-1234", "US", "90210-1234" }, { "9021", "US" }, { "k1a0b1", "CA", "K1A 0B1" },
      { "D1A 0B1", "CA" }, { "12345", "SE", "123 45" }, { "00-950", "PL", "00-950" }, { "00950", "PL", "00-950" }, { "1000205", "PT", "1000-205" },
      { "LV1010", "LV", "LV-1010" }, { "1010", "LV", "LV-1010" }, { "LT-01103", "LT", "LT-01103" }, { "d02af30", "IE", "D02 AF30" },
      { "1000001", "JP", "100-0001" }, { "L-1234", "LU", "1234" }, { "FI-00100", "FI", "00100" }, { "B-1000", "BE", "1000" }, { "whatever", "HK", "whatever" },
    }, function(case)
      local found, err = address.postcode(case[1], case[2])
      expect({ found = found }):equals { found = case[3] }
      if not case[3] then expect(err.code):equals "invalid_postcode" end
    end)
  end,

  ["every country has a calling code and a sample that its form takes"] = function()
    local count = 0
    for first = 65, 90 do
      for second = 65, 90 do
        local found = countries.find(string.char(first, second))
        if found then
          count = count + 1
          expect(found.calling):contains(found.calling:match "^[1-9]%d?%d?$")
          if found.postcode then
            local sample = found.postcode.sample:match "^(.-) or " or found.postcode.sample
            expect(address.postcode(sample, found.code)):equals(sample)
          end
        end
      end
    end
    expect(count > 240):is_true()
  end,

  ["a whole address is fitted, or the first field that can't be is named"] = function()
    local limits = { lines = 2, width = 20, name = 10, city = 8, phone = 13, letters = "ascii" }
    local good = { name = "Zoë", street = "Straße 12", city = "Łódź", country = "PL", postcode = "90562", phone = "421234567" }
    expect(address.fit(good, limits)):equals {
      name = "Zoe", street = { "Strasse 12" }, city = "Lodz", country = "PL", postcode = "90-562", phone = "+48421234567",
    }
    each({
      { "name", "Maximiliane Ø" , "does_not_fit" }, { "city", "Konstantynopol", "does_not_fit" }, { "city", "東京", "not_printable" },
      { "street", { "Eine sehr lange Strasse", "Hinterhaus im Hof 7", "Etage 3" }, "does_not_fit" }, { "postcode", "9056", "invalid_postcode" },
      { "phone", "+999 12345678901", "does_not_fit" }, { "country", "Poland", "unknown_country" },
    }, function(case)
      local record = {}
      for key, value in pairs(good) do record[key] = value end
      record[case[1]] = case[2]
      local fitted, err = address.fit(record, limits)
      expect(fitted):is_nil()
      expect({ err.code, err.field }):equals { case[3], case[1] }
    end)
  end,

  ["printable letters keep what the charset has"] = function()
    expect(address.printable("Ærø\tßü", "latin1")):equals "Ærø ßü"
    expect(address.printable("Łódź", "any")):equals "Łódź"
    expect(address.printable("e\u{301}", "latin1")):equals "é"
    expect(address.printable("\xff", "any", "name")):fails "name: the text is not UTF-8."
  end,
}
