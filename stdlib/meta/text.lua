---@meta text

--- What every integration does to names, codes and addresses. UTF-8 in and out; lengths and cuts count characters.
---@class text
local text = {}

--- Without white space at the ends.
---@param s string
---@return string
---
--- ```lua
--- assert(require("text").trim "  a b " == "a b")
--- ```
function text.trim(s) end

--- The pieces between separators, empty ones too.
---@param s string
---@param separator string one character
---@return string[]
---
--- ```lua
--- local pieces = require("text").split("a,,b", ",")
--- assert(#pieces == 3 and pieces[2] == "")
--- ```
function text.split(s, separator) end

--- Whether it begins with a text.
---@param s string
---@param start string
---@return boolean
---
--- ```lua
--- assert(require("text").starts_with("SO-118", "SO-"))
--- ```
function text.starts_with(s, start) end

--- Whether it ends with a text.
---@param s string
---@param ending string
---@return boolean
---
--- ```lua
--- assert(require("text").ends_with("label.zpl", ".zpl"))
--- ```
function text.ends_with(s, ending) end

--- The first so many characters. Addresses are not cut: `address.wrap` fits them or says that it can't.
---@param s string
---@param characters integer
---@return string
---
--- ```lua
--- assert(require("text").cut("aéz", 2) == "aé")
--- ```
function text.cut(s, characters) end

--- Every run of white space as one blank, none at the ends.
---@param s string
---@return string
---
--- ```lua
--- assert(require("text").collapse " a \n b " == "a b")
--- ```
function text.collapse(s) end

--- Equal but for the case of ASCII letters and white space at the ends: e-mails, codes.
---@param a string
---@param b string
---@return boolean
---
--- ```lua
--- assert(require("text").same("Ada@Example.com ", "ada@example.com"))
--- ```
function text.same(a, b) end

--- How many characters.
---@param s string
---@return integer
---
--- ```lua
--- assert(require("text").length "Łódź" == 4)
--- ```
function text.length(s) end

--- In small letters: Latin, Greek, Cyrillic.
---@param s string
---@return string
---
--- ```lua
--- assert(require("text").lower "ÅNGSTRÖM" == "ångström")
--- ```
function text.lower(s) end

--- In capitals: Latin, Greek, Cyrillic.
---@param s string
---@return string
---
--- ```lua
--- assert(require("text").upper "ångström" == "ÅNGSTRÖM")
--- ```
function text.upper(s) end

--- In plain letters: accents fall away, Greek and Cyrillic are transcribed.
---@param s string
---@return string? plain
---@return table? err `unsupported`: names the character that has no such form
---
--- ```lua
--- local text = require "text"
--- assert(text.ascii "Łódź, Straße, Αθήνα, Киев" == "Lodz, Strasse, Athina, Kiev")
--- assert(select(2, text.ascii "東京").code == "unsupported")
--- ```
function text.ascii(s) end

--- A letter and its accent as one character (normal form C), as most systems store them.
---@param s string
---@return string? composed
---@return table? err `invalid_argument`: not UTF-8
---
--- ```lua
--- assert(require("text").compose "e\u{301}" == "é")
--- ```
function text.compose(s) end

--- The characters one by one.
---@param s string
---@return string[]
---
--- ```lua
--- local characters = require("text").characters "aé"
--- assert(#characters == 2 and characters[2] == "é")
--- ```
function text.characters(s) end

--- For a place in a URL.
---@param s string
---@return string
---
--- ```lua
--- assert(require("text").percent_encode "a b/ü" == "a%20b%2F%C3%BC")
--- ```
function text.percent_encode(s) end

--- Back from it.
---@param s string
---@return string? text
---@return table? err
---
--- ```lua
--- assert(require("text").percent_decode "%41" == "A")
--- ```
function text.percent_decode(s) end

return text
