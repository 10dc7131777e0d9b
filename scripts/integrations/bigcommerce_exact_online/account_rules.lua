-- Whether documents may be posted on an account, and what is done when they may not.

local rules = {}

local CUSTOMER = "C"
local STATUS = { P = "a prospect", S = "a suspect", A = "no customer" }

local function code_of(account) return (account.Code or ""):match "^%s*(.-)%s*$" end

-- "Jansen BV (10045)"
function rules.told(account) return ("%s (%s)"):format(account.Name or "without a name", code_of(account)) end

-- Refuses what is blocked; raises a prospect, or refuses it, as the setting says.
function rules.check(job, books, account, what)
  if account.Blocked then
    job:refuse(("%s: account %s is blocked."):format(what, rules.told(account)), {
      cause = "account " .. account.ID, concern = "finance",
      fix = "Unblock the account in Exact Online (Relations, its card), then release this case.",
    })
  end
  if account.Status == CUSTOMER then return end
  local status = STATUS[account.Status] or "no customer"
  if job.settings.prospects ~= "raise" then
    job:refuse(("%s: account %s is %s."):format(what, rules.told(account), status), {
      cause = "account " .. account.ID, concern = "finance",
      fix = "Make it a customer in Exact Online, or set prospects to raise; then release this case.",
    })
  end
  job:send("raise account", books.accounts.update(account.ID, { Status = CUSTOMER }), { version = job:now(), entity = account.ID })
  job:note(("account %s was %s and is a customer now"):format(rules.told(account), status))
end

return rules
