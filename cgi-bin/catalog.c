/* catalog -- lists of products, a product, search.  Manual: sutler-catalog(8). */
#include "catalog.h"

static const struct route routes[] = {
	/* One trip less for who is in no price group. */
	{ GET, "/c/{slug}", category, .params = list_params, .trips = 3, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET, "/p/{slug}", product, .trips = 2, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET, "/p/preview/{token}", preview, .trips = 2, .needs = NEEDS_NO_REFERRER },
	{ GET, "/t/{slug}", tag, .params = list_params, .trips = 3, .cache_s = LIMIT_PAGE_CACHE_S },
	{ GET, "/search", search, .params = search_params, .trips = 3 },
	{ GET, "/search/suggest", suggest, .params = suggest_params, .trips = 1, .cache_s = 60 },
	{ GET, "/recent", recent, .params = recent_params, .trips = 2 },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct program catalog = {
		.name = "catalog", .routes = routes, .hooks = &front_hooks, .session = &session_customers,
	};

	return program_run(&catalog, argc, argv);
}
