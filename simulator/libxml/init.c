#include "libxml.h"

#include <libxml/parser.h>

/* malloc.h and what is called from it exist in the GNU C library alone. */
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Documents from this length on are few and take long anyway. */
#define NCT_LARGE (1 << 20)

/* Called once, before anything else. */
void nct_init(void) {
#ifdef M_ARENA_MAX
	/* After a burst of 5 MB messages glibc would keep an arena of that size for every thread. */
	mallopt(M_ARENA_MAX, 2);
#endif
	xmlInitParser();
}

/* glibc keeps what a large document has taken, some ten times its length, in pieces between what is in use. */
void nct_trim(int length) {
#ifdef __GLIBC__
	if (length >= NCT_LARGE)
		malloc_trim(0);
#else
	(void)length;
#endif
}
