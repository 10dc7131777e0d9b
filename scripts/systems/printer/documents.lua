-- documents.print { name = "1Z….zpl", type = "application/zpl", content = <base64>, copies = 1 }: the same for every printer but
-- for what becomes of it when its answer is lost.

local documents = {}

documents.most = 10 * 1024 * 1024   -- bytes of one document

-- id = false: the answer names nothing; alone: the document itself is the request's body.
function documents.print(effect, options)
  options = options or {}
  return {
    POST = "/documents", takes = "Document", gives = "Printed", id = options.id ~= false and "id" or nil, create = true, effect = effect,
    deadline = "60s", content = { field = "content", type = "type", most = documents.most, alone = options.alone },
    doc = "prints a document once: another entity in job:send's options is another copy",
  }
end

return documents
