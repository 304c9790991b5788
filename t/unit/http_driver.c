/* http_driver -- one request for t/unit/http.t:
	http_driver BASE_URL METHOD PATH [ca=FILE] [plain] [deadline=MS] [body=TEXT] [twice]
   prints the verdict, status, size, headers, time in ms and reason, one a line. */
#include "base/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

int main(int argc, char **argv)
{
	static const char *const verdicts[] = {
		[HTTP_ANSWERED] = "answered", [HTTP_NOT_SENT] = "not sent", [HTTP_UNKNOWN] = "unknown",
	};
	void *mem = mem_context(NULL, "driver");
	struct http_settings s = { .base_url = argc > 3 ? argv[1] : "" };
	struct http_request q = {
		.method = argc > 3 ? argv[2] : "GET", .path = argc > 3 ? argv[3] : "/",
		.header = { { "Authorization", "Bearer secret" } },
	};
	struct http_answer a = HTTP_NO_ANSWER;
	const char *error = NULL;
	enum http_verdict verdict;
	int64_t began;
	struct http *h;
	int times = 1;

	for (int i = 4; i < argc; i++) {
		if (strncmp(argv[i], "ca=", 3) == 0)
			s.ca_file = argv[i] + 3;
		else if (strcmp(argv[i], "plain") == 0)
			s.plain_loopback = true;
		else if (strncmp(argv[i], "deadline=", 9) == 0)
			q.deadline_us = clock_steady_us() + strtol(argv[i] + 9, NULL, 10) * 1000;
		else if (strncmp(argv[i], "header=", 7) == 0)
			q.header[1] = (struct http_header){ "X-Test", argv[i] + 7 };
		else if (strncmp(argv[i], "body=", 5) == 0)
			q.body = argv[i] + 5;
		else if (strcmp(argv[i], "twice") == 0)
			times = 2;
	}
	q.size = q.body != NULL ? strlen(q.body) : 0;
	h = http_open(mem, &s, &error);
	if (h == NULL) {
		printf("refused\n%s\n", error);
		mem_free(mem);
		return 0;
	}
	while (times-- > 0) {
		began = clock_steady_us();
		verdict = h->send(h, mem, &q, &a);
		printf("%s\n%d\n%zu\n%s %s %s\n%lld\n%s\n", verdicts[verdict], a.status, a.size, a.request_id, a.should_retry,
		       a.replayed, (long long)((clock_steady_us() - began) / 1000), a.reason);
	}
	mem_free(mem);
	return 0;
}
