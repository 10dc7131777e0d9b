---@meta crypto

--- Digests, MACs and text forms of bytes. Signatures of webhooks are not checked here: a system declares them in `webhooks.verify`.
---@class crypto
local crypto = {}

--- SHA-1. Only where a remote still asks for it.
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- assert(require("crypto").sha1("", "hex") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
--- ```
function crypto.sha1(data, as) end

--- SHA-256.
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- assert(require("crypto").sha256("abc", "hex"):sub(1, 8) == "ba7816bf")
--- ```
function crypto.sha256(data, as) end

--- SHA-512.
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- assert(#require("crypto").sha512 "abc" == 64)
--- ```
function crypto.sha512(data, as) end

--- HMAC with SHA-1.
---@param key string
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- assert(#require("crypto").hmac_sha1("key", "data") == 20)
--- ```
function crypto.hmac_sha1(key, data, as) end

--- HMAC with SHA-256.
---@param key string
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- local crypto = require "crypto"
--- local text = "The quick brown fox jumps over the lazy dog"
--- assert(crypto.hmac_sha256("key", text, "hex"):sub(1, 8) == "f7bc83f4")
--- ```
function crypto.hmac_sha256(key, data, as) end

--- HMAC with SHA-512.
---@param key string
---@param data string
---@param as? "raw"|"hex"|"hex_upper"|"base64" raw bytes when left out
---@return string
---
--- ```lua
--- assert(#require("crypto").hmac_sha512("key", "data") == 64)
--- ```
function crypto.hmac_sha512(key, data, as) end

--- Bytes as hexadecimal digits.
---@param bytes string
---@param upper? boolean
---@return string
---
--- ```lua
--- assert(require("crypto").hex "\1\xab" == "01ab")
--- ```
function crypto.hex(bytes, upper) end

--- Bytes from hexadecimal digits.
---@param text string
---@return string? bytes
---@return table? err
---
--- ```lua
--- assert(require("crypto").unhex "01AB" == "\1\xab")
--- ```
function crypto.unhex(text) end

--- Base64 with padding.
---@param bytes string
---@return string
---
--- ```lua
--- assert(require("crypto").base64 "key:secret" == "a2V5OnNlY3JldA==")
--- ```
function crypto.base64(bytes) end

--- Bytes from base64.
---@param text string
---@return string? bytes
---@return table? err
---
--- ```lua
--- local crypto = require "crypto"
--- assert(crypto.unbase64 "a2V5" == "key")
--- assert(select(2, crypto.unbase64 "!").code == "invalid_argument")
--- ```
function crypto.unbase64(text) end

--- Base64 for URLs, without padding.
---@param bytes string
---@return string
---
--- ```lua
--- assert(require("crypto").base64url "\xff\xfe" == "__4")
--- ```
function crypto.base64url(bytes) end

--- Whether two secrets are equal, in a time that tells nothing of where they differ.
---@param a string
---@param b string
---@return boolean
---
--- ```lua
--- assert(require("crypto").equal("abc", "abc"))
--- ```
function crypto.equal(a, b) end

--- A version 4 UUID. Drawn from the job, so that a replay makes the same.
---@return string
---
--- ```lua
--- assert(#require("crypto").uuid() == 36)
--- ```
function crypto.uuid() end

return crypto
