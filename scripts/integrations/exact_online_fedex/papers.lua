-- Papers that FedEx makes beside labels, for customs and of freight, as a document of the order: whoever packs prints them from there.

local papers = {}

function papers.run(job, books)
  local event = job.event
  if not event or not event.files then return job:skip "papers come of labels" end
  local at = books:at(event.books)
  local sent = job:send("papers", at.documents.create {
    Subject = "FedEx papers " .. event.reference, Type = job.settings.document_type, Account = event.account_id,
    SalesOrderNumber = event.order and event.order.number, DocumentDate = event.ship_date .. "T00:00:00", Body = "FedEx " .. event.master,
  }, { version = "1", entity = "papers of " .. event.reference })
  if sent.state == "shadow" then return { shadow = true } end
  for _, file in ipairs(event.files) do
    job:send("file " .. file.name, at.document_attachments.create { Document = sent.id, FileName = file.name, Attachment = file.content },
      { version = "1", entity = "file of " .. file.name })
  end
  return { papers = #event.files, document = sent.id }
end

return papers
