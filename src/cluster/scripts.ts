/**
 * What has to happen at one go, as scripts of Redis. Keys, all behind the same prefix, which is the first argument:
 *
 *     epochs         box → its epoch; who has another one is fenced
 *     boxes          box → what it says of itself
 *     lease:BOX      while the box is alive
 *     calls:BOX      id → envelope with the record of a call
 *     open:BOX       how many calls the box had when it last asked for more, for the time that it takes to write them
 *     gone:BOX       id → state of the calls that another one took over from the box, until that knows
 *     events         stream of what happens to calls
 *     orders:BOX     stream of what others ask of the box
 *     ended          stream of calls that are over
 *     key            the key of the Call-IDs
 *     once:KEY       while a box has a request with this Idempotency-Key in hand
 *     registrar      the box that registers for all, and the Contact URIs that the registrar has by its doing
 */

/**
 * Arguments: prefix, box, the key to propose, lease in milliseconds.
 * @returns epoch, the key, ids and states of its calls that others have taken over.
 */
export const BEGIN = `
local p, box = ARGV[1], ARGV[2]
redis.call('SET', p .. 'key', ARGV[3], 'NX')
local epoch = redis.call('HINCRBY', p .. 'epochs', box, 1)
redis.call('SET', p .. 'lease:' .. box, epoch, 'PX', ARGV[4])
return {epoch, redis.call('GET', p .. 'key'), redis.call('HGETALL', p .. 'gone:' .. box)}`;

/**
 * Arguments: prefix, box, epoch, lease in milliseconds, what the box says of itself, key.
 * @returns 0 when it is fenced, 1, or 2 when the engine has lost what it was told; then for each box its name, epoch, text,
 * and how long its lease lasts, in milliseconds; negative when it has none.
 */
export const RENEW = `
local p, box, mine = ARGV[1], ARGV[2], tonumber(ARGV[3])
local epoch = tonumber(redis.call('HGET', p .. 'epochs', box) or 0)
local answer = {1}
if epoch > mine then return {0} end
if epoch < mine then
  redis.call('HSET', p .. 'epochs', box, mine)
  answer[1] = 2
end
redis.call('SET', p .. 'key', ARGV[6], 'NX')
redis.call('DEL', p .. 'gone:' .. box)
redis.call('SET', p .. 'lease:' .. box, mine, 'PX', ARGV[4])
redis.call('HSET', p .. 'boxes', box, ARGV[5])
local boxes = redis.call('HGETALL', p .. 'boxes')
for i = 1, #boxes, 2 do
  local name = boxes[i]
  answer[#answer + 1] = name
  answer[#answer + 1] = redis.call('HGET', p .. 'epochs', name) or '0'
  answer[#answer + 1] = boxes[i + 1]
  answer[#answer + 1] = redis.call('PTTL', p .. 'lease:' .. name)
end
return answer`;

/**
 * Arguments: prefix, box, epoch, number of calls, then id and envelope of each (an empty one: nothing is left), then
 * number of ended calls and their texts, then events.
 * @returns 0 when the box is fenced and nothing was written.
 */
export const WRITE = `
local p, box = ARGV[1], ARGV[2]
if redis.call('HGET', p .. 'epochs', box) ~= ARGV[3] then return 0 end
local at = 5
for i = 1, tonumber(ARGV[4]) do
  if ARGV[at + 1] == '' then redis.call('HDEL', p .. 'calls:' .. box, ARGV[at])
  else redis.call('HSET', p .. 'calls:' .. box, ARGV[at], ARGV[at + 1]) end
  at = at + 2
end
local ended = tonumber(ARGV[at])
for i = at + 1, at + ended do
  redis.call('XADD', p .. 'ended', 'MAXLEN', '~', 10000, '*', 'call', ARGV[i])
end
for i = at + ended + 1, #ARGV do
  redis.call('XADD', p .. 'events', 'MAXLEN', '~', 10000, '*', 'box', box, 'event', ARGV[i])
end
return 1`;

/**
 * Arguments: prefix, the box that takes over, its epoch, the box that is gone, the epoch that it had.
 * @returns 0 when it is not gone, or somebody else was first; otherwise ids and envelopes, which are those of the first
 * box from now on. Until that writes them, they say how often they were taken over so.
 */
