/*
 * hello.c -- the smallest FastCGI program: answers with the parameters it got.
 *
 * It tests the web servers' configuration without the house's own library, and is
 * not installed.  /NAME/crash ends it without an answer; /NAME/headers sends
 * security headers of its own.
 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	FCGX_Request r;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&r) == 0) {
		const char *uri = FCGX_GetParam("REQUEST_URI", r.envp);
		size_t body = 0;

		if (uri && strstr(uri, "/crash"))
			_Exit(1);
		while (FCGX_GetChar(r.in) != -1)
			body++;
		if (uri && strstr(uri, "/headers"))
			FCGX_PutS("X-Frame-Options: SAMEORIGIN\r\nCache-Control: no-store\r\n", r.out);
		if (uri && strstr(uri, "/missing"))
			FCGX_PutS("Status: 404 Not Found\r\n", r.out);
		FCGX_PutS("Content-Type: text/plain; charset=utf-8\r\n\r\n", r.out);
		for (char **p = r.envp; *p; p++)
			FCGX_FPrintF(r.out, "%s\n", *p);
		FCGX_FPrintF(r.out, "body=%d\n", (int)body);
		FCGX_Finish_r(&r);
	}
	return 0;
}
