-- What we write comes back as an event. One that names a record which we wrote just now is taken for that: what a person changed in the same minutes
-- the rows of the lists of changes say, which come after it.
--
--     told at:<name>   when we wrote it last

local time = require "time"

local echoes = {}

local SECONDS = 120

local function place(name) return "told at:" .. name end

function echoes.wrote(job, name) job.kv.set(place(name), job:now()) end

-- Whether we ever did.
function echoes.is_written(job, name) return job.kv.get(place(name)) ~= nil end

-- When what this job tells of came; how long it has waited since does not count.
function echoes.came(job) return job.event and job.event.received or job:now() end

-- Whether that was within two minutes of our write.
function echoes.is_fresh(job, name)
  local at, came = job.kv.get(place(name)), echoes.came(job)
  return at ~= nil and time.compare(came, time.add(at, SECONDS)) < 0 and time.compare(came, time.add(at, -SECONDS)) > 0
end

return echoes
