-- Labels on their way to the printer of a station (L1): each once, after it is safely kept; a reprint is the kept label under a name of its own, never a
-- purchase. A printer that is down holds up nothing but its own labels.

local printing = {}

function printing.run(job, printers)
  local event = job.event
  if not event or not event.content then return job:skip "labels are printed as they are bought; again: reprint CLIENT NUMBER" end
  if not printers then
    return job:refuse(("Label %s is to be printed at %s, and no printer is bound."):format(event.name, event.station), {
      cause = "no printers", concern = "operator", fix = "Bind printers in the client's file, or take the station away; then release this case.",
    })
  end
  local entity = event.copy and ("%s, copy %d"):format(event.name, event.copy) or event.name
  local sent, why = try(job.send, job, "print", printers:at(event.station).documents.print {
    name = event.name, type = event.type, content = event.content, copies = 1,
  }, { entity = entity })
  if not sent then
    if why.code ~= "rejected" and why.code ~= "invalid_argument" then error(why, 0) end
    return job:refuse(("Label %s was not printed at %s: %s"):format(event.name, event.station, why.cause or why.message), {
      cause = "printer " .. event.station, concern = "warehouse", fix = "See to the printer, then release this case: what waits is printed then.",
    })
  end
  if event.number then job:note(event.name .. " was printed", { number = event.number }) end
  return { printed = event.name, station = event.station }
end

return printing
