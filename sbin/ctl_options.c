/* Options of sutlerctl's subcommands. */
#include "base/mem.h"
#include "sbin/ctl.h"

#include <getopt.h>

char **ctl_options(int argc, char **argv, const struct ctl_option *options, int *nwords)
{
	size_t n = 0;
	struct option *known;
	int c;

	while (options[n].name != NULL)
		n++;
	known = mem_array(ctl_mem, struct option, n + 1);
	for (size_t i = 0; i < n; i++)
		known[i] = (struct option){ options[i].name, options[i].value != NULL ? required_argument : no_argument, NULL, (int)i };
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c < 0 || c >= (int)n)
			return NULL;
		if (options[c].value != NULL)
			*options[c].value = optarg;
		else
			*options[c].there = true;
	}
	*nwords = argc - optind;
	return argv + optind;
}
