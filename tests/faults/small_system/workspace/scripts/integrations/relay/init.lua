-- A thing becomes one record, in the kind that the instance's settings name.

local WRITES = {
  A = function(target, record) return target.a.put("thing-" .. record.ref, record) end,
  B = function(target, record) return target.b.create(record) end,
  C = function(target, record) return target.c.create(record) end,
  D = function(target, record) return target.d.create(record) end,
}

return integration {
  roles = { source = "small", target = "small" },
  settings = schema { kind = { "text", mandatory = true, doc = "Kind of effect." } },
  flows = {
    things = flow {
      on = { webhook("source", { "thing/created" }, { key = "id" }) },
      run = function(job, source, target)
        local thing = source.things.get(job.key)
        local write = WRITES[job.settings.kind](target, { ref = thing.id, text = thing.text })
        return job:send("record", write, { version = thing.version })
      end,
    },
  },
}
