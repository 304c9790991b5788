-- load.lua -- asks for the lines of a file, one after the other, and prints what it saw.
--
--	wrk ... -s load.lua URL -- FILE HOST
--
-- A line is METHOD, path, cookie and body with tabs between.  Threads begin at different
-- lines.  The last line of the output is for dev/bench: requests, us, p50 and p99 in us,
-- answers of 400 and above, socket errors, p95 in us.

local threads = 0

function setup(thread)
	thread:set("number", threads)
	threads = threads + 1
end

function init(args)
	requests = {}
	for line in io.lines(args[1]) do
		local method, path, cookie, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
		local headers = { Host = args[2] }
		if cookie ~= "" then
			headers["Cookie"] = cookie
		end
		if method == "POST" then
			headers["Content-Type"] = "application/x-www-form-urlencoded"
			headers["Sec-Fetch-Site"] = "same-origin"
		else
			body = nil
		end
		requests[#requests + 1] = wrk.format(method, path, headers, body)
	end
	at = number * math.floor(#requests / 2)
end

function request()
	at = at % #requests + 1
	return requests[at]
end

function done(summary, latency, requests)
	local e = summary.errors
	io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
		latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout,
		latency:percentile(95)))
end