export const CLAIM = `
local p, me, gone = ARGV[1], ARGV[2], ARGV[4]
if redis.call('HGET', p .. 'epochs', me) ~= ARGV[3] then return 0 end
if redis.call('HGET', p .. 'epochs', gone) ~= ARGV[5] then return 0 end
if redis.call('EXISTS', p .. 'lease:' .. gone) == 1 then return 0 end
redis.call('HINCRBY', p .. 'epochs', gone, 1)
local calls = redis.call('HGETALL', p .. 'calls:' .. gone)
for i = 1, #calls, 2 do
  local state = string.match(calls[i + 1], '^{"version":1,"state":"([^"]*)"') or ''
  local text = calls[i + 1]
  local claims = string.match(text, ',"claims":(%d+)}$')
  local bare = claims and string.sub(text, 1, -12 - #claims) or string.sub(text, 1, -2)
  redis.call('HSET', p .. 'calls:' .. me, calls[i], bare .. ',"claims":' .. (tonumber(claims or 0) + 1) .. '}')
  redis.call('HSET', p .. 'gone:' .. gone, calls[i], state)
end
redis.call('EXPIRE', p .. 'gone:' .. gone, 86400)
redis.call('DEL', p .. 'calls:' .. gone, p .. 'orders:' .. gone)
redis.call('HDEL', p .. 'boxes', gone)
return calls`;

/**
 * Arguments: prefix, box, epoch, most calls of all boxes together, the calls of this box with those that it asks for, how
 * many these are.
 * @returns for how many of them there is room; for all when the box is fenced.
 */
export const ADMIT = `
local p, box = ARGV[1], ARGV[2]
local open, asked = tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('HGET', p .. 'epochs', box) ~= ARGV[3] then return asked end
local room = tonumber(ARGV[4]) - open + asked
for _, name in ipairs(redis.call('HKEYS', p .. 'boxes')) do
  if name ~= box then
    local written = redis.call('HLEN', p .. 'calls:' .. name)
    room = room - math.max(written, tonumber(redis.call('GET', p .. 'open:' .. name) or 0))
  end
end
local granted = math.max(0, math.min(asked, room))
redis.call('SET', p .. 'open:' .. box, open - asked + granted, 'PX', 250)
return granted`;

/**
 * Arguments: prefix, box, epoch, a box whose calls it has taken over, the epoch that this one had then, ids and states of
 * those calls: the engine has forgotten that.
 * @returns 1, or 0 when the box that tells it is fenced itself.
 */
export const REMIND = `
local p, box, gone, epoch = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[5])
if redis.call('HGET', p .. 'epochs', box) ~= ARGV[3] then return 0 end
if tonumber(redis.call('HGET', p .. 'epochs', gone) or 0) > epoch then return 1 end
redis.call('HSET', p .. 'epochs', gone, epoch + 1)
redis.call('DEL', p .. 'calls:' .. gone, p .. 'lease:' .. gone)
redis.call('HDEL', p .. 'boxes', gone)
for i = 6, #ARGV, 2 do redis.call('HSET', p .. 'gone:' .. gone, ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', p .. 'gone:' .. gone, 86400)
return 1`;

/** Arguments: prefix, box, epoch: it stops. Calls that it leaves are its own for the rest of its lease. */
export const LEAVE = `
local p, box = ARGV[1], ARGV[2]
if redis.call('HGET', p .. 'epochs', box) ~= ARGV[3] then return 0 end
if redis.call('EXISTS', p .. 'calls:' .. box) == 0 then
  redis.call('HDEL', p .. 'boxes', box)
  redis.call('DEL', p .. 'lease:' .. box, p .. 'orders:' .. box)
end
return 1`;

/**
 * Arguments: prefix, box, epoch, doubt (none, others, all, or leave), Contact URIs at the registrar.
 * @returns the box that registers, empty when nobody does or the asking one is fenced; the Contact URIs that it has left.
 */
export const REGISTRAR = `
local p, box, doubt, contacts = ARGV[1], ARGV[2], ARGV[4], ARGV[5]
local key = p .. 'registrar'
if redis.call('HGET', p .. 'epochs', box) ~= ARGV[3] then return {'', ''} end
local holder = redis.call('HGET', key, 'box')
if doubt == 'leave' then
  if holder == box then
    redis.call('HDEL', key, 'box')
    redis.call('HSET', key, 'contacts', contacts)
  end
  return {'', ''}
end
if not holder then
  if doubt ~= 'all' then holder = box end
elseif holder ~= box and doubt == 'none' and redis.call('EXISTS', p .. 'lease:' .. holder) == 0 then
  holder = box
end
if holder == box then
  redis.call('HSET', key, 'box', box)
  if contacts ~= '' then redis.call('HSET', key, 'contacts', contacts) end
end
return {holder or '', redis.call('HGET', key, 'contacts') or ''}`;
